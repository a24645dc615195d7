//! Names that people try, and that there are not: a hidden function of each such name has a bound that nothing meets, and the
//! compiler's message is the hint of what to write.

/// No type implements it.
#[expect(unnameable_types, reason = "it is there for its message")]
#[diagnostic::on_unimplemented(
    message = "`PgBoss` has no `new`",
    label = "a connection is made by other functions",
    note = "write `PgBoss::connect(url).await?`, `PgBoss::from_env().await?`, or `PgBoss::builder()` for settings"
)]
pub trait New {}

/// No type implements it.
#[expect(unnameable_types, reason = "it is there for its message")]
#[diagnostic::on_unimplemented(
    message = "a submitted job itself has no such method",
    label = "what only pg-boss can do comes from `.pg_boss()`",
    note = "write `job.pg_boss().cancel().await?`; `details`, `resume`, `retry` and `delete` are there too"
)]
pub trait OnTheJob {}
