//! The settings of an executor.

use std::time::Duration;

use jobs_core::executor::Extensions;
use jobs_core::{Error, ErrorKind, IntoSeconds, JobSet};
use sqlx::PgPool;

use crate::PgBoss;
use crate::config::Settings;
use crate::config::environment;
use crate::connect::connect;

/// The settings of a [`PgBoss`], from [`PgBoss::builder`]. A setting that is not valid is an error of [`connect`](Self::connect).
///
/// ```no_run
/// # use std::time::Duration;
/// # use jobs_pg::prelude::*;
/// struct Mailer;
///
/// #[job(executor = PgBoss)]
/// async fn send_mail(address: String, ctx: Context<SendMail>) {
///     let mailer: &Mailer = ctx.app();
/// }
///
/// # async fn example() -> Result<(), jobs_pg::Error> {
/// let boss = PgBoss::builder()
///     .url("postgres://localhost/shop")
///     .max_connections(20)
///     .concurrency(100)
///     .stop_timeout(Duration::from_secs(10))
///     .provide(Mailer)
///     .only::<SendMail>()
///     .connect()
///     .await?;
/// boss.run().await
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing happens until `.connect().await`"]
pub struct PgBossBuilder {
    settings: Option<Result<Settings, Error>>,
    pool: Option<PgPool>,
    provided: Extensions,
    only: Option<Vec<&'static str>>,
    changes: Vec<Change>,
    /// The first setting that is not valid in itself.
    refused: Option<Error>,
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
            refused: None,
        }
    }

    /// Sets the database, as `postgres://user:password@host:port/database`. Without a URL and a pool it is the one that the environment
    /// names, as in [`PgBoss::from_env`].
    pub fn url(mut self, url: &str) -> Self {
        self.settings = Some(Settings::from_url(url));
        self
    }

    /// Sets a pool of connections, instead of a URL. If it connects through PgBouncer, its options need `extra_float_digits(None)`,
    /// since PgBouncer refuses that parameter.
    pub fn pool(mut self, pool: PgPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Sets the schema of the job tables, in the spelling of pg-boss's option `schema`; the default is `pgboss`.
    pub fn schema(self, schema: impl Into<String>) -> Self {
        let schema = schema.into();
        self.change(move |settings| settings.schema = schema)
    }

    /// Sets the environment of this process, such as `prd` or `dev`, together with the [`product`](Self::product): the queues of its jobs,
    /// and their dead letter queues, are then named `<product>/<env>/<job>`. Processes of several environments and products can
    /// share one schema, and each works, schedules and looks after its own jobs alone. Operations by hand, such as
    /// [`find_jobs`](crate::operation::Boss::find_jobs), take the names of queues, which [`queue_of`](PgBoss::queue_of) gives.
    pub fn env(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(move |settings| settings.env = Some(name))
    }

    /// Sets the product of this process, together with the [`env`](Self::env).
    pub fn product(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(move |settings| settings.product = Some(name))
    }

    /// Sets how many connections the application's [pool](PgBoss::pool) may open; the default is 10.
    ///
    /// The library has connections of its own, which jobs cannot use up: the same number, but at most 5, for submissions and
    /// maintenance; and if this process runs jobs, up to 6 for fetching, settling, heartbeats and listening.
    pub fn max_connections(self, connections: u32) -> Self {
        self.change(move |settings| settings.max_connections = connections)
    }

    /// Sets how many jobs this process runs at once in total; the default is 64. Each kind of job has a limit too: 10, or the
    /// `worker(concurrency = ...)` of its attribute.
    pub fn concurrency(self, jobs: usize) -> Self {
        self.change(move |settings| settings.concurrency = jobs)
    }

    /// Provides a value for `ctx.app::<T>()`, or the delegate of an [`Entity`](crate::Entity) of another data layer.
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.provided = self.provided.with(value);
        self
    }

    /// Runs only these jobs, and declares only their schedules. Queues are still created for the others, so that they can be submitted;
    /// their schedules are neither added nor removed.
    ///
    /// The jobs are a handle, or a tuple of up to 16 handles or of such tuples: `only::<((A, B), (C, D))>()`.
    pub fn only<Jobs: JobSet>(mut self) -> Self {
        self.only = Some(Jobs::names());
        self
    }

    /// Sets whether this process does maintenance: ends expired attempts, deletes old jobs, counts queues. The default is `true`.
    pub fn supervise(self, supervise: bool) -> Self {
        self.change(move |settings| settings.supervise = supervise)
    }

    /// Sets how often this process checks whether there is maintenance to do; the default is a minute. Like the other intervals, it
    /// is from a second to a day: a [`Duration`], whole seconds or a text such as `"90s"`.
    pub fn supervise_interval(self, interval: impl IntoSeconds) -> Self {
        self.time("supervise_interval", interval, |settings| {
            &mut settings.intervals.supervise
        })
    }

    /// Sets how often each queue is counted, by any process; the default is a minute.
    pub fn monitor_interval(self, interval: impl IntoSeconds) -> Self {
        self.time("monitor_interval", interval, |settings| {
            &mut settings.intervals.monitor
        })
    }

    /// Sets how often old jobs are deleted from each queue, by any process; the default is a day.
    pub fn maintenance_interval(self, interval: impl IntoSeconds) -> Self {
        self.time("maintenance_interval", interval, |settings| {
            &mut settings.intervals.maintenance
        })
    }

    /// Sets how often jobs are released whose dependencies have ended, by any process; the default is 5 seconds.
    pub fn flow_interval(self, interval: impl IntoSeconds) -> Self {
        self.time("flow_interval", interval, |settings| {
            &mut settings.intervals.flow
        })
    }

    /// Sets whether maintenance by this process stores each count of a queue, and its throughput, for [`queue_stats`](crate::operation::Boss::queue_stats). The
    /// default is `false`. They are kept for 7 days.
    ///
    /// The process that makes a maintenance pass decides by its own setting: use the same setting in all processes.
    pub fn persist_queue_stats(self, persist: bool) -> Self {
        self.change(move |settings| settings.records.queue_stats = persist)
    }

    /// Sets whether maintenance by this process stores its warnings in the database, for [`warnings`](crate::operation::Boss::warnings), beside logging them. The
    /// default is `false`. They are kept for a year.
    pub fn persist_warnings(self, persist: bool) -> Self {
        self.change(move |settings| settings.records.warnings = persist)
    }

    /// Sets whether this process registers itself in the table of instances, for [`instances`](crate::operation::Boss::instances). The default is `true`.
    pub fn register_instance(self, register: bool) -> Self {
        self.change(move |settings| settings.registration.enter = register)
    }

    /// Sets its name in the table of instances; the default is the name of the application, followed by ` (rust)`.
    pub fn instance_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(move |settings| settings.registration.name = Some(name))
    }

    /// Sets whether this process declares and fires schedules. The default is `true`. It fires the schedules of all programs in the
    /// schema, also without [`work`](Self::work).
    pub fn schedule(self, schedule: bool) -> Self {
        self.change(move |settings| settings.schedule = schedule)
    }

    /// Sets whether a missing schema is installed. The default is `true`. An existing schema is never changed.
    pub fn migrate(self, migrate: bool) -> Self {
        self.change(move |settings| settings.migrate = migrate)
    }

    /// Sets whether this process runs jobs. The default is `true`; with `false` it submits jobs, and does maintenance and fires
    /// schedules unless these are turned off too.
    pub fn work(self, work: bool) -> Self {
        self.change(move |settings| settings.work = work)
    }

    /// Sets whether this executor uses the test clock of the schema, which [`travel`](PgBoss::travel) or a `TestClock` of pg-boss 12.38
    /// makes; for tests. The default is `false` until it travels. With `true` it may travel on a schema that is older than a day
    /// too.
    #[cfg(feature = "testing")]
    pub fn test_clock(self, obey: bool) -> Self {
        self.change(move |settings| settings.test_clock = obey)
    }

    /// Sets how long a stop may take: a [`Duration`], whole seconds or a text such as `"1 minute"`. The default is 30 seconds.
    ///
    /// Running jobs have this time without its last quarter, or without the last 2 seconds if that is less. Then those that still run
    /// are released, and their attempt is not counted. If less than a second is left for that, the stop may take a second longer.
    pub fn stop_timeout(self, timeout: impl IntoSeconds) -> Self {
        self.time("stop_timeout", timeout, |settings| {
            &mut settings.stop_timeout
        })
    }

    /// Sets the name of this application, for its connections and for the schedules that it declares. When it starts, it removes the
    /// schedules that an earlier start declared under this name and that it does not declare any more.
    ///
    /// The default is the name of the program's file. Programs whose files have the same name need different names here. Without one,
    /// the schedules of a queue are kept while another running program of that name declares schedules for it.
    pub fn application_name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(move |settings| settings.application_name = name)
    }

    /// Sets the maximum size of the JSON of one input, in bytes; the default is 8 MiB.
    pub fn max_input(self, bytes: usize) -> Self {
        self.change(move |settings| settings.max_input_bytes = bytes)
    }

    /// Sets the maximum size of the JSON of one output, in bytes; the default is 8 MiB. A job with a larger output fails; a larger
    /// output of an operation by hand is an error.
    pub fn max_output(self, bytes: usize) -> Self {
        self.change(move |settings| settings.max_output = bytes)
    }

    /// Connects to the database. Nothing is written before the executor is started or the first job is submitted.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if a setting is not valid, or [`ErrorKind::Unavailable`] if the database cannot be reached within 10 seconds.
    pub async fn connect(self) -> Result<PgBoss, Error> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
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

    fn time(
        mut self,
        name: &str,
        time: impl IntoSeconds,
        setting: fn(&mut Settings) -> &mut Duration,
    ) -> Self {
        match time.into_time() {
            Ok(time) => self.change(move |settings| *setting(settings) = time),
            Err(wrong) => {
                let message = format!("`{name}` {wrong}");
                let refused = Error::new(ErrorKind::Configuration, message);
                self.refused.get_or_insert(refused);
                self
            }
        }
    }

    fn change(mut self, change: impl FnOnce(&mut Settings) + Send + 'static) -> Self {
        self.changes.push(Change(Box::new(change)));
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Change, Settings};
    use crate::{ErrorKind, PgBoss};

    #[test]
    fn a_time_may_be_a_duration_seconds_or_a_text() {
        let builder = PgBoss::builder()
            .stop_timeout("1 minute")
            .supervise_interval(90)
            .flow_interval(Duration::from_millis(1_500));
        let mut settings = Settings::from_url("postgres://localhost/shop").unwrap();
        for Change(change) in builder.changes {
            change(&mut settings);
        }
        assert_eq!(settings.stop_timeout, Duration::from_secs(60));
        assert_eq!(settings.intervals.supervise, Duration::from_secs(90));
        assert_eq!(settings.intervals.flow, Duration::from_millis(1_500));
    }

    #[tokio::test]
    async fn a_time_that_is_not_one_is_an_error_that_names_the_setting() {
        let builder = PgBoss::builder().stop_timeout("soon").flow_interval(-1);
        let error = builder.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let message = "`stop_timeout` is wrong: duration \"soon\" is not understood";
        assert!(error.to_string().starts_with(message), "{error}");
    }
}
