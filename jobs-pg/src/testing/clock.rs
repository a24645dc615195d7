//! Moving the time of the database, as this process sees it.

use chrono::{DateTime, Utc};
use jobs_core::{Error, ErrorKind, IntoInstant, IntoSeconds, StartAfter};

use crate::PgBoss;
use crate::error::map_db_error;
use crate::store::{ClockSpan, Move, Store, with_timeout};
use crate::supervise::ByHand;

/// Time, for tests.
///
/// The schema gets a clock that only moves by these calls: the table and the function of the `TestClock` of pg-boss 12.38, so that a
/// Node program under test can move it too. From then on, the connections of this executor read it. Everything that uses the
/// database's time follows: due times, retries, schedules, expiry, heartbeats, retention. Other sessions still have the time of the
/// server, and job functions that ask the system get the real time.
///
/// This is not for production: if there are queues older than a day and no test clock, it is refused, unless the builder has
/// [`test_clock(true)`](crate::PgBossBuilder::test_clock).
impl PgBoss {
    /// Moves the time forward and returns the new time. From the first call on, the time only changes by such calls.
    ///
    /// Declared queues and schedules are created first. Every tick of a schedule in that time becomes a job, as if a process had run
    /// all the time (of each schedule the latest 1,000 ticks): three hours bring three jobs of an hourly schedule, which
    /// [`drain`](Self::drain) or a started executor runs. A started executor fetches at once what has become due. Running jobs become
    /// older by that time, and may expire.
    ///
    /// The first call waits up to 5 seconds for connections that are in use: end transactions before.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if this is not a length of time; [`ErrorKind::Refused`] if the schema may be one of production; or if a
    /// connection stays in use.
    pub async fn travel(&self, by: impl IntoSeconds) -> Result<DateTime<Utc>, Error> {
        let by = by.into_time().map_err(|wrong| {
            let message = format!("the time to travel {wrong}");
            Error::new(ErrorKind::BadInput, message)
        });
        let by = StartAfter::In(by?).to_text();
        let moved = self.move_to(Move::By(by)).await?;
        let store = self.store().await?;
        let passed = ByHand::new(store, self.settings(), self.wakeups());
        let filed = passed.time_passed(moved).await;
        filed.map_err(map_db_error("file what the schedules had due"))?;
        self.wakeups().time_moved();
        Ok(moved.to)
    }

    /// Sets the time to an earlier or later instant, and returns it. No process ran meanwhile: ticks of schedules in that time are
    /// missed, and handled as each schedule says (`missed = "skip"`, `"once"` or `"all"`).
    ///
    /// # Errors
    /// As [`travel`](Self::travel).
    pub async fn travel_to(&self, when: impl IntoInstant) -> Result<DateTime<Utc>, Error> {
        let moved = self.move_to(Move::To(when.into_instant()?)).await?;
        self.wakeups().time_moved();
        Ok(moved.to)
    }

    /// Returns to the time of the server, for all readers of the schema's clock. Times that were stored meanwhile stay.
    ///
    /// # Errors
    /// As [`travel`](Self::travel), and if the database does not respond.
    pub async fn real_time(&self) -> Result<(), Error> {
        let store = self.clock_of_tests().await?;
        let removed = with_timeout(store.remove_clock()).await;
        removed.map_err(map_db_error("give the schema the time of the server"))?;
        self.wakeups().time_moved();
        Ok(())
    }

    async fn move_to(&self, to: Move) -> Result<ClockSpan, Error> {
        let store = self.clock_of_tests().await?;
        store
            .obey_test_clock()
            .await
            .map_err(map_db_error("let every connection read the test clock"))?;
        self.declared().await?;
        let moved = with_timeout(store.move_clock(&to)).await;
        moved.map_err(map_db_error("move the test clock"))
    }

    /// The store, if its clock may be moved.
    async fn clock_of_tests(&self) -> Result<&Store, Error> {
        let store = self.store().await?;
        if !(self.settings().test_clock || self.is_of_a_test(store).await?) {
            let message = "time can only be moved in tests, and the schema is older than a day; if it belongs to a test, add `test_clock(true)` \
                           to the builder";
            return Err(Error::new(ErrorKind::Refused, message));
        }
        Ok(store)
    }
    async fn is_of_a_test(&self, store: &Store) -> Result<bool, Error> {
        let is_young = with_timeout(store.clock_may_move()).await;
        is_young.map_err(map_db_error("look whether the schema is a test's"))
    }
}
