//! Reads the JSON of pg-boss's constructor options.

use std::time::Duration;

use jobs_core::{Error, ErrorKind};
use serde_json::{Map, Value};

use super::given::Given;
use super::{Settings, connection};
use pg_boss::Schema;

const AN_OBJECT: &str =
    "they must be a JSON object, such as {\"connectionString\": \"postgres://...\"}";

/// The settings that the JSON asks for.
pub(super) fn settings(json: &str) -> Result<Settings, Error> {
    let mut given = Given::new(object(json)?);
    let target = connection::target(&mut given);
    let schema = given.text("schema").map(str::to_owned);
    if let Some(schema) = &schema {
        given.accept(Schema::new(schema).map_err(|error| error.to_string()));
    }
    let intervals = given.read();
    let records = given.read();
    let registration = given.read();
    let settings = target.map(|target| {
        let mut settings = Settings::new(target);
        apply(&given, &mut settings);
        settings.schema = schema.unwrap_or(settings.schema);
        settings.intervals = intervals.unwrap_or(settings.intervals);
        settings.records = records.unwrap_or(settings.records);
        settings.registration = registration.unwrap_or(settings.registration);
        settings
    });
    match (settings, given.mistakes()) {
        (Some(settings), None) => Ok(settings),
        (_, mistakes) => Err(wrong(&mistakes.unwrap_or_default())),
    }
}

/// Whether the JSON says which database, or as whom to use it.
pub(super) fn names_a_database(json: &str) -> bool {
    let names = [
        "connectionString",
        "host",
        "port",
        "user",
        "password",
        "database",
    ];
    object(json).is_ok_and(|given| {
        names
            .iter()
            .any(|name| given.get(*name).is_some_and(|value| !value.is_null()))
    })
}

fn object(json: &str) -> Result<Map<String, Value>, Error> {
    if json.trim().is_empty() {
        return Err(wrong(&format!(
            "there are none; {AN_OBJECT}, or unset the variable"
        )));
    }
    // serde_json's own error tells a place and a reason, and shows nothing of the text.
    match serde_json::from_str(json) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(_) => Err(wrong(AN_OBJECT)),
        Err(error) => Err(Error::because(
            ErrorKind::Configuration,
            "the options of PG_BOSS_NEW_OPTIONS are not JSON",
            &error,
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
    if let Some(max) = given.whole("max").and_then(|max| max.try_into().ok()) {
        settings.max_connections = max;
    }
    if let Some(name) = given.text("application_name") {
        settings.application_name = name.to_owned();
    }
    if let Some(milliseconds @ 1..) = given.whole("connectionTimeoutMillis") {
        settings.connect_timeout = Duration::from_millis(milliseconds);
    }
}
