//! The generated code asks for nothing that the strictest crate would not have.
#![deny(
    missing_docs,
    unreachable_pub,
    unused,
    dead_code,
    private_interfaces,
    clippy::pedantic
)]
#![allow(clippy::unused_async, reason = "the functions are empty")]
#![forbid(unsafe_code)]

/// A crate of jobs.
pub mod jobs {
    use jobs_pg::prelude::*;

    /// For everybody.
    #[job(executor = PgBoss)]
    pub async fn public() {}

    #[job(executor = PgBoss)]
    pub(crate) async fn internal() {}

    #[job(executor = PgBoss)]
    async fn private() {}

    /// Old.
    #[deprecated]
    #[job(executor = PgBoss)]
    pub async fn old() {}
}

#[allow(dead_code)]
async fn submit() -> Result<(), jobs_pg::Error> {
    jobs::Public::submit(()).await?;
    jobs::Internal::submit(()).await?;
    Ok(())
}
