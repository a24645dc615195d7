//! Maintenance on demand, for processes that do none by themselves, and for moments that cannot wait.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jobs_core::Error;
use pg_boss::{Boss, SchedulePreview};
use sqlx::Error as Failure;

use crate::PgBoss;
use crate::store::with_timeout;
use crate::supervise::Maintenance;
use pg_boss::error::map_db_error;

impl PgBoss {
    /// The times at which a schedule would fire: see [`Boss::preview_schedule`].
    ///
    /// # Errors
    /// [`BadInput`](crate::ErrorKind::BadInput) if something of it is out of range or cannot be read.
    pub fn preview_schedule(preview: &SchedulePreview) -> Result<Vec<DateTime<Utc>>, Error> {
        Boss::preview_schedule(preview)
    }

    /// Does the maintenance of all queues now: ends attempts that ran out of time or send no heartbeat, counts the jobs, removes
    /// those that were kept long enough. It does not matter whether this process does the maintenance by itself
    /// ([`supervise`](crate::PgBossBuilder::supervise)), and when the last pass was; pg-boss 12.38 passes over queues that had
    /// theirs lately. A pass that is under way here is waited for; queues that another process is just seeing to are left to
    /// it. It goes on to its end when this future is dropped.
    ///
    /// # Errors
    /// If the database fails. What was not done then is as due as before.
    pub async fn supervise(&self) -> Result<(), Error> {
        self.supervise_some(None, "do the maintenance of the queues")
            .await
    }

    /// As [`supervise`](Self::supervise), of one queue.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is no such queue.
    pub async fn supervise_queue(&self, queue: &str) -> Result<(), Error> {
        let doing = format!("do the maintenance of queue `{queue}`");
        let store = self.store().await?;
        let found = with_timeout(store.find_queues(&[queue])).await;
        if found.map_err(map_db_error(&*doing))?.is_empty() {
            return Err(store.unknown_queue(&doing, queue).await);
        }
        self.supervise_some(Some(queue), &doing).await
    }

    /// Lets the jobs go now whose parents are done, instead of within the seconds of `flowIntervalSeconds`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resolve_flow(&self) -> Result<(), Error> {
        let maintenance = Arc::clone(self.maintenance().await?);
        let pass = tokio::spawn(async move { maintenance.resolve_now().await });
        ended(pass.await).map_err(map_db_error("let waiting jobs go"))
    }

    async fn supervise_some(&self, queue: Option<&str>, doing: &str) -> Result<(), Error> {
        let maintenance: Arc<Maintenance> = Arc::clone(self.maintenance().await?);
        let queue = queue.map(str::to_owned);
        // A task of its own, as a pass that is dropped half-way would leave queues taken.
        let pass = tokio::spawn(async move { maintenance.supervise_now(queue.as_deref()).await });
        ended(pass.await).map_err(map_db_error(doing))
    }
}

fn ended(pass: Result<sqlx::Result<()>, tokio::task::JoinError>) -> sqlx::Result<()> {
    pass.unwrap_or_else(|broken| Err(Failure::Io(std::io::Error::other(broken))))
}
