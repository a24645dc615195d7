//! A part of a long list.

/// How much of a list is wanted, and from where on.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Page<Key> {
    /// The last one of the part before.
    pub after: Option<Key>,
    pub at_most: i64,
}
