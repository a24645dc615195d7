//! Tests against a real PostgreSQL and a real pg-boss; one binary, so that they share one server and one build.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests look at the rows with SQL of their own"
)]

mod by_hand;
mod conformance;
mod contributing;
mod embedded;
mod hardship;
mod harness;
mod interop;
mod interop_smoke;
mod mission;
mod rules;
mod tables;
