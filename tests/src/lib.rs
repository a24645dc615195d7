//! What the tests stand on: a database for each, servers to break, Node's pg-boss beside us, and waiting that ends.
//!
//! A failure here is a failed test, so everything panics with a message instead of returning errors.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests look at the rows with SQL of their own"
)]

mod apart;
mod cluster;
mod database;
mod log;
pub mod node;
mod pooler;
mod proxy;
mod waiting;

pub use cluster::Cluster;
pub use database::Database;
pub use log::Log;
pub use pooler::Pooler;
pub use proxy::{Moment, Proxy};
pub use waiting::{BOUND, eventually, wait_for};

/// Tells why a test was skipped.
///
/// # Panics
/// If `CI=true`: there everything is to be tested.
pub fn skipped(reason: &str) {
    let in_gate = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_gate, "{reason}");
    println!("SKIPPED: {reason}");
}
