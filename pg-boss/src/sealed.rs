//! Some public traits are for this crate alone to implement, so that they can get methods.

use serde_json::Value;

/// Implemented for every type that has one of these traits.
#[expect(unnameable_types, reason = "this is what seals the others")]
pub trait Sealed {}

impl Sealed for () {}
impl Sealed for Value {}
