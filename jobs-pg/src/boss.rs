//! The executor on Postgres.

use std::fmt;
use std::future::{Pending, pending};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use jobs_core::executor::{Declaration, Extensions, Registry};
use jobs_core::{Error, ErrorKind, Job};
use jobs_rules::shorten;
use sqlx::PgPool;
use tokio::runtime::Handle;
use tokio::sync::{Mutex as AsyncMutex, OnceCell, broadcast};
use tokio_util::sync::CancellationToken;

use crate::builder::PgBossBuilder;
use crate::config::Home;
use crate::config::Settings;
use crate::connect::library_pool;
use crate::declared::Declared;
use crate::entities::Connections;
use crate::health::{Health, Unhealthy};
use crate::hints::New;
use crate::namespace::Namespace;
use crate::provision;
use crate::signals::Signals;
use crate::stop_limit::StopLimit;
use crate::store::Store;
use crate::supervise::{self, Maintenance, Supervision, WorkerReport};
use crate::wakeups::Wakeups;
use crate::worker::{Settled, WorkPlan, Worker};
use pg_boss::{Boss, Host};

/// The [`executor_name`](crate::SubmittedJob::executor_name) of jobs of [`PgBoss`].
pub const PG_BOSS_EXECUTOR_NAME: &str = "PgBoss";

/// How many batches of settled ids a waiter in this process may lag behind, before it looks into the database.
const SETTLED_BATCHES: usize = 256;

/// The executor on Postgres: stores jobs in the tables of pg-boss 12.38, and runs them.
///
/// It is a handle, and clones are cheap. When the application drops its last one, the executor stops.
#[derive(Clone)]
pub struct PgBoss {
    inner: Arc<Inner>,
    /// Shared by the application's handles, to stop when the last is dropped; the library's own handles have none.
    #[expect(dead_code, reason = "it acts when it is dropped")]
    handles: Option<Arc<Handles>>,
}

/// Stops the executor when the application drops its last handle.
struct Handles {
    inner: Arc<Inner>,
}

impl Drop for Handles {
    fn drop(&mut self) {
        self.inner.begin_to_stop();
    }
}

struct Inner {
    settings: Settings,
    /// The operations, by the library's own connections.
    boss: Boss,
    declared: Arc<Declared>,
    /// The application's connections.
    pool: PgPool,
    provided: Extensions,
    only: Option<Vec<&'static str>>,
    store: OnceCell<Arc<Store>>,
    maintenance: OnceCell<Arc<Maintenance>>,
    settled: Settled,
    health: Health,
    started: AsyncMutex<Option<Started>>,
    #[expect(dead_code, reason = "it lives as long as the executor does")]
    home: Option<Home>,
}

impl Inner {
    /// Stops without being waited for.
    fn begin_to_stop(&self) {
        let started = self.started.try_lock().ok();
        if let Some(started) = started.and_then(|mut started| started.take()) {
            let runtime = started.runtime.clone();
            let stop = started.stop(self.settings.stop_timeout, CancellationToken::new());
            runtime.spawn(stop);
        }
    }
}

/// Everything that `start` begins and `stop` ends.
struct Started {
    worker: Option<Worker>,
    supervision: Supervision,
    runtime: Handle,
}

impl Started {
    /// Stops within this time; when `at_once` is cancelled, without waiting for the running jobs.
    async fn stop(self, patience: Duration, at_once: CancellationToken) {
        self.supervision.begin_to_stop();
        let limit = StopLimit::new(patience, at_once);
        let worker = async {
            if let Some(worker) = self.worker {
                worker.stop(&limit).await;
            }
        };
        let supervision = async {
            tokio::select! {
                () = self.supervision.stop() => {}
                () = limit.end() => {}
            }
        };
        tokio::join!(worker, supervision);
        tracing::info!("stopped");
    }
}

/// Returned by [`PgBoss::install`]. The executor is installed; awaiting this also makes the schema and the queues ready.
#[derive(Debug)]
pub struct Installed {
    boss: PgBoss,
}

impl PgBoss {
    #[doc(hidden)]
    pub fn new(_: impl New) -> Pending<Result<Self, Error>> {
        pending()
    }

    pub(crate) fn from_settings(
        settings: Settings,
        pool: PgPool,
        provided: Extensions,
        only: Option<Vec<&'static str>>,
        home: Option<Home>,
    ) -> Result<Self, Error> {
        let (product, env) = (settings.product.as_deref(), settings.env.as_deref());
        let declared = Arc::new(Declared::new(Namespace::new(product, env)?));
        let library_pool = library_pool(&settings, &pool);
        let inner = Arc::new(Inner {
            boss: Boss::with_host(library_pool, settings.of_boss(), Arc::clone(&declared) as _)?,
            declared,
            provided: provided.with(Connections::from(pool.clone())),
            only,
            store: OnceCell::new(),
            maintenance: OnceCell::new(),
            settled: broadcast::Sender::new(SETTLED_BATCHES),
            health: Health::default(),
            started: AsyncMutex::default(),
            home,
            settings,
            pool,
        });
        Ok(Self {
            handles: Some(Arc::new(Handles {
                inner: Arc::clone(&inner),
            })),
            inner,
        })
    }

    /// A handle that does not keep the executor running.
    fn internal(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            handles: None,
        }
    }

    /// Returns the settings of an executor, to be changed before it connects.
    pub fn builder() -> PgBossBuilder {
        PgBossBuilder::new()
    }

    /// Connects to a database, with the default settings.
    ///
    /// # Errors
    /// If the URL is not valid, or if the database cannot be reached within 10 seconds.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Self::builder().url(url).connect().await
    }

    /// Connects to the database that the environment variable `PG_BOSS_NEW_OPTIONS` names, else `DATABASE_URL`; else, with the feature
    /// `embedded`, to a private Postgres whose data is in `.jobs/`.
    ///
    #[doc = include_str!("config/options.md")]
    ///
    /// # Errors
    /// If the environment names no database, if an option is not valid, or if the database cannot be reached within 10 seconds.
    pub async fn from_env() -> Result<Self, Error> {
        Self::builder().connect().await
    }

    /// Makes the schema, the queues and the declared schedules ready, begins to run jobs, and [installs](Self::install) the executor.
    /// If it is started already, this does nothing.
    ///
    /// # Errors
    /// If two jobs have the same name, if the delegate of a job's entity is not provided, if the schema cannot be used, or if the
    /// database does not respond.
    pub async fn start(&self) -> Result<(), Error> {
        let mut started = self.inner.started.lock().await;
        if started.is_some() {
            return Ok(());
        }
        let settings = &self.inner.settings;
        // Checked before anything is written.
        let registry = self.registry()?;
        let maintenance = self.maintenance().await?;
        if settings.schedule {
            supervise::announce(maintenance, settings, &registry).await;
        }
        let (store, declared) = self.declared().await?;
        let worked = match settings.work {
            true => {
                provision::warn_of_unhandled(&store, self.namespace()).await?;
                declared
            }
            false => declared.only(&[]),
        };
        // A process that enqueues ticks forwards them too.
        let worker = match settings.work || settings.schedule {
            true => {
                let plan = self.plan(&store, &worked).await?;
                let mut names: Vec<_> = worked.iter().map(|job| job.declaration().name).collect();
                names.sort_unstable();
                if settings.work && names.is_empty() {
                    tracing::warn!(
                        "no `#[job]` function is linked into this program, so it runs none; name the crate that has them, as in `use my_jobs as _;`"
                    );
                }
                tracing::info!(
                    queues = names.len(), names = %shorten(&names.join(", ")), concurrency = plan.concurrency, schema = %self.schema(),
                    "{}", if settings.work { "starting to work" } else { "starting; no jobs are run here" }
                );
                let worker = Worker::start(&self.internal(), &store, plan, self.wakeups());
                Some(worker.map_err(|error| {
                    let message = "cannot start the thread of the heartbeats";
                    Error::because(ErrorKind::Unavailable, message, &error)
                })?)
            }
            false => None,
        };
        let report = worker.as_ref().map(|worker| {
            let report = worker.report();
            Box::new(move || report.to_json()) as WorkerReport
        });
        let supervision = Supervision::start(maintenance, settings, report, self.health());
        *started = Some(Started {
            worker,
            supervision,
            runtime: Handle::current(),
        });
        jobs_core::executor::install(self.internal());
        Ok(())
    }

    /// Starts, waits for SIGINT or SIGTERM, and stops. A second signal releases the running jobs at once; the outcomes of those that
    /// have ended are written if that takes no longer than two seconds. A third ends the process, with the status that a shell
    /// gives for the signal (130 or 143): what keeps its runtime from ending, as a job does that blocks its thread, cannot be
    /// waited for.
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`stop`](Self::stop), or if the system has no thread for the signals.
    pub async fn run(&self) -> Result<(), Error> {
        let signals = Signals::hear().map_err(|error| {
            let message = "cannot wait for SIGINT or SIGTERM";
            Error::because(ErrorKind::Configuration, message, &error)
        })?;
        self.start().await?;
        signals.first.cancelled().await;
        self.stop_or(signals.second.clone()).await;
        Ok(())
    }

    /// Stops within [`stop_timeout`](PgBossBuilder::stop_timeout): fetches no more jobs, waits for running jobs, and shortly before
    /// the time is over releases those that still run, without counting the attempt. The executor can still submit jobs, and can be
    /// started again.
    ///
    /// The stop goes on if this future is dropped. Dropping the application's last handle stops too; the handles that jobs get from
    /// [`Context::executor`](crate::Context::executor), and the installed one, do not count.
    ///
    /// # Errors
    /// Currently infallible.
    pub async fn stop(&self) -> Result<(), Error> {
        self.stop_or(CancellationToken::new()).await;
        Ok(())
    }

    /// Stops; when `at_once` is cancelled, without waiting for the running jobs.
    async fn stop_or(&self, at_once: CancellationToken) {
        let Some(started) = self.inner.started.lock().await.take() else {
            return;
        };
        let stop = started.stop(self.inner.settings.stop_timeout, at_once);
        // The runtime may end first, and the stop with it.
        let _ = tokio::spawn(stop).await;
    }

    /// Makes this the process's executor without running jobs, for a process that only submits. Submissions that name no executor go
    /// to it. Await the result to make the schema and the queues ready now, instead of with the first submission.
    pub fn install(&self) -> Installed {
        jobs_core::executor::install(self.internal());
        Installed { boss: self.clone() }
    }

    /// Runs a future. Submissions in it that name no executor go to this one.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        jobs_core::executor::scope(self.clone(), future).await
    }

    /// Checks whether the library's own tasks (fetching, heartbeats, maintenance, schedules) work, for an application's health check. It
    /// reads what they have recorded, without a query. An executor that is not started is healthy.
    ///
    /// # Errors
    /// The tasks that fail at the moment, and why.
    pub fn is_healthy(&self) -> Result<(), Unhealthy> {
        self.inner.health.check()
    }

    /// The name of a job's queue, for operations by hand: the job's name, with the [`product`](PgBossBuilder::product) and the
    /// [`env`](PgBossBuilder::env) of this executor before it if it has them.
    pub fn queue_of<J: Job<Executor = Self>>(&self) -> String {
        self.namespace().queue(J::NAME).into_owned()
    }

    /// The application's pool of connections, of the size [`max_connections`](PgBossBuilder::max_connections). The library itself uses it
    /// only for `ctx.entities`.
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    #[cfg(feature = "testing")]
    pub(crate) fn begin_to_stop(&self) {
        self.inner.begin_to_stop();
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn provided(&self) -> &Extensions {
        &self.inner.provided
    }

    pub(crate) fn namespace(&self) -> &Namespace {
        &self.inner.declared.namespace
    }

    pub(crate) fn wakeups(&self) -> &Arc<Wakeups> {
        &self.inner.declared.wakeups
    }

    pub(crate) fn health(&self) -> &Health {
        &self.inner.health
    }

    pub(crate) fn settled(&self) -> &Settled {
        &self.inner.settled
    }

    /// The schema, checked or installed when it is first needed.
    pub(crate) async fn store(&self) -> Result<&Arc<Store>, Error> {
        let Inner { boss, store, .. } = &*self.inner;
        let open = async || Ok(Arc::new(Store::new(Box::pin(boss.store()).await?)));
        store.get_or_try_init(open).await
    }

    /// Creates or adapts the queues of these jobs, once in the life of the process.
    pub(crate) async fn provide(
        &self,
        jobs: impl IntoIterator<Item = &'static Declaration>,
    ) -> Result<(), Error> {
        let store = self.store().await?;
        self.inner.declared.provide(store, jobs).await
    }

    /// Whether this process runs the jobs of this queue.
    pub(crate) async fn works(&self, queue: &str) -> bool {
        let started = self.inner.started.lock().await;
        let worker = started.as_ref().and_then(|started| started.worker.as_ref());
        worker.is_some_and(|worker| worker.works(queue))
    }

    /// Creates this queue if it is that of a job of this program. Returns whether it is.
    pub(crate) async fn create_declared(&self, queue: &str) -> Result<bool, Error> {
        let store = self.store().await?;
        let declared = &*self.inner.declared;
        declared.create_queues(store, &[queue.to_owned()]).await
    }

    /// The passes of the maintenance, whether or not this process makes them by itself.
    pub(crate) async fn maintenance(&self) -> Result<&Arc<Maintenance>, Error> {
        let (store, settings) = (self.store().await?, self.settings());
        let make = async || Arc::new(Maintenance::new(store, self.wakeups(), settings));
        Ok(self.inner.maintenance.get_or_init(make).await)
    }

    /// Whether it runs jobs, maintenance or schedules by itself.
    #[cfg(feature = "testing")]
    pub(crate) async fn is_at_work(&self) -> bool {
        let Settings {
            work,
            supervise,
            schedule,
            ..
        } = self.inner.settings;
        (work || supervise || schedule) && self.inner.started.lock().await.is_some()
    }

    /// Makes the schema, the queues of every job of the program, and the schedules of this executor's. Returns its jobs.
    pub(crate) async fn declared(&self) -> Result<(Arc<Store>, Registry), Error> {
        let settings = &self.inner.settings;
        let registry = self.registry()?;
        let linked = self.namespace().linked()?;
        let store = self.prepare(linked).await?;
        if settings.schedule {
            let maintenance = self.maintenance().await?;
            provision::schedules(&store, settings, maintenance, &registry, self.namespace())
                .await?;
        }
        Ok((store, registry))
    }

    /// Which jobs this process runs.
    pub(crate) async fn plan(&self, store: &Store, registry: &Registry) -> Result<WorkPlan, Error> {
        provision::plan(store, &self.inner.settings, registry).await
    }

    /// The jobs that this executor runs.
    fn registry(&self) -> Result<Registry, Error> {
        let linked = self.namespace().linked()?.clone();
        let registry = match &self.inner.only {
            Some(names) => linked.only(names),
            None => linked,
        };
        registry.check(&self.inner.provided)?;
        Ok(registry)
    }

    async fn prepare(&self, registry: &Registry) -> Result<Arc<Store>, Error> {
        let store = Arc::clone(self.store().await?);
        let jobs = registry.iter().map(|job| job.declaration());
        self.inner.declared.provide(&store, jobs).await?;
        Ok(store)
    }
}

/// The operations of pg-boss.
impl Deref for PgBoss {
    type Target = Boss;

    fn deref(&self) -> &Boss {
        &self.inner.boss
    }
}

impl IntoFuture for Installed {
    type Output = Result<(), Error>;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let linked = self.boss.namespace().linked()?;
            self.boss.prepare(linked).await.map(drop)
        })
    }
}

impl fmt::Debug for PgBoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgBoss")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}
