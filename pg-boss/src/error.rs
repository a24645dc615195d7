//! Converts errors of the database into the library's error.

use std::error::Error as StdError;
use std::fmt;

use jobs_rules::{Error, ErrorKind, chain, shorten_to};
use sqlx::postgres::PgDatabaseError;

/// What a connection pooler in transaction mode lacks, and what to set.
pub const NO_SESSIONS: &str = "the connections go through a connection pooler in transaction mode, and jobs need sessions \
    (prepared statements, LISTEN); set the pooler to session mode for this database (PgBouncer: `pool_mode = session`), or connect \
    to PostgreSQL itself";

/// How many characters of the database's words a message holds.
const REASON: usize = 400;

const UNIQUE_VIOLATION: &str = "23505";
/// The foreign key by which a job has a queue, on every table of jobs.
const OF_THE_QUEUE: &str = "q_fkey";
const OF_QUEUES: [&str; 3] = [OF_THE_QUEUE, "schedule_name_fkey", "subscription_name_fkey"];
const OF_DEAD_LETTERS: [&str; 2] = ["dlq_fkey", "queue_dead_letter_fkey"];
const FOREIGN_KEY_VIOLATION: &str = "23503";
/// What Postgres 18 says of `ON DELETE RESTRICT`; before, it is the one above.
const RESTRICT_VIOLATION: &str = "23001";
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// A prepared statement that is not there, or that another connection made: a pooler hands out its connections.
const FOREIGN_STATEMENT: [&str; 2] = ["26000", "42P05"];

/// A column or function that the statement names is not there: the schema was changed since the start.
const UNDEFINED: [&str; 2] = ["42703", "42883"];

/// Makes an error that names the failed operation and keeps the database's error as its cause. The message ends with what the database
/// says; if that names a constraint, with what the constraint means.
pub fn map_db_error(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Error {
    let doing = doing.into();
    move |error| {
        let message = format!("cannot {doing}: {}", why(&error));
        Error::caused_by(kind_of(&error), message, DatabaseError::behind(error))
    }
}

/// What the database said, or why it could not be reached: the source of an [`Error`] of this executor. Where the error says the
/// database's own words, this says their SQLSTATE alone.
///
/// ```
/// # use std::error::Error as _;
/// use pg_boss::{DatabaseError, Error};
///
/// fn is_deadlock(error: &Error) -> bool {
///     let database = error.source().and_then(|source| source.downcast_ref::<DatabaseError>());
///     database.and_then(DatabaseError::sqlstate).as_deref() == Some("40P01")
/// }
/// ```
#[derive(Debug)]
pub struct DatabaseError {
    pub(crate) error: sqlx::Error,
    is_said: bool,
}

impl DatabaseError {
    /// Of an error that says in other words what it means.
    pub(crate) fn new(error: sqlx::Error) -> Self {
        let is_said = false;
        Self { error, is_said }
    }

    /// Of an error that says [`why`].
    pub(crate) fn behind(error: sqlx::Error) -> Self {
        let is_said = meaning(&error).is_none() && reason_of(&error).is_none();
        Self { error, is_said }
    }

    /// The code that Postgres gives to this kind of error; `None` if the database was not reached.
    pub fn sqlstate(&self) -> Option<String> {
        sqlstate(&self.error)
    }
}

// Not sqlx's own text, which names a line of Postgres's source.
impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_said {
            false => f.write_str(&reason(&self.error)),
            true => match self.sqlstate() {
                Some(code) => write!(f, "SQLSTATE {code}"),
                None => f.write_str("no SQLSTATE"),
            },
        }
    }
}

impl StdError for DatabaseError {}

/// The message of sqlx's error, as a reader of the log needs it.
pub fn reason(error: &sqlx::Error) -> String {
    match (error.as_database_error(), reason_of(error)) {
        (Some(error), _) => error.message().to_owned(),
        // Its own words are said by `why`.
        (None, Some(error)) => error.source().map_or_else(|| error.to_string(), chain),
        (None, None) if is_closed(error) => "the connection to the database was closed".into(),
        (None, None) => chain(error),
    }
}

/// The other end, or something between, has closed the connection. The words of the system do not say so.
fn is_closed(error: &sqlx::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let sqlx::Error::Io(error) = error else {
        return false;
    };
    let closed = [
        BrokenPipe,
        ConnectionAborted,
        ConnectionReset,
        UnexpectedEof,
    ];
    closed.contains(&error.kind())
}

/// Why the database failed: what is behind its error, or else its own words.
pub(crate) fn why(error: &sqlx::Error) -> String {
    match (reason_of(error), meaning(error)) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(meaning)) => meaning.to_owned(),
        // It may quote a whole value.
        (None, None) => shorten_to(&reason(error), REASON).into_owned(),
    }
}

/// What a constraint of pg-boss's tables stands for, or what a pooler did.
fn meaning(error: &sqlx::Error) -> Option<&'static str> {
    if is_of_pooler(error) {
        return Some(NO_SESSIONS);
    }
    let constraint = error.as_database_error()?.constraint()?;
    match constraint {
        name if OF_QUEUES.contains(&name) => Some("there is no such queue"),
        name if OF_DEAD_LETTERS.contains(&name) => Some("the dead letter queue does not exist"),
        "job_key_strict_fifo_singleton_key_check" => {
            Some("the queue keeps the order of each key, and the job has no singleton key")
        }
        index if is_of_jobs(index) => Some("a job with the same key already exists"),
        _ => None,
    }
}

/// Whether an index is one of a table of jobs: `job_common_i3`, or, of a queue's own table, `j` and 56 digits before `_i3`.
fn is_of_jobs(index: &str) -> bool {
    index.rsplit_once("_i").is_some_and(|(table, number)| {
        let is_numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_own = table.len() == 57
            && table.starts_with('j')
            && table[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
        is_numbered && (is_own || table == "job_common" || table == "job")
    })
}

pub(crate) fn kind_of(error: &sqlx::Error) -> ErrorKind {
    match sqlstate(error).as_deref() {
        Some(FOREIGN_KEY_VIOLATION | RESTRICT_VIOLATION) => ErrorKind::NotFound,
        Some(code) if UNDEFINED.contains(&code) => ErrorKind::Incompatible,
        Some(code) if FOREIGN_STATEMENT.contains(&code) => ErrorKind::Configuration,
        // Data exceptions: what was given cannot be stored.
        Some(code) if code.starts_with("22") => ErrorKind::BadInput,
        // Shutdown, crash, too many connections, read-only: it may be different in a moment.
        Some(code) if is_passing(code) => ErrorKind::Unavailable,
        Some(_) => ErrorKind::Refused,
        None => ErrorKind::Unavailable,
    }
}

/// Whether the same statement may succeed a little later.
pub fn is_transient(error: &sqlx::Error) -> bool {
    match sqlstate(error) {
        Some(code) => is_passing(&code),
        None => !matches!(
            error,
            sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_)
                | sqlx::Error::Encode(_)
                | sqlx::Error::PoolClosed
        ),
    }
}

/// Whether the connection is gone, or was never there: a statement that was under way may have succeeded.
pub fn is_disconnected(error: &sqlx::Error) -> bool {
    match sqlstate(error) {
        Some(code) => code.starts_with("08") || code.starts_with("57P") || code == "53300",
        None => is_transient(error),
    }
}

fn is_of_pooler(error: &sqlx::Error) -> bool {
    sqlstate(error).is_some_and(|code| FOREIGN_STATEMENT.contains(&code.as_str()))
}

/// Connection exceptions, rollbacks (deadlock, serialisation), lack of resources, operator intervention, lock waits.
fn is_passing(code: &str) -> bool {
    ["08", "25006", "40", "53", "55P03", "57"]
        .iter()
        .any(|class| code.starts_with(class))
}

/// A deadlock or a serialization failure: the transaction was undone, and may succeed when it runs again.
pub fn is_lost_race(error: &sqlx::Error) -> bool {
    matches!(sqlstate(error).as_deref(), Some("40001" | "40P01"))
}

/// Whether another row has the same unique key.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    sqlstate(error).as_deref() == Some(UNIQUE_VIOLATION)
}

/// Whether a row that is referred to does not exist, or is still referred to.
pub fn is_foreign_key_violation(error: &sqlx::Error) -> bool {
    matches!(
        sqlstate(error).as_deref(),
        Some(FOREIGN_KEY_VIOLATION | RESTRICT_VIOLATION)
    )
}

/// The queue of a job does not exist; a missing dead letter queue is another error.
pub fn is_unknown_queue(error: &sqlx::Error) -> bool {
    let broken = error
        .as_database_error()
        .and_then(|error| error.constraint());
    is_foreign_key_violation(error) && broken == Some(OF_THE_QUEUE)
}

/// A queue that a row was to refer to and that does not exist: what it would have been, and its name. Of the server's message only the
/// name is the same in every language.
pub(crate) fn missing_queue(error: &sqlx::Error) -> Option<(&'static str, &str)> {
    let error = error
        .as_database_error()
        .filter(|_| is_foreign_key_violation(error))?
        .try_downcast_ref::<PgDatabaseError>()?;
    let (what, column) = match error.constraint()? {
        name if OF_QUEUES.contains(&name) => ("queue", "(name)=("),
        name if OF_DEAD_LETTERS.contains(&name) => ("dead letter queue", "(dead_letter)=("),
        _ => return None,
    };
    let (_, name) = error.detail()?.split_once(column)?;
    Some((what, name.split_once(')')?.0))
}

/// Whether a lock could not be had in time.
pub fn is_lock_not_available(error: &sqlx::Error) -> bool {
    sqlstate(error).as_deref() == Some(LOCK_NOT_AVAILABLE)
}

/// The five letters and digits that Postgres gives each kind of error.
pub fn sqlstate(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// The reason that `connect::acquire` found, if the error is one of its own.
pub fn reason_of(error: &sqlx::Error) -> Option<&Error> {
    match error {
        sqlx::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}
