//! Looking at jobs.

mod operations;
mod statements;

pub use operations::{DependencyPage, FindJobs};
pub use statements::{JobFilter, SubmittedRow};
