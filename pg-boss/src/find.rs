//! Looking at jobs.

mod explain;
mod operations;
mod statements;
#[cfg(feature = "testing")]
mod submitted;

pub use explain::{JobFacts, Parent};
pub use operations::{DependencyPage, FindJobs};
pub use statements::JobFilter;
#[cfg(feature = "testing")]
pub use submitted::SubmittedRow;
