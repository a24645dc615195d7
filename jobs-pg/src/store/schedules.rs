//! Schedules, and the occurrences that are filed of them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Page, Store, Timestamp, sql};

/// What came of asking for the pass over the schedules.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct CronClaim {
    /// Whether the pass is ours.
    pub(crate) taken: bool,
    /// The time of the database.
    pub(crate) now: DateTime<Utc>,
    /// When the pass before this one was taken.
    pub(crate) previous: Option<DateTime<Utc>>,
    /// In how many seconds it can be had, if it was not.
    pub(crate) due_in: f64,
}

/// One schedule, as far as its due times depend on it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct ScheduleRow {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) kind: String,
    pub(crate) cron: String,
    pub(crate) timezone: Option<String>,
    pub(crate) missed: Option<String>,
    #[sqlx(try_from = "Timestamp")]
    pub(crate) created_on: DateTime<Utc>,
}

/// One due time of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tick<'a> {
    pub(crate) name: &'a str,
    pub(crate) key: &'a str,
    /// The minute, as UTC wall time.
    pub(crate) slot: String,
}

/// One schedule as a program declares it.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredRow {
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) cron: &'static str,
    pub(crate) timezone: &'static str,
    /// JSON text.
    pub(crate) data: String,
    /// JSON text.
    pub(crate) options: String,
}

/// What declaring schedules changed.
#[derive(Debug)]
pub(crate) struct ScheduleChanges {
    /// Queue, key, and whether it is new.
    pub(crate) written: Vec<(String, String, bool)>,
    /// Queue and key.
    pub(crate) removed: Vec<(String, String)>,
}

/// One schedule as it is set by hand.
#[derive(Debug, Clone)]
pub(crate) struct NewSchedule {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) expression: String,
    pub(crate) kind: &'static str,
    pub(crate) timezone: String,
    /// JSON text.
    pub(crate) data: Option<String>,
    /// JSON text.
    pub(crate) options: String,
}

impl Store {
    /// Takes the pass over the schedules, if nobody took it for so many seconds.
    pub(crate) async fn claim_cron(
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
    pub(crate) async fn schedules(
        &self,
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<ScheduleRow>> {
        sqlx::query_as(sql(&self.statements.find_schedules))
            .fetch_all(connection)
            .await
    }

    /// Corrects the kind of a schedule's expression.
    pub(crate) async fn relabel_schedule(
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
    pub(crate) async fn enqueue_ticks(
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
    pub(crate) async fn record_last_job(
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

    /// Makes the schedule of a queue and key stand so. `data` and `options` are JSON texts.
    pub(crate) async fn set_schedule(
        &self,
        connection: &mut PgConnection,
        schedule: &NewSchedule,
    ) -> sqlx::Result<()> {
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
            .map(drop)
    }

    /// Removes a schedule; `false` if there is none.
    pub(crate) async fn delete_schedule(
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
    pub(crate) async fn list_schedules(
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

    /// The queues whose schedules this application declares no more, and that another live process of its name declares.
    pub(crate) async fn find_undeclared_schedules(
        &self,
        application: &str,
        declared: &[(&str, &str)],
        instance: Uuid,
    ) -> sqlx::Result<Vec<String>> {
        let (names, keys): (Vec<&str>, Vec<&str>) = declared.iter().copied().unzip();
        sqlx::query_scalar(sql(&self.statements.find_undeclared_schedules))
            .bind(application)
            .bind(names)
            .bind(keys)
            .bind(instance)
            .fetch_all(&self.pool)
            .await
    }

    /// Makes the schedules of an application those that it declares. Those that it declared before, that are not among `known`
    /// and whose queue is not in `kept` are removed.
    pub(crate) async fn declare_schedules(
        &self,
        application: &str,
        declared: &[DeclaredRow],
        known: &[(&str, &str)],
        kept: &[String],
    ) -> sqlx::Result<ScheduleChanges> {
        fn all<'a, T>(rows: &'a [DeclaredRow], of: impl Fn(&'a DeclaredRow) -> T) -> Vec<T> {
            rows.iter().map(of).collect()
        }
        let mut transaction = self.pool.begin().await?;
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
