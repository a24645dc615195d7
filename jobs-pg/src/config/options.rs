//! Reads the JSON of pg-boss's constructor options.

use std::time::Duration;

use jobs_core::{Error, ErrorKind};
use serde_json::{Map, Value};

use super::given::Given;
use super::{Intervals, Records, Registration, Settings, connection};
use pg_boss::Schema;

/// The settings that the JSON asks for.
pub(super) fn settings(json: &str) -> Result<Settings, Error> {
    let mut given = Given::new(object(json)?);
    let target = connection::target(&mut given);
    let schema = given.text("schema").map(str::to_owned);
    if let Some(schema) = &schema {
        given.accept(Schema::new(schema).map_err(|error| error.to_string()));
    }
    let settings = target.map(|target| {
        let mut settings = Settings::new(target);
        apply(&given, &mut settings);
        settings.schema = schema.unwrap_or(settings.schema);
        settings
    });
    match (settings, given.mistakes()) {
        (Some(settings), None) => Ok(settings),
        (_, mistakes) => Err(wrong(&mistakes.unwrap_or_default())),
    }
}

fn object(json: &str) -> Result<Map<String, Value>, Error> {
    // serde_json's own error tells a place and a reason, and shows nothing of the text.
    match serde_json::from_str(json) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(_) => Err(wrong(
            "they must be a JSON object, such as {\"connectionString\": \"postgres://...\"}",
        )),
        Err(error) => Err(Error::caused_by(
            ErrorKind::Configuration,
            "the options of PG_BOSS_NEW_OPTIONS are no JSON",
            error,
        )),
    }
}

fn wrong(problem: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("the options of PG_BOSS_NEW_OPTIONS cannot be used: {problem}"),
    )
}

fn apply(given: &Given, settings: &mut Settings) {
    let set = |flag: &mut bool, name| *flag = given.flag(name).unwrap_or(*flag);
    set(&mut settings.supervise, "supervise");
    set(&mut settings.schedule, "schedule");
    set(&mut settings.migrate, "migrate");
    set(&mut settings.create_schema, "createSchema");
    if let Some(max) = given.whole("max") {
        settings.max_connections = max;
    }
    if let Some(name) = given.text("application_name") {
        settings.application_name = name.to_owned();
    }
    if let Some(milliseconds @ 1..) = given
        .value("connectionTimeoutMillis")
        .and_then(Value::as_u64)
    {
        settings.connect_timeout = Duration::from_millis(milliseconds);
    }
    pace(given, &mut settings.intervals);
    record(given, &mut settings.records);
    register(given, &mut settings.registration);
}

fn record(given: &Given, records: &mut Records) {
    let set = |flag: &mut bool, name| *flag = given.flag(name).unwrap_or(*flag);
    set(&mut records.queue_stats, "persistQueueStats");
    set(&mut records.warnings, "persistWarnings");
    set(&mut records.monitor_vacuum, "monitorVacuum");
    let set = |days: &mut u32, name| *days = given.whole(name).unwrap_or(*days);
    set(&mut records.queue_stat_days, "queueStatRetentionDays");
    set(&mut records.warning_days, "warningRetentionDays");
    if let Some(jobs) = given.number("warningQueueSize") {
        records.warning_queue_size = jobs as u32;
    }
}

fn register(given: &Given, registration: &mut Registration) {
    registration.enter = given.flag("registerInstance").unwrap_or(registration.enter);
    registration.name = given.text("instanceName").map(str::to_owned);
    if let Some(seconds) = given.whole("instanceHeartbeatSeconds") {
        registration.heartbeat = Duration::from_secs(seconds.into());
    }
}

fn pace(given: &Given, intervals: &mut Intervals) {
    let set = |interval: &mut Duration, name| {
        if let Some(seconds) = given.number(name) {
            *interval = Duration::from_secs_f64(seconds);
        }
    };
    set(&mut intervals.supervise, "superviseIntervalSeconds");
    set(&mut intervals.monitor, "monitorIntervalSeconds");
    set(&mut intervals.maintenance, "maintenanceIntervalSeconds");
    set(&mut intervals.flow, "flowIntervalSeconds");
    set(&mut intervals.cron_monitor, "cronMonitorIntervalSeconds");
}
