//! Bringing dead letters home: pg-boss's `redrive` and `previewRedrive`.

use chrono::{DateTime, TimeZone, Utc};
use jobs_rules::Error;
use serde::Serialize;
use uuid::Uuid;

use crate::Boss;
use crate::operation::Operation;
use crate::operation::must_exist;
use crate::settle::DeadLetters;
use crate::validate::{ROWS, bad_input, check_queue, check_rows};

/// Which jobs of a dead letter queue are brought back, and where: those for which all of it holds, at most 1,000, the oldest
/// first, each to the queue that it came from.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Redrive {
    letters: DeadLetters,
    limit: Option<u32>,
    refused: Option<String>,
}

impl Redrive {
    /// Every job, home.
    pub fn new() -> Self {
        Self::default()
    }

    /// To this queue, wherever they came from.
    pub fn to(mut self, queue: impl Into<String>) -> Self {
        self.letters.destination = Some(queue.into());
        self
    }

    /// Only those that came from this queue.
    pub fn from(mut self, queue: impl Into<String>) -> Self {
        self.letters.source = Some(queue.into());
        self
    }

    /// Only those whose input contains this, as Postgres's `@>` has it.
    pub fn data(mut self, data: impl Serialize) -> Self {
        match serde_json::to_string(&data) {
            Ok(data) => self.letters.data = Some(data),
            Err(error) => self.refused = Some(format!("cannot encode the data as JSON: {error}")),
        }
        self
    }

    /// Only those that came to the dead letter queue before this time.
    pub fn created_before<Tz: TimeZone>(mut self, time: DateTime<Tz>) -> Self {
        self.letters.created_before = Some(time.with_timezone(&Utc));
        self
    }

    /// Only these, by their ids in the dead letter queue.
    pub fn ids(mut self, ids: impl IntoIterator<Item = Uuid>) -> Self {
        self.letters.ids = Some(ids.into_iter().collect());
        self
    }

    /// At most this number, 1 to 100,000.
    pub fn limit(mut self, jobs: u32) -> Self {
        self.limit = Some(jobs);
        self
    }

    fn check(&self, queue: &str) -> Result<(), Error> {
        check_queue(queue)?;
        let ends = [&self.letters.destination, &self.letters.source];
        for queue in ends.into_iter().flatten() {
            check_queue(queue)?;
        }
        match &self.refused {
            Some(message) => Err(bad_input(message)),
            None => check_rows(self.limit.unwrap_or(ROWS)),
        }
    }

    fn letters(self) -> DeadLetters {
        DeadLetters {
            at_most: self.limit.unwrap_or(ROWS).into(),
            ..self.letters
        }
    }
}

/// What bringing dead letters back came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedriveResult {
    /// How many became new jobs in their destination; their dead letters are gone.
    pub moved: u64,
    /// How many the policy of their destination had no place for: they stay, as failed, and their output says so.
    pub refused: u64,
}

/// Where dead letters would go.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedrivePreview {
    /// How many were looked at; as many as the limit means that many or more.
    pub total: u64,
    /// The queues that they would go to with how many each, most first.
    pub destinations: Vec<(String, u64)>,
    /// How many would stay: the queue that they came from is gone or unknown, and no other is named.
    pub unroutable: u64,
}

impl Boss {
    /// Brings jobs of a dead letter queue back as new ones, by the rules that their destination has now.
    ///
    /// ```no_run
    /// # use pg_boss::Redrive;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// let redriven = boss.redrive("dead", Redrive::new().from("mail").limit(100)).await?;
    /// println!("{} are on their way", redriven.moved);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](jobs_rules::ErrorKind::BadInput) for what is refused, [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no
    /// such queue.
    pub fn redrive(&self, dead_letters: &str, redrive: Redrive) -> Operation<RedriveResult> {
        let checked = redrive.check(dead_letters);
        let letters = redrive.letters();
        let name = dead_letters.to_owned();
        let doing = format!("redrive the jobs of queue `{dead_letters}`");
        let operation = Operation::new(self, doing, move |store, connection| {
            Box::pin(async move {
                let (moved, refused) = store.redrive(connection, &name, &letters).await?;
                if (moved, refused) == (0, 0) {
                    must_exist(store, connection, &name).await?;
                }
                Ok(RedriveResult {
                    moved: moved.unsigned_abs(),
                    refused: refused.unsigned_abs(),
                })
            })
        });
        operation.unless_refused(checked)
    }

    /// Tells what [`redrive`](Self::redrive) would do.
    ///
    /// # Errors
    /// As `redrive`.
    pub fn preview_redrive(
        &self,
        dead_letters: &str,
        redrive: Redrive,
    ) -> Operation<RedrivePreview> {
        let checked = redrive.check(dead_letters);
        let letters = redrive.letters();
        let name = dead_letters.to_owned();
        let doing = format!("preview a redrive of queue `{dead_letters}`");
        let operation = Operation::new(self, doing, move |store, connection| {
            Box::pin(async move {
                let found = store.preview_redrive(connection, &name, &letters).await?;
                if found.is_empty() {
                    must_exist(store, connection, &name).await?;
                }
                Ok(preview(found))
            })
        });
        operation.unless_refused(checked)
    }
}

fn preview(found: Vec<(Option<String>, i64)>) -> RedrivePreview {
    let mut preview = RedrivePreview {
        total: 0,
        destinations: Vec::new(),
        unroutable: 0,
    };
    for (destination, count) in found {
        let count = count.unsigned_abs();
        preview.total += count;
        match destination {
            Some(destination) => preview.destinations.push((destination, count)),
            None => preview.unroutable += count,
        }
    }
    preview
}
