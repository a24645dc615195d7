//! Changing jobs that wait.

use jobs_rules::OptionValues;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::insert::Insert;
use crate::statement::sql;
use crate::store::Store;
use crate::submit::{Due, InsertError, NewJob};

/// Which waiting jobs are meant.
#[derive(Debug, Clone)]
pub enum Target {
    /// The job of this id.
    Id(Uuid),
    /// Jobs of this singleton key.
    Key(String, Match),
}

/// A change of waiting jobs, and what is stored if there is none.
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Upsert {
    pub target: Target,
    /// JSON text, if it is to change.
    pub data: Option<String>,
    pub options: OptionValues,
    pub job: NewJob,
}

/// Which of several jobs of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The one that was created last.
    Newest,
    /// The one that was created first.
    Oldest,
    /// Every one.
    All,
}

impl Match {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::All => "all",
        }
    }
}

impl Store {
    /// Changes what is given of waiting jobs; answers which. `data` is JSON text, if it is to change.
    pub async fn update_jobs(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        target: &Target,
        data: Option<&str>,
        options: &OptionValues,
    ) -> sqlx::Result<Vec<Uuid>> {
        let (id, key, of_several) = match target {
            Target::Id(id) => (Some(*id), None, Match::Newest),
            Target::Key(key, of_several) => (None, Some(key), *of_several),
        };
        let due = options.start_after.as_ref().map(Due::from);
        sqlx::query_scalar(sql(&self.statements.update_jobs))
            .bind(queue)
            .bind(id)
            .bind(key)
            .bind(of_several.as_str())
            .bind(data.is_some())
            .bind(data)
            .bind(options.priority)
            .bind(due.as_ref().and_then(Due::at))
            .bind(options.retry_limit)
            .bind(options.retry_delay)
            .bind(options.retry_backoff)
            .bind(options.retry_delay_max)
            .bind(options.expire_in)
            .bind(options.delete_after)
            .bind(options.retention)
            .bind(&options.dead_letter)
            .bind(options.heartbeat)
            .bind(options.group.as_ref().map(|group| &group.id))
            .bind(options.group.as_ref().and_then(|group| group.tier.as_ref()))
            .bind(&self.channel)
            .bind(due.as_ref().and_then(Due::after))
            .fetch_all(connection)
            .await
    }

    /// Changes waiting jobs, or stores one if there is none. Answers which, and whether one was stored.
    pub async fn upsert_job(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        upsert: &Upsert,
    ) -> Result<(Vec<Uuid>, bool), InsertError> {
        let Upsert {
            target,
            data,
            options,
            job,
        } = upsert;
        let insert = match target {
            Target::Key(..) => Insert::Upsert,
            Target::Id(_) => Insert::Store,
        };
        let data = data.as_deref();
        let mut transaction = connection.begin().await?;
        let mut updated = self
            .update_jobs(&mut transaction, queue, target, data, options)
            .await?;
        let mut inserted = false;
        if updated.is_empty() {
            let stored = self
                .insert_once(&mut transaction, std::slice::from_ref(job), insert)
                .await?;
            inserted = stored.iter().any(|job| job.is_stored);
            updated = match inserted {
                true => vec![job.id()],
                // Another process was faster, and has committed by now.
                false => {
                    self.update_jobs(&mut transaction, queue, target, data, options)
                        .await?
                }
            };
        }
        transaction.commit().await?;
        Ok((updated, inserted))
    }
}
