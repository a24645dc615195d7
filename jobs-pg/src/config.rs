//! Everything that an executor is told, and what it goes by where it is told nothing.

mod connection;
mod environment;
mod given;
mod keys;
mod legacy;
mod options;
mod settings;
mod tls;
mod url;

use std::env;
use std::time::Duration;

use jobs_core::{Error, ErrorKind};
use pg_boss::BossSettings;
use serde::Deserialize;
use sqlx::PgPool;

pub(crate) use environment::{Home, environment};
pub(crate) use pg_boss::connect::Target;
use settings::seconds;
pub(crate) use settings::{Records, Registration};

/// What an executor is told.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The database, and as whom to use it.
    pub(crate) target: Target,
    /// The schema of the jobs, spelled as configured.
    pub(crate) schema: String,
    /// How many connections the pool may hold.
    pub(crate) max_connections: u32,
    /// Whose connections these are, and also whose declared schedules: those that an application of this name declared
    /// before and declares no more are removed. Without one it is the name of the program's file.
    pub(crate) application_name: String,
    /// Whose queues are worked here, if they are apart: those of this product in this environment.
    pub(crate) product: Option<String>,
    pub(crate) env: Option<String>,
    /// Whether lost jobs are found and old ones removed here.
    pub(crate) supervise: bool,
    /// Whether schedules are fired here.
    pub(crate) schedule: bool,
    /// Whether the job tables may be installed.
    pub(crate) migrate: bool,
    /// Whether the schema itself may be created when they are.
    pub(crate) create_schema: bool,
    /// Whether the connections read the schema's test clock, if it has one.
    #[cfg(feature = "testing")]
    pub(crate) test_clock: bool,
    /// Whether jobs are run here.
    pub(crate) work: bool,
    /// How long running jobs are waited for when stopping.
    pub(crate) stop_timeout: Duration,
    /// How many jobs run at once, of all types together.
    pub(crate) concurrency: usize,
    /// The longest input that may be submitted, as JSON.
    pub(crate) max_input_bytes: usize,
    /// The longest output that is stored, in bytes of JSON.
    pub(crate) max_output: usize,
    /// How long a connection is waited for.
    pub(crate) connect_timeout: Duration,
    /// How often the periodic tasks run.
    pub(crate) intervals: Intervals,
    /// What is kept of how the queues do.
    pub(crate) records: Records,
    /// How this process enters itself into the table of instances.
    pub(crate) registration: Registration,
}

/// How often the periodic tasks run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Intervals {
    /// The supervisor's own timer.
    #[serde(rename = "superviseIntervalSeconds", deserialize_with = "seconds")]
    pub(crate) supervise: Duration,
    /// The counts of a queue, and its expired jobs.
    #[serde(rename = "monitorIntervalSeconds", deserialize_with = "seconds")]
    pub(crate) monitor: Duration,
    /// The jobs of a queue that were kept long enough.
    #[serde(rename = "maintenanceIntervalSeconds", deserialize_with = "seconds")]
    pub(crate) maintenance: Duration,
    /// Jobs that wait for others.
    #[serde(rename = "flowIntervalSeconds", deserialize_with = "seconds")]
    pub(crate) flow: Duration,
    /// Due schedules.
    #[serde(rename = "cronMonitorIntervalSeconds", deserialize_with = "seconds")]
    pub(crate) cron_monitor: Duration,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            supervise: Duration::from_secs(60),
            monitor: Duration::from_secs(60),
            maintenance: Duration::from_secs(86_400),
            flow: Duration::from_secs(5),
            cron_monitor: Duration::from_secs(30),
        }
    }
}

impl Intervals {
    /// Whether those that a program can set are in pg-boss's bounds.
    fn are_sound(&self) -> bool {
        let bounds = Duration::from_secs(1)..=Duration::from_secs(86_400);
        [self.supervise, self.monitor, self.maintenance, self.flow]
            .iter()
            .all(|interval| bounds.contains(interval))
    }
}

impl Settings {
    /// The defaults, for the database of a URL.
    ///
    /// # Errors
    /// If the URL is none, or says something that is not known; the error never shows it.
    pub(crate) fn from_url(url: &str) -> Result<Self, Error> {
        url::target(url).map(Self::new)
    }

    /// What the JSON of pg-boss's constructor options says, and the defaults for the rest. `options.md` lists the keys.
    ///
    /// # Errors
    /// If it is no JSON, or if a key is unknown, wrong or not supported; all of these are named at once.
    pub(crate) fn from_options(json: &str) -> Result<Self, Error> {
        options::settings(json)
    }

    /// The defaults, for a pool that the application has made.
    pub(crate) fn from_pool(pool: &PgPool) -> Self {
        Self {
            max_connections: pool.options().get_max_connections(),
            connect_timeout: pool.options().get_acquire_timeout(),
            ..Self::new(Target::new((*pool.connect_options()).clone()))
        }
    }

    /// Whether values that were set one by one can be worked with.
    ///
    /// # Errors
    /// If one of them cannot, naming it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = if self.max_connections == 0 {
            "`max_connections` is 0: no connection could ever be opened"
        } else if self.concurrency == 0 {
            "`concurrency` is 0: no job could ever run; to run none here, say `work(false)`"
        } else if self.application_name.contains('\0') {
            "`application_name` has a NUL character in it"
        } else if !self.registration.is_sound() {
            "`instance_name` is empty, or has a NUL character in it"
        } else if !self.intervals.are_sound() {
            "the intervals of the maintenance must be from a second to a day"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::Configuration, wrong))
    }

    /// Whether the application has no name of its own: another program may have a file of the same name.
    pub(crate) fn is_named_after_its_file(&self) -> bool {
        self.application_name == program_name()
    }

    /// How the operations use the schema.
    pub(crate) fn of_boss(&self) -> BossSettings {
        let defaults = BossSettings::default();
        BossSettings {
            schema: self.schema.clone(),
            migrate: self.migrate,
            create_schema: self.create_schema,
            max_input: self.max_input_bytes,
            max_output: self.max_output,
            queue_stats: self.records.queue_stats,
            counts_fresh: defaults
                .counts_fresh
                .max(self.intervals.monitor)
                .max(self.intervals.supervise),
            #[cfg(feature = "testing")]
            test_clock: self.test_clock,
        }
    }

    fn new(target: Target) -> Self {
        Self {
            application_name: target
                .options()
                .get_application_name()
                .map_or_else(program_name, str::to_owned),
            target,
            schema: "pgboss".to_owned(),
            max_connections: 10,
            product: None,
            env: None,
            supervise: true,
            schedule: true,
            migrate: true,
            create_schema: true,
            #[cfg(feature = "testing")]
            test_clock: false,
            work: true,
            stop_timeout: Duration::from_secs(30),
            concurrency: 64,
            max_input_bytes: 8 * 1024 * 1024,
            max_output: 8 * 1024 * 1024,
            connect_timeout: Duration::from_secs(10),
            intervals: Intervals::default(),
            records: Records::default(),
            registration: Registration::default(),
        }
    }
}

fn program_name() -> String {
    env::current_exe()
        .ok()
        .and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "jobs".to_owned())
}

#[cfg(test)]
mod tests;
