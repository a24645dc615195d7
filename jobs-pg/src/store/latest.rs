//! A value that may be followed by a newer one while it is in use.

use std::ops::Deref;
use std::sync::OnceLock;

/// Derefs to the value that was put last. The older ones live on with it, as somebody may be reading them: it is for what
/// changes a few times in the life of a process, and is read all the time without a lock.
#[derive(Debug)]
pub(crate) struct Latest<T> {
    value: T,
    next: OnceLock<Box<Self>>,
}

impl<T> Latest<T> {
    /// Follows the value; who holds a reference keeps what it has.
    pub(super) fn put(&self, value: T) {
        let mut last = self;
        let mut new = Box::new(Self::from(value));
        // Somebody else may put one at the same time; then this one comes behind it.
        while let Err(back) = last.next.set(new) {
            new = back;
            last = last.last();
        }
    }

    fn last(&self) -> &Self {
        let mut last = self;
        while let Some(next) = last.next.get() {
            last = next;
        }
        last
    }
}

impl<T> From<T> for Latest<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            next: OnceLock::new(),
        }
    }
}

impl<T> Deref for Latest<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.last().value
    }
}

#[cfg(test)]
mod tests {
    use super::Latest;

    #[test]
    fn the_last_value_counts_and_who_reads_keeps_what_it_read() {
        let latest = Latest::from(1);
        let read: &i32 = &latest;
        latest.put(2);
        latest.put(3);
        assert_eq!((*read, *latest), (1, 3));
    }
}
