//! Moving the time of the database, as this process sees it.

use chrono::{DateTime, Utc};
use jobs_core::{Error, ErrorKind, IntoInstant, IntoSeconds, StartAfter};

use crate::PgBoss;
use crate::store::{ClockSpan, Move, Store, with_timeout};
use crate::supervise::ByHand;
use pg_boss::error::map_db_error;

/// Time, for tests.
///
/// The schema gets a clock that stands (the table and the function of the `TestClock` of pg-boss 12.38, so that a Node program
/// under test can move it too), and the connections of this executor read it from then on. All that goes by the database's
/// time follows: due times, retries, schedules, expiry, signs of life, retention. Other sessions still have the time of the
/// server, which is also what a function sees that asks the system.
///
/// Production must not do this: where queues are older than a day and no test clock stands it is refused, unless the builder
/// says [`test_clock(true)`](crate::PgBossBuilder::test_clock).
impl PgBoss {
    /// Lets time pass; answers the new time. From the first call on it stands between the calls.
    ///
    /// Declared queues and schedules are made to stand first. Every occurrence of a schedule in that time is filed, as by a
    /// process that was up all along (of each schedule the latest thousand): three hours bring three jobs of an hourly one,
    /// which [`drain`](Self::drain) or a started executor runs. A started executor looks at once at what has become due; what
    /// runs meanwhile has become older by that time, and may have expired.
    ///
    /// Connections that are in use when time is moved first are waited for, for 5 seconds: end your transactions before.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if this is no time, or a negative one; [`ErrorKind::Refused`] if the schema does not
    /// look like a test's; if a connection does not come back.
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

    /// Puts the time to an instant, before or after the present; answers it. Nobody was there meanwhile: what schedules had due
    /// was missed, and what follows from that is theirs to say (`missed = "skip" / "once" / "all"`).
    ///
    /// # Errors
    /// As [`travel`](Self::travel).
    pub async fn travel_to(&self, when: impl IntoInstant) -> Result<DateTime<Utc>, Error> {
        let moved = self.move_to(Move::To(when.into_instant()?)).await?;
        self.wakeups().time_moved();
        Ok(moved.to)
    }

    /// Gives the schema the time of the server again, for all who read its clock. What was stamped meanwhile keeps its stamps.
    ///
    /// # Errors
    /// If the database does not answer.
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
            let message = "time is moved in tests only, and the schema has been at work for more than a day; if it is a test's, \
                           say `test_clock(true)` to the builder";
            return Err(Error::new(ErrorKind::Refused, message));
        }
        Ok(store)
    }
    async fn is_of_a_test(&self, store: &Store) -> Result<bool, Error> {
        let is_young = with_timeout(store.clock_may_move()).await;
        is_young.map_err(map_db_error("look whether the schema is a test's"))
    }
}
