//! The end of an attempt, and of a job: completed, failed, cancelled, released, deleted; and what comes back from a dead letter
//! queue.

mod by_id;
mod dead_letters;
mod operations;
mod redrive;
mod removal;
mod statements;

pub use by_id::JobIds;
pub use dead_letters::{Redrive, RedrivePreview, RedriveResult};
pub use operations::{AffectedJobs, CANCELLED};
pub use redrive::DeadLetters;
pub use removal::Removed;
pub use statements::{Attempt, Failed, Fence};

pub(crate) use statements::FailedPlace;
