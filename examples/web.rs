//! A web server that submits jobs from a handler, and workers in the same process.
//!
//! Run it with `cargo run --example web`. It calls itself once and ends.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, JobState};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
struct Picture {
    width: u32,
    height: u32,
}

/// Scales a picture: work for the processor, so it runs on the blocking pool.
#[job(executor = PgBoss, blocking)]
fn scale_picture(picture: Picture) -> Result<u64, JobError> {
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    Ok((0..pixels).sum())
}

type Answer<T> = Result<T, (StatusCode, String)>;

/// Submits the job and answers its id at once.
async fn submit(
    State(boss): State<PgBoss>,
    Json(picture): Json<Picture>,
) -> Answer<(StatusCode, Json<Uuid>)> {
    let submitted = ScalePicture::with(JobOptions::new().retry_limit(1))
        .on(&boss)
        .submit(picture)
        .await;
    let submitted = submitted.map_err(answer)?;
    Ok((StatusCode::ACCEPTED, Json(submitted.job_id)))
}

/// Answers what has become of it.
async fn state(State(boss): State<PgBoss>, Path(id): Path<Uuid>) -> Answer<Json<JobState>> {
    let row = ScalePicture::track(id)
        .on(&boss)
        .pg_boss()
        .details()
        .await
        .map_err(answer)?;
    Ok(Json(row.state))
}

fn answer(error: jobs_pg::Error) -> (StatusCode, String) {
    let status = match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, error.to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest may be built without a TLS provider of its own; an earlier one is kept.
    _ = rustls::crypto::ring::default_provider().install_default();
    let boss = PgBoss::from_env().await?;
    boss.start().await?;
    let routes = Router::new()
        .route("/pictures", post(submit))
        .route("/pictures/{id}", get(state));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/pictures", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, routes.with_state(boss.clone())).into_future());

    let client = reqwest::Client::new();
    let picture = Picture {
        width: 640,
        height: 480,
    };
    let id: Uuid = client
        .post(&url)
        .json(&picture)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    println!("POST {url}: accepted as job {id}");
    println!(
        "the job's output is {}",
        ScalePicture::track(id).output().await?
    );
    let state: JobState = client
        .get(format!("{url}/{id}"))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    println!("GET {url}/{id}: {state}");
    boss.stop().await?;
    Ok(())
}
