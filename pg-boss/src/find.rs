//! Looking at jobs.

mod details;
mod operations;
pub(crate) mod row_time;
mod statements;

pub use details::JobDetails;
pub use operations::{DependencyPage, FindJobs};
pub use statements::{JobFilter, SubmittedRow};
