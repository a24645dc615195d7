//! The Postgres schema that holds the jobs: its name, how it is checked, and how it is made.
//!
//! A schema is pg-boss's, version 46 when we make it. An existing one is used if it is of version 46, or newer with every
//! column and function that a statement names; nothing in it is ever changed. An [`OldSchema`] is of pg-boss 8 to 10; jobs
//! are imported from it.

mod check;
mod error;
mod install;
mod installation;
mod name;
mod old;
mod requirements;
mod tables;

pub use error::SchemaError;
pub(crate) use name::Schema;

pub(crate) use check::{attach, installed_version};
pub(crate) use install::{Missing, ensure};
pub(crate) use old::OldSchema;
#[cfg(test)]
pub(crate) use old::tests::old_schema;
#[cfg(test)]
pub(crate) use requirements::required;
pub(crate) use tables::OldTables;
