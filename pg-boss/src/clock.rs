//! The clock of the schema, which tests move: the lever of pg-boss's TestClock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::timeout;

use crate::statement::sql;
use crate::store::Store;

/// What a session says that reads a test clock.
const OPT_IN: (&str, &str) = ("pgboss.test_clock", "on");

/// How long connections that are in use may take to come back, when all of them are to read the test clock.
const COME_BACK: Duration = Duration::from_secs(5);

/// What the test clock is set to.
#[derive(Debug, Clone)]
pub enum Move {
    /// At this instant.
    To(DateTime<Utc>),
    /// On by this interval, as Postgres reads it.
    By(String),
}

/// What the test clock was set to before, and what it is set to now.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct ClockSpan {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

impl Store {
    /// Whether it looks as if only tests used the schema.
    pub async fn clock_may_move(&self) -> sqlx::Result<bool> {
        sqlx::query_scalar(sql(&self.statements.clock_may_move))
            .bind(self.schema.name())
            .fetch_one(&mut *self.connection().await?)
            .await
    }

    /// Lets every connection of the pool read the test clock, those to come as well. That lasts as long as they do.
    ///
    /// Time comes from the session that asks, so none may be left out: those in use are waited for.
    pub async fn obey_test_clock(&self) -> sqlx::Result<()> {
        let all = async || {
            let options = (*self.pool.connect_options()).clone().options([OPT_IN]);
            self.pool.set_connect_options(options);
            let mut held = Vec::new();
            while held.len() < usize::try_from(self.pool.size()).unwrap_or(usize::MAX) {
                let mut connection = self.connection().await?;
                self.opt_in(&mut connection).await?;
                held.push(connection);
            }
            Ok(())
        };
        let opted_in = self.obeying.get_or_try_init(|| async {
            timeout(COME_BACK, all())
                .await
                .unwrap_or(Err(sqlx::Error::PoolTimedOut))
        });
        opted_in.await.map(drop)
    }

    /// The same for a connection of the caller's, where the pool's read the test clock.
    pub async fn obey_within(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        match self.obeying.initialized() {
            true => self.opt_in(connection).await,
            false => Ok(()),
        }
    }

    async fn opt_in(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.obey_test_clock))
            .execute(connection)
            .await
            .map(drop)
    }

    /// Moves the test clock, which the schema gets if it has none.
    pub async fn move_clock(&self, to: &Move) -> sqlx::Result<ClockSpan> {
        let (instant, interval) = match to {
            Move::To(instant) => (Some(*instant), None),
            Move::By(interval) => (None, Some(interval.as_str())),
        };
        let mut transaction = self.begin_locked("test-clock").await?;
        let install = include_str!("clock/install.sql");
        sqlx::raw_sql(self.clock_sql(install))
            .execute(&mut *transaction)
            .await?;
        let moved: ClockSpan = sqlx::query_as(self.clock_sql(include_str!("clock/move.sql")))
            .bind(instant)
            .bind(interval)
            .fetch_one(&mut *transaction)
            .await?;
        if moved.to < moved.from {
            self.forget_what_comes_later(&mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(moved)
    }

    /// The time of the last pass is in the schema; no process would take it again before that time comes.
    async fn forget_what_comes_later(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        for statement in [
            &self.statements.forget_later_passes,
            &self.statements.forget_later_watches,
        ] {
            sqlx::query(sql(statement))
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// Takes the test clock away, if there is one.
    pub async fn remove_clock(&self) -> sqlx::Result<()> {
        let mut transaction = self.begin_locked("test-clock").await?;
        sqlx::raw_sql(self.clock_sql(include_str!("clock/remove.sql")))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    // Not among the statements that are written once: there is no such table in a schema at work.
    fn clock_sql(&self, file: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.schema.qualify(file))
    }
}
