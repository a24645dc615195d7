//! Holds a private server on the folder that is named, until it is killed: what a program with the server inside is to
//! a test that kills it.

use std::env;
use std::process::ExitCode;

use jobs_pg::embedded::Embedded;

#[tokio::main]
async fn main() -> ExitCode {
    let folder = env::args_os().nth(1).unwrap_or_default();
    match Embedded::builder(folder).fast().start().await {
        Ok(_postgres) => {
            println!("ready");
            std::future::pending::<()>().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
