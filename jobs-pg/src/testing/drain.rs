//! Running the jobs that are due, for tests.

use jobs_core::testing::Ran;
use jobs_core::{Error, ErrorKind};

use crate::PgBoss;
use crate::supervise::ByHand;
use crate::worker::Drain;
use pg_boss::error::map_db_error;

/// Running jobs by a call, for tests.
impl PgBoss {
    /// Runs everything that is due, and what becomes due by that, until nothing is; returns what ran, in order. The executor must
    /// not be started.
    ///
    /// Jobs run in this process one after the other: by priority, then in the order in which they were submitted. A job that takes
    /// longer than 100 ms goes on beside the next one, since it may wait for it. [`only`](crate::PgBossBuilder::only) limits which jobs
    /// run. If the settings have them on, maintenance and schedules run too: old jobs are deleted, schedules are declared and their
    /// ticks become jobs, overdue attempts end, and jobs are released whose dependencies have ended. A function that takes several
    /// jobs at once gets one at a time; a test with more calls the function itself.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if this executor is started, or after 10,000 attempts; [`ErrorKind::Configuration`] if a function asked
    /// for a value that was not [provided](crate::PgBossBuilder::provide): the other jobs have run, and this one waits for a minute;
    /// the errors of [`start`](Self::start).
    pub async fn drain(&self) -> Result<Vec<Ran>, Error> {
        if self.is_at_work().await {
            let message = "cannot drain a started executor: it runs the jobs by itself; leave out `start()`, or add `work(false)`, \
                           `supervise(false)` and `schedule(false)` to the builder";
            return Err(Error::new(ErrorKind::Refused, message));
        }
        let (store, registry) = self.declared().await?;
        let plan = self.plan(&store, &registry).await?;
        let mut drain = Drain::new(self, &store, plan, self.wakeups());
        let duties = ByHand::new(&store, self.settings(), self.wakeups());
        let tidied = duties.tidy().await;
        tidied.map_err(map_db_error("tidy the queues"))?;
        loop {
            let made_due = duties.make_due().await;
            made_due.map_err(map_db_error("look for what is due"))?;
            if !drain.run_due().await? {
                return drain.into_ran();
            }
        }
    }
}
