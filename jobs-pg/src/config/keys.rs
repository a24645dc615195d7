//! The options of pg-boss's constructor: what each takes, and what becomes of it here.

use std::fmt;

/// One option.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) effect: Effect,
    /// What it does, or why it does nothing.
    pub(super) note: &'static str,
}

/// The values that an option may have.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    Text,
    Flag,
    /// A whole number between these.
    Whole(u64, u64),
    /// A number between these.
    Number(u32, u32),
    /// A whole number, which may also be written in quotes.
    Port,
    /// `true`, `false` or an object of Node's TLS options.
    Tls,
    Anything,
}

/// What becomes of an option.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    /// It is done.
    Honoured,
    /// It is checked, and then does nothing.
    Nothing,
    /// Nothing but this JSON can be accepted.
    Only(&'static str),
    /// It cannot be accepted at all.
    Refused,
}

const fn honoured(name: &'static str, takes: Takes, note: &'static str) -> Key {
    Key {
        name,
        takes,
        effect: Effect::Honoured,
        note,
    }
}

const fn nothing(name: &'static str, takes: Takes, note: &'static str) -> Key {
    Key {
        name,
        takes,
        effect: Effect::Nothing,
        note,
    }
}

const fn only(name: &'static str, value: &'static str, note: &'static str) -> Key {
    Key {
        name,
        takes: Takes::Anything,
        effect: Effect::Only(value),
        note,
    }
}

const fn bad_input(name: &'static str, note: &'static str) -> Key {
    Key {
        name,
        takes: Takes::Anything,
        effect: Effect::Refused,
        note,
    }
}

const MILLISECONDS: Takes = Takes::Whole(0, 86_400_000);
const SECONDS: Takes = Takes::Number(1, 86_400);
const CRON_SECONDS: Takes = Takes::Number(1, 45);

const OWN_LISTENER: &str = "the listener watches its connection in its own way";
const NO_REINDEX: &str = "indexes are not rebuilt here, but by a pg-boss process";

/// All of them. The table in `options.md` is this one.
pub(super) const KEYS: &[Key] = &[
    honoured(
        "connectionString",
        Takes::Text,
        "the URL of the database; `host`, `port`, `user`, `password` and `database` have no effect beside it",
    ),
    honoured(
        "host",
        Takes::Text,
        "a name, an address, or the folder of a socket; default: `PGHOST`, else `localhost`",
    ),
    honoured("port", Takes::Port, "default: `PGPORT`, else 5432"),
    honoured(
        "database",
        Takes::Text,
        "default: `PGDATABASE`, else the user's name",
    ),
    honoured(
        "user",
        Takes::Text,
        "default: `PGUSER`, else the system user's name",
    ),
    honoured("password", Takes::Text, "default: `PGPASSWORD`"),
    honoured(
        "ssl",
        Takes::Tls,
        "`true` encrypts and verifies the server, `false` does not encrypt; of an object, `rejectUnauthorized` (`false` encrypts without verifying), `ca`, `cert` and `key` (PEM texts; `ca` is trusted beside the public authorities) are honoured, other members are errors; default: encrypts if the server can, without verifying",
    ),
    honoured(
        "options",
        Takes::Text,
        "settings of the session, as `-c name=value`",
    ),
    honoured(
        "max",
        Takes::Whole(1, 10_000),
        "connections in the pool; default: 10; the listener has one more of its own",
    ),
    honoured(
        "application_name",
        Takes::Text,
        "the name of the connections, and of the application that owns the declared schedules; default: `PGAPPNAME`, else the name of the program's file",
    ),
    honoured(
        "connectionTimeoutMillis",
        MILLISECONDS,
        "how long a connection is waited for; default: 10000; 0 is the default too, since nothing waits for ever here",
    ),
    honoured(
        "schema",
        Takes::Text,
        "the schema of the jobs; default: `pgboss`",
    ),
    bad_input("db", "a connection of Node's own cannot be given as JSON"),
    nothing(
        "notifyHeartbeatIntervalMs",
        Takes::Number(0, u32::MAX),
        OWN_LISTENER,
    ),
    nothing(
        "notifyHeartbeatTimeoutMs",
        Takes::Number(0, u32::MAX),
        OWN_LISTENER,
    ),
    nothing(
        "notifyKeepAliveInitialDelayMs",
        Takes::Number(0, u32::MAX),
        OWN_LISTENER,
    ),
    honoured(
        "supervise",
        Takes::Flag,
        "whether this process finds lost jobs and removes old ones; default: true",
    ),
    honoured(
        "schedule",
        Takes::Flag,
        "whether this process fires schedules; default: true",
    ),
    honoured(
        "migrate",
        Takes::Flag,
        "whether missing job tables are installed; existing ones are never changed; default: true",
    ),
    honoured(
        "createSchema",
        Takes::Flag,
        "whether the schema is created when the tables are installed; default: true",
    ),
    nothing(
        "allowSchemaCaseVariant",
        Takes::Flag,
        "a schema whose name differs from another only in its case is accepted",
    ),
    nothing(
        "useListenNotify",
        Takes::Flag,
        "this executor always listens for queues that notify, and also polls",
    ),
    honoured(
        "registerInstance",
        Takes::Flag,
        "whether this process registers itself in the table of instances; default: true",
    ),
    honoured(
        "instanceName",
        Takes::Text,
        "its name in the table of instances; default: `application_name` followed by ` (rust)`, so that it differs from Node processes",
    ),
    honoured(
        "instanceHeartbeatSeconds",
        Takes::Whole(1, 3600),
        "how often it sends a heartbeat to the table of instances; default: 30",
    ),
    only(
        "backend",
        "\"postgres\"",
        "this executor works on PostgreSQL alone",
    ),
    honoured(
        "superviseIntervalSeconds",
        SECONDS,
        "how often this process checks whether there is maintenance to do; default: 60",
    ),
    honoured(
        "monitorIntervalSeconds",
        SECONDS,
        "how often each queue is counted; default: 60",
    ),
    honoured(
        "maintenanceIntervalSeconds",
        SECONDS,
        "how often old jobs are deleted from each queue; default: 86400",
    ),
    honoured(
        "flowIntervalSeconds",
        SECONDS,
        "how often jobs are released whose dependencies have ended; default: 5",
    ),
    nothing(
        "bamIntervalSeconds",
        Takes::Number(10, u32::MAX),
        "index builds that a migration has deferred are left to pg-boss",
    ),
    honoured(
        "cronMonitorIntervalSeconds",
        CRON_SECONDS,
        "how often this process checks for due schedules; default: 30",
    ),
    nothing(
        "cronWorkerIntervalSeconds",
        CRON_SECONDS,
        "the jobs of due schedules are submitted as soon as they are found",
    ),
    nothing(
        "clockMonitorIntervalSeconds",
        Takes::Number(1, 600),
        "times are the database's, so the clock of this machine does not matter",
    ),
    nothing("reindexIntervalSeconds", SECONDS, NO_REINDEX),
    nothing("reindex", Takes::Anything, NO_REINDEX),
    nothing(
        "queueCacheIntervalSeconds",
        SECONDS,
        "queues are not cached",
    ),
    nothing(
        "warningSlowQuerySeconds",
        Takes::Number(1, u32::MAX),
        "slow statements are in the log of the database",
    ),
    honoured(
        "warningQueueSize",
        Takes::Number(1, u32::MAX),
        "how many waiting jobs of a queue cause a warning, if the queue has no limit of its own; default: 10000",
    ),
    honoured(
        "monitorVacuum",
        Takes::Flag,
        "whether counting pauses after a count that took long enough to delay autovacuum; default: true",
    ),
    honoured(
        "persistWarnings",
        Takes::Flag,
        "whether warnings are also stored in the database; default: false",
    ),
    honoured(
        "warningRetentionDays",
        Takes::Whole(1, 365),
        "how long; default: 365",
    ),
    honoured(
        "persistQueueStats",
        Takes::Flag,
        "whether each count of a queue and its throughput are stored; default: false",
    ),
    honoured(
        "queueStatRetentionDays",
        Takes::Whole(1, 365),
        "how long; default: 7",
    ),
    bad_input("clock", "the time is the database's"),
    only(
        "openTelemetry",
        "{\"enabled\":false}",
        "jobs are traced with the `tracing` crate, to which the program can attach OpenTelemetry",
    ),
];

impl Key {
    /// The option of this name.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Flag => f.write_str("true or false"),
            Self::Whole(low, high) => write!(f, "a whole number from {low} to {high}"),
            Self::Number(low, u32::MAX) => write!(f, "a number from {low}"),
            Self::Number(low, high) => write!(f, "a number from {low} to {high}"),
            Self::Port => f.write_str("a whole number from 1 to 65535"),
            Self::Tls => f.write_str("true, false or an object"),
            Self::Anything => f.write_str("anything"),
        }
    }
}
