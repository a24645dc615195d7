//! The jobs of one schema, worked by whichever programs.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jobs_rules::{Error, ErrorKind, JobOptions};
use sqlx::PgPool;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::schema::{self, Missing, Schema};
use crate::store::Store;

/// How long the schema may take to be checked or installed: another process that installs it too is waited for.
const INSTALLATION: Duration = Duration::from_secs(120);

/// How long the schema's version may take to be read.
const LOOK: Duration = Duration::from_secs(60);

/// A future of a [`Host`].
pub type HostFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// How a [`Boss`] uses its schema.
#[derive(Debug, Clone)]
pub struct BossSettings {
    /// The schema's name.
    pub schema: String,
    /// Whether the tables may be installed where they are missing.
    pub migrate: bool,
    /// Whether the schema may be created for them.
    pub create_schema: bool,
    /// The most bytes that an input may have as JSON.
    pub max_input: usize,
    /// The most bytes that an output may have as JSON.
    pub max_output: usize,
    /// Whether processes keep the statistics of queues (pg-boss's option `persistQueueStats`).
    pub queue_stats: bool,
    /// Up to which age the counts of a queue are shown as they are.
    pub counts_fresh: Duration,
    /// Whether the connections read the test clock of the schema.
    #[cfg(feature = "testing")]
    pub test_clock: bool,
}

impl Default for BossSettings {
    fn default() -> Self {
        Self {
            schema: "pgboss".to_owned(),
            migrate: true,
            create_schema: true,
            max_input: 8 << 20,
            max_output: 8 << 20,
            queue_stats: false,
            counts_fresh: Duration::from_secs(3600),
            #[cfg(feature = "testing")]
            test_clock: false,
        }
    }
}

/// What the program around a [`Boss`] adds: it may declare queues, and have workers that wait for jobs.
pub trait Host: Send + Sync + 'static {
    /// Creates those of these queues that the program declares: one of them is missing. Returns `false` if it declares none.
    fn create_queues<'a>(&'a self, store: &'a Store, queues: &'a [String]) -> HostFuture<'a, bool>;

    /// Jobs were stored, the first of which is due after this time.
    fn enqueued(&self, due: Duration);

    /// Checks that an input, as JSON text, fits the job that the program declares for its queue.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if it does not.
    fn check_input(&self, queue: &str, input: Option<&str>) -> Result<(), Error>;

    /// The queue of a job that the program declares, by the job's name, and the options with the names of queues likewise.
    fn place(&self, job: &str, options: JobOptions) -> (String, JobOptions) {
        (job.to_owned(), options)
    }
}

/// A program that declares nothing.
struct NoHost;

impl Host for NoHost {
    fn create_queues<'a>(&'a self, _: &'a Store, _: &'a [String]) -> HostFuture<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn enqueued(&self, _: Duration) {}

    fn check_input(&self, _: &str, _: Option<&str>) -> Result<(), Error> {
        Ok(())
    }
}

/// The jobs of one schema of pg-boss 12.38: each operation of pg-boss is a method.
///
/// It runs nothing: jobs are fetched and settled by operations. It is a cheap handle: clone it at will.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), pg_boss::Error> {
/// use pg_boss::{Boss, BossSettings, FetchOptions, QueueOptions};
///
/// let boss = Boss::new(pool, BossSettings::default())?;
/// boss.create_queue("mail", QueueOptions::new()).await?;
/// boss.send("mail", "tony", ()).await?;
/// for job in boss.fetch("mail", FetchOptions::new()).await? {
///     boss.complete("mail", &job, ()).await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Boss {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    schema: Schema,
    settings: BossSettings,
    host: Arc<dyn Host>,
    store: OnceCell<Arc<Store>>,
}

impl Boss {
    /// Takes a pool of connections; nothing is asked of the database yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the schema cannot have such a name.
    pub fn new(pool: PgPool, settings: BossSettings) -> Result<Self, Error> {
        Self::with_host(pool, settings, Arc::new(NoHost))
    }

    /// As [`new`](Self::new), for a program that declares queues or waits for jobs.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_host(
        pool: PgPool,
        settings: BossSettings,
        host: Arc<dyn Host>,
    ) -> Result<Self, Error> {
        let schema = Schema::new(&settings.schema)
            .map_err(|error| Error::new(ErrorKind::Configuration, error.to_string()))?;
        let inner = Inner {
            pool,
            schema,
            settings,
            host,
            store: OnceCell::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The connections.
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// The schema's name.
    pub fn schema(&self) -> &Schema {
        &self.inner.schema
    }

    /// How it uses the schema.
    pub fn settings(&self) -> &BossSettings {
        &self.inner.settings
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.inner.host
    }

    /// The version of the schema's tables, whatever it is; `None` if none are installed. Nothing is installed by asking.
    ///
    /// # Errors
    /// If the database does not answer, or the version table has no row or several.
    pub async fn schema_version(&self) -> Result<Option<i32>, Error> {
        let look = schema::installed_version(self.pool(), self.schema());
        let version = timeout(LOOK, look).await.map_err(|_| {
            let message = format!("the schema's version could not be read within {LOOK:?}");
            Error::new(ErrorKind::Unavailable, message)
        })?;
        Ok(version?)
    }

    /// Whether the tables are installed. Nothing is installed by asking.
    ///
    /// # Errors
    /// As [`schema_version`](Self::schema_version).
    pub async fn is_installed(&self) -> Result<bool, Error> {
        Ok(self.schema_version().await?.is_some())
    }

    /// The statements, one function each. The schema is checked or installed when they are first asked for.
    ///
    /// # Errors
    /// If the schema cannot be used, or if the database does not answer.
    pub async fn store(&self) -> Result<&Arc<Store>, Error> {
        let Inner {
            pool,
            schema,
            settings,
            ..
        } = &*self.inner;
        let open = async || {
            let look = async {
                match (settings.migrate, settings.create_schema) {
                    (true, true) => schema::ensure(pool, schema, Missing::Schema).await,
                    (true, false) => schema::ensure(pool, schema, Missing::Tables).await,
                    (false, _) => schema::attach(pool, schema).await,
                }
            };
            let database = timeout(INSTALLATION, look).await.map_err(|_| {
                let message = format!("the schema was not ready within {INSTALLATION:?}");
                Error::new(ErrorKind::Unavailable, message)
            })??;
            let store = Store::new(pool.clone(), schema.clone(), database);
            #[cfg(feature = "testing")]
            if settings.test_clock {
                let obeys = store.obey_test_clock().await;
                obeys.map_err(crate::error::map_db_error(
                    "let the connections read the test clock",
                ))?;
            }
            Ok(Arc::new(store))
        };
        self.inner.store.get_or_try_init(open).await
    }
}

impl fmt::Debug for Boss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boss")
            .field("schema", &self.inner.schema)
            .finish_non_exhaustive()
    }
}
