//! A worker process of the tests whose jobs never end: one on a thread of its own, one on a thread of the runtime, and one that waits. It
//! runs until it is signalled.

use std::time::Duration;

use jobs_pg::prelude::*;

#[job(executor = PgBoss, blocking)]
fn hs_blocks() {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

#[job(executor = PgBoss)]
async fn hs_hogs_its_thread() {
    hs_blocks();
}

#[job(executor = PgBoss)]
async fn hs_never_ends() {
    std::future::pending::<()>().await;
}

#[tokio::main]
async fn main() -> Result<(), jobs_pg::Error> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let seconds = std::env::args()
        .nth(1)
        .and_then(|seconds| seconds.parse().ok());
    let boss = PgBoss::builder()
        .schedule(false)
        .stop_timeout(Duration::from_secs(seconds.unwrap_or(30)));
    boss.connect().await?.run().await
}
