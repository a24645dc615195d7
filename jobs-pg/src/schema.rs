//! The Postgres schema that holds the jobs: its name, what was found in it, and how it is made.
//!
//! A schema is pg-boss's, version 46 when we make it. One that stands is lived on if it is of the family 26 to 46, or
//! newer with every column that we use; nothing in it is ever changed. What it has is a [`Layout`], which decides how
//! the statements of the store are written. An [`OldSchema`] is of an earlier family; jobs are imported from it.

mod check;
mod error;
mod follow;
mod install;
mod layout;
mod name;
mod old;

pub use error::SchemaError;
pub use name::Schema;

pub(crate) use check::{attach, installed_version};
pub(crate) use follow::follow;
pub(crate) use install::{Missing, ensure};
pub(crate) use layout::Layout;
#[cfg(test)]
pub(crate) use layout::tests::{later_groups, layout_of, layout_without};
pub(crate) use old::OldSchema;
#[cfg(test)]
pub(crate) use old::tests::old_schema;
