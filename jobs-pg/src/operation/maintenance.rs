//! Maintenance on demand, for processes that do none by themselves, and for moments that cannot wait.

use std::sync::Arc;

use jobs_core::{Error, ErrorKind};
use sqlx::Error as Failure;

use super::Operation;
use crate::PgBoss;
use crate::admin::{BamEntry, BamStatus, Instance, Warning};
use crate::error::map_db_error;
use crate::store::with_timeout;
use crate::supervise::Maintenance;
use crate::validate::check_rows;

/// How many rows a list holds at most.
const LONGEST_LIST: i64 = 10_000;

impl PgBoss {
    /// Does the maintenance of all queues now: ends attempts that ran out of time or give no sign of life, counts the jobs, removes
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
    /// [`NotFound`](ErrorKind::NotFound) if there is no such queue.
    pub async fn supervise_queue(&self, queue: &str) -> Result<(), Error> {
        let doing = format!("do the maintenance of queue `{queue}`");
        let store = self.store().await?;
        let found = with_timeout(store.find_queues(&[queue])).await;
        if found.map_err(map_db_error(&*doing))?.is_empty() {
            let message = format!("cannot {doing}: there is no such queue");
            return Err(Error::new(ErrorKind::NotFound, message));
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

    /// The newest warnings that processes with the option `persistWarnings` have kept, so many at most: 1 to 100,000.
    ///
    /// # Errors
    /// If the number is out of bounds, or the database does not answer.
    pub fn warnings(&self, at_most: u32) -> Operation<Vec<Warning>> {
        self.warnings_like(None, at_most)
    }

    /// As [`warnings`](Self::warnings), of one kind, such as `queue_backlog`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn warnings_of(&self, kind: &str, at_most: u32) -> Operation<Vec<Warning>> {
        self.warnings_like(Some(kind.to_owned()), at_most)
    }

    /// The processes, Node's and others, that have entered themselves into the table of instances, the oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn instances(&self) -> Operation<Vec<Instance>> {
        Operation::new(self, "list the instances", |store, connection| {
            Box::pin(async move { Ok(store.find_instances(connection, LONGEST_LIST).await?) })
        })
    }

    /// The index builds that migrations of pg-boss left for later, in the order in which pg-boss does them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn bam_entries(&self) -> Operation<Vec<BamEntry>> {
        Operation::new(self, "list the index builds", |store, connection| {
            Box::pin(async move { Ok(store.find_bam(connection, LONGEST_LIST).await?) })
        })
    }

    /// How many of them have each status.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn bam_status(&self) -> Operation<Vec<BamStatus>> {
        Operation::new(self, "count the index builds", |store, connection| {
            Box::pin(async move { Ok(store.count_bam(connection).await?) })
        })
    }

    fn warnings_like(&self, kind: Option<String>, at_most: u32) -> Operation<Vec<Warning>> {
        let operation = Operation::new(self, "list the warnings", move |store, connection| {
            Box::pin(async move {
                let kind = kind.as_deref();
                Ok(store
                    .find_warnings(connection, kind, at_most.into())
                    .await?)
            })
        });
        operation.unless_refused(check_rows(at_most))
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
