//! Holds a private server on the folder that is named, until it is killed: what a program with the server inside is to
//! a test that kills it. With a second folder, programs may be downloaded to that; with a third, they are looked for only
//! there.

use std::env;
use std::error::Error;
use std::process::ExitCode;

use jobs_pg::embedded::Embedded;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let mut folders = env::args_os().skip(1);
    let mut server = Embedded::builder(folders.next().unwrap_or_default()).fast();
    if let Some(cache) = folders.next() {
        server = server.download_to(cache);
    }
    if let Some(programs) = folders.next() {
        server = server.programs_in([programs]);
    }
    match server.start().await {
        Ok(_postgres) => {
            println!("ready");
            std::future::pending::<()>().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("caused by: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}
