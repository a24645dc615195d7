//! Moving the time of the database, as this process sees it.

use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_core::{Error, ErrorKind, IntoInstant, IntoSeconds, StartAfter};

use crate::PgBoss;
use crate::store::{ClockSpan, Move, Store, with_timeout};
use crate::supervise::ByHand;
use pg_boss::error::map_db_error;

/// The new time, once it is set.
type Travelling<'a> = Pin<Box<dyn Future<Output = Result<DateTime<Utc>, Error>> + Send + 'a>>;

/// Time, for tests (feature `testing`).
///
/// The schema gets a clock that does not move by itself (the table and the function of the `TestClock` of pg-boss 12.38, so that a
/// Node program under test can move it too), and the library's connections read it from then on. Everything that depends on the
/// database's time follows: due times, retries, schedules, expiry, heartbeats, retention. Other sessions, the application's pool among
/// them, still have the time of the server, and so has a function that asks the system.
///
/// Production must not do this: where a queue is older than a day and there is no test clock yet it is refused, unless the builder
/// says [`test_clock(true)`](crate::PgBossBuilder::test_clock).
impl PgBoss {
    /// Lets time pass, and returns the new time. From the first call on, the clock does not move between the calls.
    ///
    /// Declared queues and schedules are made first. Each occurrence of a schedule in that time becomes a job, as if a process had
    /// worked all the time (of each schedule the latest thousand): three hours bring three jobs of an hourly schedule.
    /// [`drain`](Self::drain) runs what became due, or by itself a started executor. A job that runs meanwhile has become older by
    /// that time, and may expire.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if this is not a time, or a negative one; [`ErrorKind::Refused`] if the schema does not look like
    /// a test's; if the database does not answer.
    // Boxed: a future that has the argument's type among its own is reported three times if that type is wrong.
    pub fn travel(&self, by: impl IntoSeconds) -> Travelling<'_> {
        Box::pin(self.travel_by(by.into_time()))
    }

    async fn travel_by(&self, by: Result<Duration, String>) -> Result<DateTime<Utc>, Error> {
        let by = by.map_err(|wrong| {
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

    /// Sets the time to an instant, before or after the present, and returns it. It is as if no process had worked meanwhile: what
    /// schedules had due was missed, and each of them says what follows (`missed = "skip" / "once" / "all"`).
    ///
    /// # Errors
    /// As [`travel`](Self::travel).
    pub fn travel_to(&self, when: impl IntoInstant) -> Travelling<'_> {
        let when = when.into_instant();
        Box::pin(async {
            let moved = self.move_to(Move::To(when?)).await?;
            self.wakeups().time_moved();
            Ok(moved.to)
        })
    }

    /// Gives the schema the time of the server again, for every program. Times that were stored meanwhile stay.
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
