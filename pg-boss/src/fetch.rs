//! Taking due jobs: what is fetched is active until it is settled.

mod operations;
mod statements;

pub use operations::FetchOptions;
pub use statements::{FetchRequest, Fetched, GroupLimit, Limits, QueueFetch};
