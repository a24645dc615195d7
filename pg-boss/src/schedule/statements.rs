//! Schedules, and the occurrences that are filed of them.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::page::Page;
use crate::statement::sql;
use crate::store::Store;
use crate::submit::{InsertError, NewJob};
use crate::timestamp::Timestamp;

/// The outcome of asking for the pass over the schedules.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct CronClaim {
    /// Whether the pass is ours.
    pub taken: bool,
    /// The time of the database.
    pub now: DateTime<Utc>,
    /// When the pass before this one was taken.
    pub previous: Option<DateTime<Utc>>,
    /// In how many seconds it can be had, if it was not.
    pub due_in: f64,
}

/// One schedule, as far as its due times depend on it.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct ScheduleRow {
    pub name: String,
    pub key: String,
    pub kind: String,
    pub cron: String,
    pub timezone: Option<String>,
    pub missed: Option<String>,
    #[sqlx(try_from = "Timestamp")]
    pub created_on: DateTime<Utc>,
}

/// One due time of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Tick<'a> {
    pub name: &'a str,
    pub key: &'a str,
    /// The minute, as UTC wall time.
    pub slot: String,
}

/// One schedule as a program declares it.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct DeclaredRow {
    pub name: &'static str,
    pub key: &'static str,
    pub cron: &'static str,
    pub timezone: &'static str,
    /// JSON text.
    pub data: String,
    /// JSON text.
    pub options: String,
}

/// What declaring schedules changed.
#[derive(Debug)]
pub struct ScheduleChanges {
    /// Queue, key, and whether it is new.
    pub written: Vec<(String, String, bool)>,
    /// Queue and key.
    pub removed: Vec<(String, String)>,
}

/// One schedule as it is set by hand.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct NewSchedule {
    pub name: String,
    pub key: String,
    pub expression: String,
    pub kind: &'static str,
    pub timezone: String,
    /// JSON text.
    pub data: Option<String>,
    /// JSON text.
    pub options: String,
}

impl Store {
    /// Stores the job of a tick, and records it at its schedule. Returns whether the job is new.
    ///
    /// # Errors
    /// If there is no such queue, or the database does not answer.
    pub async fn insert_of_schedule(
        &self,
        connection: &mut PgConnection,
        job: &NewJob,
        key: &str,
    ) -> Result<bool, InsertError> {
        let mut transaction = connection.begin().await?;
        let receipts = self
            .insert(&mut transaction, std::slice::from_ref(job))
            .await?;
        let stored = receipts.iter().find(|receipt| receipt.is_new);
        if let Some(receipt) = stored {
            self.record_last_job(&mut transaction, job.queue(), key, receipt.id)
                .await?;
        }
        transaction.commit().await?;
        Ok(stored.is_some())
    }

    /// Takes the pass over the schedules, if no process has taken it for this long, in seconds.
    pub async fn claim_cron(
        &self,
        connection: &mut PgConnection,
        seconds: f64,
    ) -> sqlx::Result<CronClaim> {
        sqlx::query_as(sql(&self.statements.claim_cron))
            .bind(seconds)
            .fetch_one(connection)
            .await
    }

    /// Every schedule.
    pub async fn schedules(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<ScheduleRow>> {
        sqlx::query_as(sql(&self.statements.find_schedules))
            .fetch_all(connection)
            .await
    }

    /// Corrects the kind of a schedule's expression.
    pub async fn relabel_schedule(
        &self,
        connection: &mut PgConnection,
        row: &ScheduleRow,
        kind: &str,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.relabel_schedule))
            .bind(&row.name)
            .bind(&row.key)
            .bind(&row.cron)
            .bind(kind)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Files occurrences to be sent on; answers how many were not filed before.
    pub async fn enqueue_ticks(
        &self,
        connection: &mut PgConnection,
        filings: &[Tick<'_>],
    ) -> sqlx::Result<i64> {
        if filings.is_empty() {
            return Ok(0);
        }
        sqlx::query_scalar(sql(&self.statements.enqueue_ticks))
            .bind(filings.iter().map(|one| one.name).collect::<Vec<_>>())
            .bind(filings.iter().map(|one| one.key).collect::<Vec<_>>())
            .bind(filings.iter().map(|one| &one.slot).collect::<Vec<_>>())
            .bind(&self.channel)
            .fetch_one(connection)
            .await
    }

    /// Notes the job that a schedule submitted last.
    pub async fn record_last_job(
        &self,
        connection: &mut PgConnection,
        name: &str,
        key: &str,
        id: Uuid,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.record_last_job))
            .bind(name)
            .bind(key)
            .bind(id)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Sets the schedule of a queue and key; `false` if there is no such queue.
    pub async fn set_schedule(
        &self,
        connection: &mut PgConnection,
        schedule: &NewSchedule,
    ) -> sqlx::Result<bool> {
        sqlx::query(sql(&self.statements.set_schedule))
            .bind(&schedule.name)
            .bind(&schedule.key)
            .bind(&schedule.expression)
            .bind(schedule.kind)
            .bind(&schedule.timezone)
            .bind(&schedule.data)
            .bind(&schedule.options)
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
    }

    /// Removes a schedule; `false` if there is none.
    pub async fn delete_schedule(
        &self,
        connection: &mut PgConnection,
        name: &str,
        key: &str,
    ) -> sqlx::Result<bool> {
        sqlx::query(sql(&self.statements.delete_schedule))
            .bind(name)
            .bind(key)
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
    }

    /// Rows of schedules as JSON texts.
    pub async fn list_schedules(
        &self,
        connection: &mut PgConnection,
        name: Option<&str>,
        key: Option<&str>,
        page: &Page<(String, String)>,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.list_schedules))
            .bind(name)
            .bind(key)
            .bind(page.after.as_ref().map(|(name, _)| name))
            .bind(page.after.as_ref().map(|(_, key)| key))
            .bind(page.at_most)
            .fetch_all(connection)
            .await
    }

    /// The queues whose schedules this application declares no more, and that another live process of its program declares.
    pub async fn find_undeclared_schedules(
        &self,
        application: &str,
        declared: &[(&str, &str)],
        program: &str,
        instance: Uuid,
    ) -> sqlx::Result<Vec<String>> {
        let (names, keys): (Vec<&str>, Vec<&str>) = declared.iter().copied().unzip();
        sqlx::query_scalar(sql(&self.statements.find_undeclared_schedules))
            .bind(application)
            .bind(names)
            .bind(keys)
            .bind(program)
            .bind(instance)
            .fetch_all(&mut *self.connection().await?)
            .await
    }

    /// Makes the schedules of an application those that it declares. Those that it declared before, that are not among `known`
    /// and whose queue is not in `kept` are removed.
    pub async fn declare_schedules(
        &self,
        application: &str,
        declared: &[DeclaredRow],
        known: &[(&str, &str)],
        kept: &[String],
    ) -> sqlx::Result<ScheduleChanges> {
        fn all<'a, T>(rows: &'a [DeclaredRow], of: impl Fn(&'a DeclaredRow) -> T) -> Vec<T> {
            rows.iter().map(of).collect()
        }
        let mut transaction = self.begin().await?;
        let written = sqlx::query_as(sql(&self.statements.declare_schedules))
            .bind(all(declared, |row| row.name))
            .bind(all(declared, |row| row.key))
            .bind(all(declared, |row| row.cron))
            .bind(all(declared, |row| row.timezone))
            .bind(all(declared, |row| row.data.as_str()))
            .bind(all(declared, |row| row.options.as_str()))
            .fetch_all(&mut *transaction)
            .await?;
        let (names, keys): (Vec<&str>, Vec<&str>) = known.iter().copied().unzip();
        let removed = sqlx::query_as(sql(&self.statements.delete_undeclared_schedules))
            .bind(application)
            .bind(names)
            .bind(keys)
            .bind(kept)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(ScheduleChanges { written, removed })
    }
}
