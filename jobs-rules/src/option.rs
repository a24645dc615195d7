//! The options of a job: their names here and in pg-boss, and the bounds of their values.

mod bounds;
mod json;
mod table;

use std::fmt;

pub use bounds::{OptionError, check_integer, check_retry_delay_max, check_seconds};
pub use table::{JobOption, OptionValues};

use crate::suggest::unknown;

/// What kind of value an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionKind {
    /// A whole number within these bounds, both included.
    Integer {
        /// The least.
        min: i32,
        /// The most.
        max: i32,
    },
    /// A length of time in whole seconds within these bounds, both included.
    Seconds {
        /// The least.
        min: i32,
        /// The most.
        max: i32,
    },
    /// True or false.
    Flag,
    /// The name of a queue.
    Name,
    /// Any text.
    Text,
    /// A point in time or a delay.
    Time,
    /// A UUID.
    Uuid,
    /// A group: an id and, if wanted, a tier.
    Group,
}

impl JobOption {
    /// Returns the name in Rust, such as `expire_in`.
    #[must_use]
    pub const fn rust_name(self) -> &'static str {
        self.facts().rust
    }

    /// Returns pg-boss's name, such as `expireInSeconds`.
    #[must_use]
    pub const fn json_name(self) -> &'static str {
        self.facts().json
    }

    /// Returns what kind of value it takes.
    #[must_use]
    pub const fn kind(self) -> OptionKind {
        self.facts().kind
    }

    /// Tells whether a job may declare a default for it; the others belong to one submission.
    #[must_use]
    pub const fn is_declarable(self) -> bool {
        self.facts().is_declarable
    }

    /// Finds the option that a job may declare under this Rust name.
    ///
    /// # Errors
    /// Names the nearest option and lists all that may be declared.
    pub fn declarable(name: &str) -> Result<Self, OptionError> {
        let known = Self::ALL
            .into_iter()
            .filter(|option| option.is_declarable());
        Self::find(known, name, Self::rust_name)
    }

    /// Finds the option that pg-boss calls so.
    ///
    /// # Errors
    /// Names the nearest option and lists all.
    pub fn from_json_name(name: &str) -> Result<Self, OptionError> {
        Self::find(Self::ALL.into_iter(), name, Self::json_name)
    }

    fn find(
        mut among: impl Iterator<Item = Self> + Clone,
        name: &str,
        spelling: fn(Self) -> &'static str,
    ) -> Result<Self, OptionError> {
        let known: Vec<_> = among.clone().map(spelling).collect();
        let found = among.find(|option| spelling(*option) == name);
        found.ok_or_else(|| OptionError::Unknown {
            message: unknown("option", name, &known),
        })
    }
}

impl fmt::Display for JobOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rust_name())
    }
}

#[cfg(test)]
mod tests;
