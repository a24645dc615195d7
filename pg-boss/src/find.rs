//! Looking at jobs.

mod operations;
mod statements;
#[cfg(feature = "testing")]
mod submitted;

pub use operations::{DependencyPage, FindJobs};
pub use statements::JobFilter;
#[cfg(feature = "testing")]
pub use submitted::SubmittedRow;
