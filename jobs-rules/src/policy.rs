//! The policies a queue may have.

use std::fmt;
use std::str::FromStr;

use crate::suggest::unknown;

/// How many jobs of a queue, or of one key in it, may wait and run at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum QueuePolicy {
    /// No limit.
    #[default]
    Standard,
    /// One waiting job per key; any number active.
    Short,
    /// One active job per key; any number waiting.
    Singleton,
    /// One job per key in each of the states created, retry and active.
    Stately,
    /// One job per key, waiting or active.
    Exclusive,
    /// One job per key at a time, in order; a failed one blocks its key. Every job needs a key.
    KeyStrictFifo,
}

/// A text that names no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", unknown("queue policy", text, &QueuePolicy::ALL.map(QueuePolicy::as_str)))]
pub struct UnknownPolicy {
    text: String,
}

impl QueuePolicy {
    /// All policies.
    pub const ALL: [Self; 6] = [
        Self::Standard,
        Self::Short,
        Self::Singleton,
        Self::Stately,
        Self::Exclusive,
        Self::KeyStrictFifo,
    ];

    /// Returns the name as the database holds it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Short => "short",
            Self::Singleton => "singleton",
            Self::Stately => "stately",
            Self::Exclusive => "exclusive",
            Self::KeyStrictFifo => "key_strict_fifo",
        }
    }
}

impl fmt::Display for QueuePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for QueuePolicy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|policy| policy.as_str() == text);
        found.ok_or_else(|| UnknownPolicy {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::QueuePolicy;

    #[test]
    fn every_policy_is_read_back_from_its_name() {
        for policy in QueuePolicy::ALL {
            assert_eq!(policy.as_str().parse(), Ok(policy));
        }
    }

    #[test]
    fn an_unknown_policy_is_told_the_nearest() {
        let error = "singelton".parse::<QueuePolicy>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown queue policy `singelton`; did you mean `singleton`? known: standard, short, singleton, stately, exclusive, key_strict_fifo"
        );
    }
}
