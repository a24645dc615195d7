//! A job that submits itself: it calls a server each second until the server turns out to be a teapot.
//!
//! Run it with `cargo run --example teapot`.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[derive(Serialize, Deserialize)]
struct Call {
    url: String,
    number: u32,
}

/// Calls the server; while it is no teapot, calls it again in a second.
#[job(executor = PgBoss)]
async fn call_server(call: Call, ctx: Context<CallServer>) -> Result<u16, JobError> {
    let status = reqwest::get(&call.url).await?.status();
    println!("call {}: {status}", call.number);
    if status == StatusCode::IM_A_TEAPOT {
        ctx.app::<mpsc::Sender<u32>>().send(call.number).await?;
    } else {
        let next = Call {
            number: call.number + 1,
            ..call
        };
        CallServer::run_in(1, "seconds").submit(next).await?;
    }
    Ok(status.as_u16())
}

/// Answers 200 twice, then 418.
async fn brew() -> StatusCode {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    match CALLS.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => StatusCode::OK,
        _ => StatusCode::IM_A_TEAPOT,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest may be built without a TLS provider of its own; an earlier one is kept.
    _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, Router::new().route("/", get(brew))).into_future());

    let (teapots, mut found) = mpsc::channel(1);
    let boss = connect(teapots).await?;
    boss.start().await?;
    CallServer::run_now()
        .submit(Call { url, number: 1 })
        .await?;

    let calls = found.recv().await.ok_or("the job ended without a teapot")?;
    println!("a teapot after {calls} calls");
    boss.stop().await?;
    Ok(())
}

async fn connect(teapots: mpsc::Sender<u32>) -> Result<PgBoss, jobs_pg::Error> {
    PgBoss::builder().provide(teapots).connect().await
}
