//! What names a stored job.

use uuid::Uuid;

/// The result of storing one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The stored job, or the existing one of which it is a duplicate.
    pub id: Uuid,
    /// `false` if it is a duplicate of an existing job, and nothing was stored.
    pub is_new: bool,
}

/// Identifies one job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobKey {
    /// The queue.
    pub name: String,
    /// Unique within the queue.
    pub id: Uuid,
}
