//! A part of a long list.

/// How much of a list is wanted, and from where on.
#[derive(Debug, Clone)]
pub(crate) struct Page<Key> {
    /// The last one of the part before.
    pub(crate) after: Option<Key>,
    pub(crate) at_most: i64,
}
