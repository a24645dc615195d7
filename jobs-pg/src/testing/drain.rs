//! Running what is due, when the test says so.

use jobs_core::testing::Ran;
use jobs_core::{Error, ErrorKind};

use crate::PgBoss;
use crate::supervise::ByHand;
use crate::worker::Drain;
use pg_boss::error::map_db_error;

/// Running by hand, for tests.
impl PgBoss {
    /// Runs everything that is due, and what becomes due by that, until nothing is; returns what ran, in order. The executor must
    /// not be started.
    ///
    /// Jobs run in this process one after the other: by priority, then in the order in which they were submitted. One that
    /// takes longer than a moment goes on beside the next, as it may wait for it. [`only`](crate::PgBossBuilder::only) bounds
    /// what runs. As far as the settings ask for it, jobs that were kept long enough are removed first; then schedules are
    /// declared and their due occurrences become jobs, overdue attempts end, and jobs that waited for others go on. A function that
    /// takes several jobs at once is given one at a time; call it itself to test it with more.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if this executor is at work by itself, or if there is no end of what is due; what keeps an
    /// executor from starting; if the database does not answer.
    pub async fn drain(&self) -> Result<Vec<Ran>, Error> {
        if self.is_at_work().await {
            let message = "cannot drain an executor that is started: it runs the jobs by itself; leave `start()` out, or say \
                           `work(false)`, `supervise(false)` and `schedule(false)` to the builder";
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
                return Ok(drain.into_ran());
            }
        }
    }
}
