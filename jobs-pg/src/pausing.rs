//! Pausing queues.

use std::future::Future;

use jobs_core::executor::current;
use jobs_core::{Error, ErrorKind, Job};
use pg_boss::error::map_db_error;

use crate::PgBoss;
use crate::store::with_timeout;

/// Adds [`pause`](Self::pause) and [`resume`](Self::resume) to the handles of jobs of [`PgBoss`].
///
/// ```no_run
/// # use jobs_pg::prelude::*;
/// # #[job(executor = PgBoss)] async fn send_mail() {}
/// # async fn example() -> Result<(), jobs_pg::Error> {
/// SendMail::pause().await?; // the mail server is down
/// SendMail::resume().await?;
/// # Ok(()) }
/// ```
pub trait PgBossQueue: Job<Executor = PgBoss> {
    /// Pauses the job's queue: see [`PgBoss::pause_queue`]. The executor is the one that a submission would go to.
    ///
    /// # Errors
    /// As [`PgBoss::pause_queue`], or [`ErrorKind::NoExecutor`].
    fn pause() -> impl Future<Output = Result<(), Error>> + Send {
        async {
            let boss: PgBoss = current()?;
            boss.pause_queue(&boss.queue_of::<Self>()).await
        }
    }

    /// Ends the pause of the job's queue: see [`PgBoss::resume_queue`].
    ///
    /// # Errors
    /// As [`PgBoss::resume_queue`], or [`ErrorKind::NoExecutor`].
    fn resume() -> impl Future<Output = Result<(), Error>> + Send {
        async {
            let boss: PgBoss = current()?;
            boss.resume_queue(&boss.queue_of::<Self>()).await
        }
    }
}

impl<J: Job<Executor = PgBoss>> PgBossQueue for J {}

impl PgBoss {
    /// Pauses a queue: no worker of this library, in any process, begins a job of it until it is [resumed](Self::resume_queue). What
    /// runs goes on, and jobs are still taken and scheduled. The pause outlasts restarts; it is kept in the schema `<schema>_jobs`.
    /// Workers hear of it at once by `NOTIFY`, and without that within 5 seconds. A Node process knows no pause, and goes on.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such queue, [`ErrorKind::Refused`] if the role may not use that schema.
    pub async fn pause_queue(&self, queue: &str) -> Result<(), Error> {
        let doing = format!("pause queue `{queue}`");
        let store = self.store().await?;
        if !with_timeout(store.make_own())
            .await
            .map_err(map_db_error(&*doing))?
        {
            let message = format!(
                "cannot {doing}: the schema `{}` cannot be used; the log says why",
                store.schema().own_name()
            );
            return Err(Error::new(ErrorKind::Refused, message));
        }
        self.set_paused(&doing, queue, true).await
    }

    /// Ends the pause of a queue. Without a pause it does nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such queue.
    pub async fn resume_queue(&self, queue: &str) -> Result<(), Error> {
        let doing = format!("resume queue `{queue}`");
        self.set_paused(&doing, queue, false).await
    }

    /// The names of the queues that are paused.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn paused_queues(&self) -> Result<Vec<String>, Error> {
        let store = self.store().await?;
        with_timeout(store.paused_queues())
            .await
            .map_err(map_db_error("look for paused queues"))
    }

    /// One that this program declares is created if it does not exist.
    async fn set_paused(&self, doing: &str, queue: &str, is_paused: bool) -> Result<(), Error> {
        let store = self.store().await?;
        let set = || with_timeout(store.set_paused(queue, is_paused));
        let mut is_known = set().await.map_err(map_db_error(doing))?;
        if !is_known && self.create_declared(queue).await? {
            is_known = set().await.map_err(map_db_error(doing))?;
        }
        self.wakeups().pauses_changed();
        match is_known {
            true => Ok(()),
            false => Err(store.unknown_queue(doing, queue).await),
        }
    }
}
