//! Storing jobs, and changing those that wait.

mod due;
mod events;
mod flow;
mod insert;
mod send;
mod subscribers;
mod update;
mod upsert;

pub use due::Due;
pub use flow::Flow;
pub use insert::{InsertError, NewJob};
pub use update::{JobUpdate, UpdateTarget, Updated};
pub use upsert::{Match, Target, Upsert};

pub(crate) use insert::{Edge, Inserted};
