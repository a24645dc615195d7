//! A part of a long list.

/// How much of a list is wanted, and from where on.
#[derive(Debug, Clone)]
pub struct Page<Key> {
    /// The last one of the part before.
    pub after: Option<Key>,
    pub at_most: i64,
}
