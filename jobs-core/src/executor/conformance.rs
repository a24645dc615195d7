//! What every executor must do, as checks that its author runs. Feature `testing`.
//!
//! [`conformance_jobs!`](crate::conformance_jobs) declares the jobs of the suite for an executor; a [`Subject`] is one executor and
//! the way to drive it; [`Suite::check`] makes a new one for each check, and reports every check that was violated:
//!
//! ```
//! use std::time::Duration;
//!
//! use jobs_core::Memory;
//! use jobs_core::executor::conformance::{Capability, Subject, Suite};
//!
//! jobs_core::conformance_jobs!(struct Jobs for Memory);
//!
//! struct InMemory(Memory);
//!
//! impl Subject for InMemory {
//!     type Jobs = Jobs;
//!
//!     fn executor(&self) -> &Memory {
//!         &self.0
//!     }
//!
//!     async fn run_due(&self) {
//!         self.0.drain().await.expect("the jobs run");
//!     }
//!
//!     async fn pass(&self, time: Duration) {
//!         self.0.travel(time);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let suite = Suite::new().without(Capability::QueueOptions);
//! let checked = suite.check(async || InMemory(Memory::new())).await;
//! checked.expect("Memory is an executor");
//! # }
//! ```
//!
//! Left to the executor's own tests: writing through the caller's connection, limits of concurrency, crashes, stopping.

mod deduplicating;
mod ending;
mod expect;
mod jobs;
mod retrying;
mod running;
mod submitting;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use expect::Checked;
pub use jobs::{Jobs, Script, Step};

/// How long one check may take in real time.
const BOUND: Duration = Duration::from_secs(60);

/// How long the jobs of the suite wait that are delayed or retried.
const DELAY: Duration = Duration::from_secs(10);

/// An executor under test, and the way to drive it.
pub trait Subject: Sized {
    /// The jobs that [`conformance_jobs!`](crate::conformance_jobs) declared.
    type Jobs: Jobs;

    /// The executor. It keeps no jobs when it is made, and can run all of [`Jobs::All`].
    fn executor(&self) -> &<Self::Jobs as Jobs>::Executor;

    /// Returns when no job is due and none runs, and all outcomes are stored. An executor that runs jobs by itself waits for that;
    /// another one runs them here.
    fn run_due(&self) -> impl Future<Output = ()>;

    /// Lets this much time pass for the executor. Where the clock cannot be moved, this sleeps. A clock that can be moved should
    /// stand still otherwise.
    fn pass(&self, time: Duration) -> impl Future<Output = ()>;

    /// Sets the retry limit that a queue has for jobs which state none. Required with [`Capability::QueueOptions`].
    fn set_retry_limit_of_queue(&self, queue: &str, limit: u32) -> impl Future<Output = ()> {
        async move { panic!("cannot give queue `{queue}` the retry limit {limit}: not implemented") }
    }

    /// Releases what belongs to it, after the check.
    fn close(self) -> impl Future<Output = ()> {
        async {}
    }
}

/// What an executor may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// Queues have options of their own, for jobs that state none.
    QueueOptions,
    /// `throttle` and `debounce`.
    Throttle,
    /// Policies of queues.
    Policies,
}

/// The checks to be made: all, unless the author says what the executor lacks.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    lacking: Vec<Capability>,
}

impl Suite {
    /// Every check.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out the checks of what the executor lacks.
    #[must_use]
    pub fn without(mut self, lacking: Capability) -> Self {
        self.lacking.push(lacking);
        self
    }

    /// Makes a subject for each check, and checks it.
    ///
    /// # Errors
    /// Every check that was violated, and how.
    pub async fn check<S: Subject>(&self, make: impl AsyncFn() -> S) -> Result<(), Violations> {
        let mut checks = Checks {
            make,
            lacking: &self.lacking,
            violations: Vec::new(),
        };
        checks.submitting().await;
        checks.running().await;
        checks.retrying().await;
        checks.ending().await;
        checks.deduplicating().await;
        match checks.violations.is_empty() {
            true => Ok(()),
            false => Err(Violations(checks.violations)),
        }
    }
}

/// One run of the suite.
struct Checks<'a, Make> {
    make: Make,
    lacking: &'a [Capability],
    violations: Vec<Violation>,
}

impl<S: Subject, Make: AsyncFn() -> S> Checks<'_, Make> {
    async fn check(&mut self, name: &'static str, check: impl AsyncFnOnce(&S) -> Checked) {
        let subject = (self.make)().await;
        let checked = timeout(BOUND, check(&subject)).await;
        subject.close().await;
        let checked =
            checked.unwrap_or_else(|_| Err(format!("it did not end within {BOUND:?}").into()));
        if let Err(reason) = checked {
            let reason = reason.to_string();
            self.violations.push(Violation {
                check: name,
                reason,
            });
        }
    }

    async fn check_of(
        &mut self,
        capability: Capability,
        name: &'static str,
        check: impl AsyncFnOnce(&S) -> Checked,
    ) {
        if !self.lacking.contains(&capability) {
            self.check(name, check).await;
        }
    }
}

/// One check that an executor violates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// What an executor must do.
    pub check: &'static str,
    /// What it did instead.
    pub reason: String,
}

/// Every check that an executor violates.
pub struct Violations(Vec<Violation>);

impl Violations {
    /// The checks, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the executor violates {} checks:", self.0.len())?;
        for Violation { check, reason } in &self.0 {
            write!(f, "\n  {check}: {reason}")?;
        }
        Ok(())
    }
}

// A test that unwraps the result prints this.
impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Violations {}
