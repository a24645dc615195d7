//! Some public traits are for this crate alone to implement, so that they can get methods.

use jobs_core::{Job, Submission, SubmittedJob};
use serde_json::Value;

use crate::operation::{QueueOptions, ScheduleOptions};

/// Implemented for every type that has one of these traits.
pub trait Sealed {}

impl Sealed for () {}
impl Sealed for QueueOptions {}
impl Sealed for ScheduleOptions {}
impl Sealed for Value {}
impl<J: Job> Sealed for Submission<J> {}
impl<J: Job> Sealed for SubmittedJob<J> {}
