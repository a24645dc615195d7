//! The attribute `#[job]` and the derive `Entity`.
//!
//! Both read syntax and write syntax; the rules they apply are those of `jobs-rules`. Each goes through three steps:
//! `parse` (what was written, with its place), `validate` (every rule, every message) and `expand` (only quoting).
//! People use them through `jobs-pg` or `jobs-core`, which re-export them.

mod arguments;
mod entity;
mod errors;
mod job;
mod library;
mod names;

use proc_macro::TokenStream;

/// Makes a function a background job.
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    job::expand(arguments.into(), item.into()).into()
}

/// Makes a struct that is a row of a table an entity, which jobs reach through `ctx.entities`.
#[proc_macro_derive(Entity, attributes(entity))]
pub fn entity(item: TokenStream) -> TokenStream {
    entity::expand(item.into()).into()
}
