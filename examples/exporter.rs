//! An exporter that loses nothing: events go to an HTTP endpoint that is broken at first, and the job retries with backoff.
//!
//! Run it with `cargo run --example exporter`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Serialize, Deserialize)]
struct Event {
    name: String,
    distinct_id: u64,
}

/// Where events go.
struct Endpoint {
    url: String,
    client: reqwest::Client,
}

/// Sends a batch of events. Every answer but success is an error, and an error is tried again.
#[job(executor = PgBoss, options(retry_limit = 5, retry_delay = 1, retry_backoff = true, retry_delay_max = "2s"))]
async fn export_events(events: Vec<Event>, ctx: Context<ExportEvents>) -> Result<usize, JobError> {
    let Endpoint { url, client } = ctx.app();
    println!("attempt {}: {} events", ctx.job.attempt, events.len());
    client
        .post(url)
        .json(&events)
        .send()
        .await?
        .error_for_status()?;
    Ok(events.len())
}

/// What the server has received, and how often it was asked.
#[derive(Default)]
struct Received {
    asked: AtomicU32,
    events: AtomicU32,
}

/// Fails three times, then takes what it gets.
async fn take(State(received): State<Arc<Received>>, Json(events): Json<Vec<Event>>) -> StatusCode {
    if received.asked.fetch_add(1, Ordering::Relaxed) < 3 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    received
        .events
        .fetch_add(events.len() as u32, Ordering::Relaxed);
    StatusCode::OK
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest may be built without a TLS provider of its own; an earlier one is kept.
    _ = rustls::crypto::ring::default_provider().install_default();
    let received = Arc::new(Received::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/batch", listener.local_addr()?);
    let server = Router::new()
        .route("/batch", post(take))
        .with_state(Arc::clone(&received));
    tokio::spawn(axum::serve(listener, server).into_future());

    let endpoint = Endpoint {
        url,
        client: reqwest::Client::new(),
    };
    let boss = PgBoss::builder().provide(endpoint).connect().await?;
    boss.start().await?;

    let event = |n| Event {
        name: "pageview".into(),
        distinct_id: n,
    };
    let exported = ExportEvents::submit((1..=3).map(event).collect()).await?;
    let sent = exported.output().await?;
    let row = exported.pg_boss().details().await?;
    println!(
        "exported {sent} events after {} retries; the server has {:?}",
        row.retry_count, received.events
    );
    boss.stop().await?;
    match received.events.load(Ordering::Relaxed) {
        3 => Ok(()),
        other => Err(format!("3 events were submitted, and the server has {other}").into()),
    }
}
