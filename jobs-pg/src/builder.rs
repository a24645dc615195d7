//! How an executor is set up.

use std::time::Duration;

use jobs_core::{Error, Extensions, JobSet};
use sqlx::PgPool;

use crate::PgBoss;
use crate::config::Settings;
use crate::config::environment;
use crate::connect::connect;

/// Sets up a [`PgBoss`]. What is wrong with a setting is the error of [`connect`](Self::connect).
#[derive(Debug)]
#[must_use = "nothing happens until `.connect().await`"]
pub struct PgBossBuilder {
    settings: Option<Result<Settings, Error>>,
    pool: Option<PgPool>,
    provided: Extensions,
    only: Option<Vec<&'static str>>,
    changes: Vec<Change>,
}

/// A setting on top of the URL's, whichever was given first.
struct Change(Box<dyn FnOnce(&mut Settings) + Send>);

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Change")
    }
}

impl PgBossBuilder {
    pub(crate) fn new() -> Self {
        Self {
            settings: None,
            pool: None,
            provided: Extensions::default(),
            only: None,
            changes: Vec::new(),
        }
    }

    /// The database, as `postgres://user:password@host:port/database`. Without a URL and without a pool it is the one that the
    /// environment names, as in [`PgBoss::from_env`].
    pub fn url(mut self, url: &str) -> Self {
        self.settings = Some(Settings::from_url(url));
        self
    }

    /// A ready pool of connections, in place of a URL. Through PgBouncer its options need `extra_float_digits(None)`, as PgBouncer
    /// refuses that parameter.
    pub fn pool(mut self, pool: PgPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// The schema that holds the jobs, as pg-boss's option `schema` spells it; the default is `pgboss`.
    pub fn schema(self, schema: impl Into<String>) -> Self {
        let schema = schema.into();
        self.change(move |settings| settings.schema = schema)
    }

    /// How many connections the application's [pool](PgBoss::pool) may open; the default is 10. The library has others, which no
    /// job can hold up: as many, but 5 at most, for submissions and maintenance; and of a process that works, up to 6 for fetching,
    /// settling, heartbeats and listening.
    pub fn max_connections(self, connections: u32) -> Self {
        self.change(move |settings| settings.max_connections = connections)
    }

    /// How many jobs this process runs at once in all; the default is 64. Each job has its own bound besides, 10 unless its
    /// attribute says `worker(concurrency = ...)`.
    pub fn concurrency(self, jobs: usize) -> Self {
        self.change(move |settings| settings.concurrency = jobs)
    }

    /// A value for `ctx.app::<T>()`, or the delegate of an entity of one's own.
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.provided = self.provided.with(value);
        self
    }

    /// Runs only these jobs, and declares only their schedules: a handle, or a tuple of handles. The queues of the others are still
    /// made, so that they can be submitted; their schedules are neither added nor removed.
    pub fn only<Jobs: JobSet>(mut self) -> Self {
        self.only = Some(Jobs::names());
        self
    }

    /// Whether this process sweeps expired jobs and does the other maintenance; the default is that it does.
    pub fn supervise(self, supervise: bool) -> Self {
        self.change(move |settings| settings.supervise = supervise)
    }

    /// How often this process looks whether there is maintenance to do; the default is a minute. As the other intervals it is from a
    /// second to a day.
    pub fn supervise_interval(self, interval: Duration) -> Self {
        self.change(move |settings| settings.intervals.supervise = interval)
    }

    /// How often each queue is counted, by whichever process; the default is a minute.
    pub fn monitor_interval(self, interval: Duration) -> Self {
        self.change(move |settings| settings.intervals.monitor = interval)
    }

    /// How often each queue is rid of old jobs, by whichever process; the default is a day.
    pub fn maintenance_interval(self, interval: Duration) -> Self {
        self.change(move |settings| settings.intervals.maintenance = interval)
    }

    /// How often jobs that waited for others are let go, by whichever process; the default is 5 seconds.
    pub fn flow_interval(self, interval: Duration) -> Self {
        self.change(move |settings| settings.intervals.flow = interval)
    }

    /// Whether the maintenance of this process keeps each count of a queue, and counts how much passes through it, for
    /// [`PgBoss::queue_stats`]; the default is that it does not. They are kept for 7 days. Of several processes, the one that makes a
    /// pass decides by its own setting whether that pass keeps statistics: set all of them alike.
    pub fn persist_queue_stats(self, persist: bool) -> Self {
        self.change(move |settings| settings.records.queue_stats = persist)
    }

    /// Whether the maintenance of this process keeps its warnings in the database, for [`PgBoss::warnings`], beside logging them; the
    /// default is that it does not. They are kept for a year.
    pub fn persist_warnings(self, persist: bool) -> Self {
        self.change(move |settings| settings.records.warnings = persist)
    }

    /// Whether this process enters itself into the table of instances, for [`PgBoss::instances`]; the default is that it does.
    pub fn register_instance(self, register: bool) -> Self {
        self.change(move |settings| settings.registration.enter = register)
    }

    /// Its name there; the default is that of the application with ` (rust)` behind it.
    pub fn instance_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(move |settings| settings.registration.name = Some(name))
    }

    /// Whether this process declares and fires schedules; the default is that it does. It fires those of every program in the schema,
    /// also without [`work`](Self::work).
    pub fn schedule(self, schedule: bool) -> Self {
        self.change(move |settings| settings.schedule = schedule)
    }

    /// Whether a missing schema is installed; the default is that it is. A schema that stands is never changed.
    pub fn migrate(self, migrate: bool) -> Self {
        self.change(move |settings| settings.migrate = migrate)
    }

    /// Whether this process runs jobs; without, it only submits them and does the maintenance. The default is that it does.
    pub fn work(self, work: bool) -> Self {
        self.change(move |settings| settings.work = work)
    }

    /// Whether this executor goes by the test clock of the schema, its own or that of a `TestClock` of pg-boss 12.38, while
    /// there is one; for tests. The default is that it does not until it [travels](PgBoss::travel); with this it may
    /// travel on a schema that has been at work for long, too.
    #[cfg(feature = "testing")]
    pub fn test_clock(self, obey: bool) -> Self {
        self.change(move |settings| settings.test_clock = obey)
    }

    /// How long a stop may take; the default is 30 seconds. Running jobs have all of it but the last quarter, of 2 seconds at most:
    /// then those that still run are released, no attempt is counted, and that is written. With less than a second for it, the
    /// stop may take a second longer.
    pub fn stop_timeout(self, timeout: Duration) -> Self {
        self.change(move |settings| settings.stop_timeout = timeout)
    }

    /// The name of this application: its connections bear it, and the schedules that it declares are known by it. Those that it
    /// declared before and declares no more are removed when it starts. The default is the name of the program's file; give programs
    /// whose files have the same name a name each. Without one, the schedules of a queue are kept while another running program of
    /// that name declares schedules for it.
    pub fn application_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(move |settings| settings.application_name = name)
    }

    /// The most bytes that the JSON of one input may have; the default is 8 MiB.
    pub fn max_input(self, bytes: usize) -> Self {
        self.change(move |settings| settings.max_input_bytes = bytes)
    }

    /// The maximum size of the JSON of one output, in bytes; the default is 8 MiB. A larger output of an operation by hand
    /// is an error.
    pub fn max_output(self, bytes: usize) -> Self {
        self.change(move |settings| settings.max_output = bytes)
    }

    /// Connects to the database. Nothing is written before the executor is started, or the first job submitted.
    ///
    /// # Errors
    /// If a setting is refused, or if the database cannot be reached within 10 seconds.
    pub async fn connect(self) -> Result<PgBoss, Error> {
        let mut home = None;
        let mut settings = match (&self.pool, self.settings) {
            (_, Some(settings)) => settings?,
            (Some(pool), None) => Settings::from_pool(pool),
            (None, None) => environment(&mut home).await?,
        };
        for Change(change) in self.changes {
            change(&mut settings);
        }
        settings.check()?;
        let pool = match self.pool {
            Some(pool) => pool,
            None => connect(&settings).await?,
        };
        PgBoss::from_settings(settings, pool, self.provided, self.only, home)
    }

    /// Connects with a schema that is made for one test. `environment` names the database where the builder names none.
    #[cfg(feature = "testing")]
    pub(crate) async fn connect_for_test(
        mut self,
        connections: u32,
        schema: String,
        environment: impl AsyncFnOnce() -> Result<Settings, Error>,
    ) -> Result<PgBoss, Error> {
        if self.settings.is_none() && self.pool.is_none() {
            self.settings = Some(environment().await);
        }
        let connections = Change(Box::new(move |settings| {
            settings.max_connections = connections;
        }));
        // First, so that the caller's number wins.
        self.changes.insert(0, connections);
        let here = self.change(move |settings| {
            // The sessions are found by it when the schema is removed.
            settings.application_name.clone_from(&schema);
            settings.schema = schema;
            settings.migrate = true;
            settings.create_schema = true;
        });
        here.connect().await
    }

    fn change(mut self, change: impl FnOnce(&mut Settings) + Send + 'static) -> Self {
        self.changes.push(Change(Box::new(change)));
        self
    }
}
