//! The same work given to the library and to bare SQL, in one run.
//!
//! `cargo run --release -p bench -- drain --jobs 10000` submits that many jobs that do nothing, lets one worker drain them, and
//! then drains as many again with a bare loop of two statements. Only the ratio of the two counts: the machine's own speed
//! moves both.

mod bare;
mod drain;
mod meter;

use jobs_pg::embedded::Embedded;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many jobs are fetched at once, by the library and by the bare loop.
const BATCH: usize = 500;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let jobs = match arguments.as_slice() {
        ["drain"] => 10_000,
        ["drain", "--jobs", jobs] => jobs.parse()?,
        _ => return Err("usage: bench drain [--jobs N]".into()),
    };
    match std::env::var("DATABASE_URL") {
        Ok(url) => drain::compare(&url, jobs).await,
        Err(_) => {
            let server = Embedded::start("target/bench").await?;
            let compared = drain::compare(server.url(), jobs).await;
            server.stop().await;
            compared
        }
    }
}
