//! Some public traits are for this crate alone to implement, so that they can get methods.

use jobs_core::{Job, Submission, SubmittedJob};
use pg_boss::Flow;

/// Implemented for every type that has one of these traits.
#[expect(unnameable_types, reason = "this is what seals the others")]
pub trait Sealed {}

impl Sealed for Flow {}
impl<J: Job> Sealed for Submission<J> {}
impl<J: Job> Sealed for SubmittedJob<J> {}
