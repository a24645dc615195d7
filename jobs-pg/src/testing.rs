//! For tests of programs with jobs (feature `testing`): time that moves and jobs that run when the test says so, and assertions
//! about what was submitted and what ran. No test has to sleep. Without the feature nothing reads or moves a test clock, so only
//! `[dev-dependencies]` turn it on.
//!
//! [`boss`] gives each test an executor with a schema of its own. [`PgBoss::travel`](crate::PgBoss::travel) and
//! [`travel_to`](crate::PgBoss::travel_to) move the time, [`drain`](crate::PgBoss::drain) runs what is due,
//! [`assert_submitted`] looks at what was submitted. [`Memory`](crate::Memory) has the same without a database: within its scope, the
//! jobs of this executor are kept and run in memory. It also makes a [`Context`](crate::Context) to call a job's function.
//!
//! ```no_run
//! use jobs_pg::prelude::*;
//! use jobs_pg::testing::{self, assert_submitted};
//!
//! #[job(executor = PgBoss)]
//! async fn remind(user: String) -> Result<(), JobError> {
//!     println!("{user}, it is time");
//!     Ok(())
//! }
//!
//! # async fn test() -> Result<(), jobs_pg::Error> {
//! // It is not started: nothing runs by itself.
//! let boss = testing::boss().await?;
//! Remind::delay("2030-01-01T00:00:00Z").on(&boss).submit("Tony".into()).await?;
//! assert_submitted::<Remind>(&boss, |user| user == "Tony").await;
//! assert!(boss.drain().await?.is_empty());
//!
//! boss.travel_to("2030-01-01T00:00:00Z").await?;
//! assert_eq!(boss.drain().await?.len(), 1);
//! # Ok(()) }
//! ```

mod boss;
mod clock;
mod drain;
mod submitted;

pub use boss::{TestBoss, boss, boss_with};
#[doc(inline)]
pub use jobs_core::testing::{
    Ran, Submissions, Submitted, Turns, assert_not_submitted, assert_submitted,
};
