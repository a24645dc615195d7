//! For tests of programs that have jobs. The test moves the time and runs the jobs, so it does not have to sleep.
//!
//! [`PgBoss::travel`](crate::PgBoss::travel) and [`travel_to`](crate::PgBoss::travel_to) move the time,
//! [`drain`](crate::PgBoss::drain) runs the jobs that are due, and [`assert_submitted`] checks what was submitted.
//! [`Memory`](crate::Memory) has the same without a database: within its scope, jobs of this executor are stored and run in memory.
//! It also makes a [`Context`](crate::Context) to call a job's function.
//!
//! ```no_run
//! use jobs_pg::prelude::*;
//! use jobs_pg::testing::assert_submitted;
//!
//! #[job(executor = PgBoss)]
//! async fn remind(user: String) -> Result<(), JobError> {
//!     println!("{user}, it is time");
//!     Ok(())
//! }
//!
//! # async fn test() -> Result<(), jobs_pg::Error> {
//! // An executor that is not started: nothing runs by itself.
//! let boss = PgBoss::builder().url("postgres://localhost/test").only::<Remind>().connect().await?;
//! Remind::delay("2030-01-01T00:00:00Z").on(&boss).submit("Tony".into()).await?;
//! assert_submitted::<Remind>(&boss, |user| user == "Tony").await;
//! assert!(boss.drain().await?.is_empty());
//!
//! boss.travel_to("2030-01-01T00:00:00Z").await?;
//! assert_eq!(boss.drain().await?.len(), 1);
//! # Ok(()) }
//! ```

mod clock;
mod drain;
mod submitted;

#[doc(inline)]
pub use jobs_core::testing::{
    Ran, Submissions, Submitted, Turns, assert_not_submitted, assert_submitted,
};
