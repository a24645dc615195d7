//! Importing from the schemas of pg-boss 8 to 10, which no later pg-boss can migrate.

mod names;
mod report;
pub(crate) mod statements;

use std::collections::BTreeMap;
use std::time::Duration;

use jobs_rules::{Error, ErrorKind};
use tokio::time::timeout;

use crate::Boss;
use crate::error::map_db_error;
use crate::import::statements::{Importing, QueueMove};
use crate::schema::{OldSchema, Schema, SchemaError};
use crate::store::Store;

pub use report::{ImportCount, ImportKind, ImportReport, Skipped, SkippedReason};

/// The database copies millions of rows in minutes; what takes longer than this is stuck.
const LONGEST: Duration = Duration::from_secs(3600);

/// What to import: an old schema, and how.
///
/// ```
/// use pg_boss::Import;
///
/// let import = Import::from("pgboss_v8").rename("send mail", "send-mail").dry_run();
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is imported until it is given to `Boss::import_from`"]
pub struct Import {
    schema: String,
    renames: BTreeMap<String, String>,
    dry_run: bool,
    even_in_use: bool,
}

impl From<&str> for Import {
    /// Imports all of a schema. The name is spelled as in pg-boss's option `schema`: lower case, or in double quotes.
    fn from(schema: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            renames: BTreeMap::new(),
            dry_run: false,
            even_in_use: false,
        }
    }
}

impl From<String> for Import {
    fn from(schema: String) -> Self {
        Self::from(schema.as_str())
    }
}

impl Import {
    /// Gives a queue another name. Needed for names that pg-boss 12 does not take: it takes ASCII letters, digits and
    /// `_ - . /`.
    pub fn rename(mut self, old: &str, new: &str) -> Self {
        self.renames.insert(old.to_owned(), new.to_owned());
        self
    }

    /// Does the whole import and rolls it back, so that the report says what would be done. It takes the same time and the same locks.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// Goes on although others write to the old schema. What they do meanwhile may be lost or done twice.
    pub fn even_in_use(mut self) -> Self {
        self.even_in_use = true;
        self
    }
}

impl Boss {
    /// Takes the jobs, schedules and subscriptions of pg-boss 8, 9 or 10 over from their schema of the same database, in
    /// one transaction. The old schema is only read.
    ///
    /// Stop the old workers first. Sessions that still write to the old schema are looked for, and the import refused; those
    /// that the database role may not look at (of other roles) are not found. Transactions that create queues here wait meanwhile.
    ///
    /// - Waiting jobs wait on, with their ids, due times, attempts and limits. An active job waits as a retry, and its
    ///   cut-off attempt does not count.
    /// - Ended jobs and the archive arrive as ended jobs, kept from now on for as long as their queue keeps them. `expired`
    ///   is `failed` here; archived jobs that had waited in vain are `cancelled`.
    /// - Queues are made where there are none of the name; existing ones are left unchanged. pg-boss 8 had none: theirs
    ///   get a retry limit of 0, its default. Its unique keys hold on for the jobs that come over; new jobs need a queue
    ///   with a policy for that.
    /// - Whatever is not taken over is listed in the report.
    ///
    /// Importing again adds only what was made since, even when jobs that came over have been deleted meanwhile: the
    /// queue `__jobs__imports` remembers, for each name of an old schema, how new the newest row was that was seen. What is
    /// not newer counts as imported.
    ///
    /// ```no_run
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// println!("{}", boss.import_from("pgboss_v8").await?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Nothing was written then. [`BadInput`](ErrorKind::BadInput) if queues need another name, all of which the error
    /// lists; [`Refused`](ErrorKind::Refused) if the old schema is in use; [`Incompatible`](ErrorKind::Incompatible) if it is
    /// none of pg-boss 8 to 10; [`Configuration`](ErrorKind::Configuration) if its name is wrong, or that of this executor.
    pub async fn import_from(&self, import: impl Into<Import>) -> Result<ImportReport, Error> {
        let import = import.into();
        let store = self.store().await?;
        let report = timeout(LONGEST, run(store, &import)).await.map_err(|_| {
            let message = format!(
                "cannot import from the schema `{}` within {LONGEST:?}",
                import.schema
            );
            Error::new(ErrorKind::Unavailable, message)
        })??;
        // Jobs that came over may be due, and pg-boss notifies of submissions only.
        self.host().enqueued(Duration::ZERO);
        Ok(report)
    }
}

async fn run(store: &Store, import: &Import) -> Result<ImportReport, Error> {
    let old = find_old(store, import).await?;
    let doing = format!("import from the schema `{}`", old.schema());
    let begun = store.begin_import(&old).await;
    let mut importing = begun.map_err(map_db_error(doing.as_str()))?;
    if !import.even_in_use {
        refuse_if_in_use(&mut importing, &doing).await?;
    }
    let known = importing
        .find_queues()
        .await
        .map_err(map_db_error(doing.as_str()))?;
    let queues = names::plan(known, &import.renames).map_err(|problems| {
        Error::new(ErrorKind::BadInput, format!("cannot {doing}: {problems}"))
    })?;
    copy(importing, &old, &queues, import.dry_run)
        .await
        .map_err(map_db_error(doing))
}

async fn find_old(store: &Store, import: &Import) -> Result<OldSchema, Error> {
    let refused = |error: SchemaError| {
        let message = format!("cannot import from the schema `{}`", import.schema);
        Error::because(error.kind(), message, &error)
    };
    let schema = Schema::new(&import.schema).map_err(refused)?;
    if schema.name() == store.schema().name() {
        let message = format!(
            "cannot import from the schema `{schema}`: it is the one that this executor uses; set another one for it, \
             into which the jobs come"
        );
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let connection = store.connection().await;
    let mut connection =
        connection.map_err(map_db_error(format!("import from the schema `{schema}`")))?;
    OldSchema::find(&mut connection, schema)
        .await
        .map_err(refused)
}

async fn refuse_if_in_use(importing: &mut Importing<'_>, doing: &str) -> Result<(), Error> {
    let writers = importing
        .find_writers()
        .await
        .map_err(map_db_error(doing))?;
    if writers.is_empty() {
        return Ok(());
    }
    let message = format!(
        "cannot {doing}: these sessions have written to it within the last minute: {}; stop the old workers and try again in \
         a minute, or call `Import::even_in_use` if they are not workers",
        writers.join(", ")
    );
    Err(Error::new(ErrorKind::Refused, message))
}

/// Does all that writes, and commits it unless it is a dry run.
async fn copy(
    mut importing: Importing<'_>,
    old: &OldSchema,
    queues: &[QueueMove],
    dry_run: bool,
) -> sqlx::Result<ImportReport> {
    let queues_created = importing.create_queues(queues).await?;
    let seen = importing.find_import().await?;
    let counted = importing.import::<ImportCount>(queues, seen).await?;
    let left_behind = importing.count_left_behind().await?;
    let newest = counted.iter().filter_map(|(_, newest)| *newest).max();
    if dry_run {
        importing.roll_back().await?;
    } else {
        importing.commit(newest).await?;
    }
    let mut counts: Vec<_> = counted.into_iter().map(|(count, _)| count.0).collect();
    counts.extend(report::dead_letters(queues, &queues_created));
    counts.sort_by(|a, b| (&a.queue, a.kind).cmp(&(&b.queue, b.kind)));
    Ok(ImportReport {
        schema: old.schema().to_string(),
        version: old.version(),
        dry_run,
        queues_created,
        counts,
        left_behind: left_behind.into_iter().map(|left| left.0).collect(),
    })
}
