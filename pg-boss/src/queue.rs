//! Queues: their options, and their life.

mod operations;
mod options;
mod statements;

pub use operations::{ListQueues, QueueDetails};
pub use options::{IntoQueueOptions, OPTIONS_OF_JOBS, QueueOptions};
pub use statements::{QueueRow, Removal};
