use std::time::Duration;

use serde_json::json;
use sqlx::postgres::PgSslMode;

use super::keeps_secret;
use crate::config::{Records, Registration, Settings, keys::KEYS};

const CA: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

fn settings(options: &serde_json::Value) -> Settings {
    Settings::from_options(&options.to_string()).expect("good options")
}

fn refusal(options: &serde_json::Value) -> String {
    Settings::from_options(&options.to_string())
        .expect_err(&options.to_string())
        .to_string()
}

#[test]
fn every_honoured_option_is_obeyed() {
    let settings = settings(&json!({
        "host": "db", "port": "6543", "user": "tony", "password": "pw", "database": "app", "ssl": false,
        "options": "-c statement_timeout=5s --geqo=off", "max": 3, "schema": "\"My-Jobs\"", "application_name": "mailer",
        "connectionTimeoutMillis": 2500, "supervise": false, "schedule": false, "migrate": false, "createSchema": false,
        "superviseIntervalSeconds": 1, "monitorIntervalSeconds": 2, "maintenanceIntervalSeconds": 3,
        "flowIntervalSeconds": 4.5, "cronMonitorIntervalSeconds": 45,
    }));
    assert_eq!(settings.target.to_string(), "db:6543/app as tony");
    assert_eq!(
        settings.target.options().get_options(),
        Some("-c statement_timeout=5s -c geqo=off")
    );
    assert_eq!(
        (settings.max_connections, settings.application_name.as_str()),
        (3, "mailer")
    );
    assert_eq!(settings.schema, "\"My-Jobs\"");
    assert_eq!(settings.connect_timeout, Duration::from_millis(2500));
    assert!(
        !(settings.supervise || settings.schedule || settings.migrate || settings.create_schema)
    );
    let intervals = settings.intervals;
    let maintenance = [
        intervals.supervise,
        intervals.monitor,
        intervals.maintenance,
    ];
    assert_eq!(maintenance.map(|interval| interval.as_secs()), [1, 2, 3]);
    let fine = [intervals.flow, intervals.cron_monitor];
    assert_eq!(fine.map(|interval| interval.as_millis()), [4500, 45_000]);
}

#[test]
fn the_defaults_are_those_of_pg_boss() {
    let settings = settings(&json!({"connectionString": "postgres://tony:pw@db/app", "max": null}));
    assert_eq!(settings.target.to_string(), "db:5432/app as tony");
    assert_eq!(
        (settings.schema.as_str(), settings.max_connections),
        ("pgboss", 10)
    );
    assert!(
        settings.supervise
            && settings.schedule
            && settings.migrate
            && settings.create_schema
            && settings.work
    );
}

#[test]
fn what_is_no_json_is_told_by_its_place_and_what_is_empty_as_empty() {
    let refused = |json: &str| Settings::from_options(json).unwrap_err().to_string();
    assert!(refused("{").contains("are not JSON: EOF while parsing an object at line 1 column 1"));
    let message = refused("{\"schema\": \"a\",\n \"password\": \"hunter2\" \"max\": 3}");
    assert!(message.ends_with("at line 2 column 24"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
    for empty in ["", " \n"] {
        assert!(refused(empty).contains("there are none"));
    }
}

#[test]
fn ssl_says_whether_to_encrypt_and_whether_to_verify() {
    let mode = |ssl| {
        settings(&json!({"host": "db", "ssl": ssl}))
            .target
            .options()
            .get_ssl_mode()
    };
    assert!(matches!(mode(json!(true)), PgSslMode::VerifyFull));
    assert!(matches!(mode(json!(false)), PgSslMode::Disable));
    assert!(matches!(mode(json!({})), PgSslMode::VerifyFull));
    assert!(matches!(
        mode(json!({"rejectUnauthorized": true, "ca": [CA, CA]})),
        PgSslMode::VerifyFull
    ));
    assert!(matches!(
        mode(json!({"rejectUnauthorized": false, "require": true})),
        PgSslMode::Require
    ));
}

#[test]
fn ssl_members_that_cannot_be_honoured_are_refused_by_name() {
    for (ssl, word) in [
        (json!({"servername": "db"}), "`servername`"),
        (
            json!({"rejectUnauthorised": false}),
            "did you mean `rejectUnauthorized`?",
        ),
        (
            json!({"rejectUnauthorized": "false"}),
            "`ssl.rejectUnauthorized` takes true or false",
        ),
        (json!({"ca": "/etc/ca.pem"}), "`ssl.ca` takes PEM text"),
        (json!({"cert": CA}), "together"),
        (json!("require"), "`ssl` takes true, false or an object"),
    ] {
        let error = refusal(&json!({"host": "db", "ssl": ssl}));
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn ssl_does_not_weaken_what_the_url_demands() {
    let both = |mode: &str, ssl| json!({"connectionString": format!("postgres://db/app?sslmode={mode}"), "ssl": ssl});
    settings(&both("require", json!({"rejectUnauthorized": false})));
    settings(&both("require", json!(true)));
    for (mode, ssl) in [
        ("require", json!(false)),
        ("verify-full", json!({"rejectUnauthorized": false})),
        ("disable", json!(true)),
    ] {
        assert!(refusal(&both(mode, ssl)).contains("contradict"), "{mode}");
    }
}

#[test]
fn what_cannot_be_given_is_refused_unless_it_is_the_default() {
    settings(&json!({"backend": "postgres", "openTelemetry": {"enabled": false}, "db": null}));
    for (name, value) in [
        ("backend", json!("citus")),
        ("openTelemetry", json!({"enabled": true})),
        ("clock", json!({})),
        ("db", json!({})),
    ] {
        let error = refusal(&json!({ name: value }));
        assert!(error.contains(&format!("`{name}` ")), "{error}");
    }
}

#[test]
fn options_of_nodes_own_machinery_are_accepted() {
    settings(&json!({
        "notifyHeartbeatIntervalMs": 5000, "warningSlowQuerySeconds": 30,
        "useListenNotify": true, "reindex": {"minPages": 128},
    }));
}

#[test]
fn what_is_kept_and_entered_is_as_the_options_say() {
    let given = settings(&json!({
        "persistQueueStats": true, "queueStatRetentionDays": 2, "persistWarnings": true, "warningRetentionDays": 30,
        "warningQueueSize": 50, "monitorVacuum": false,
        "registerInstance": false, "instanceName": "a", "instanceHeartbeatSeconds": 5,
    }));
    let records = Records {
        queue_stats: true,
        queue_stat_days: 2,
        warnings: true,
        warning_days: 30,
        warning_queue_size: 50,
        monitor_vacuum: false,
    };
    assert_eq!(given.records, records);
    let registration = Registration {
        enter: false,
        name: Some("a".to_owned()),
        heartbeat: Duration::from_secs(5),
    };
    assert_eq!(given.registration, registration);
    let default = settings(&json!({}));
    assert_eq!(default.records, Records::default());
    assert_eq!(default.registration, Registration::default());
}

#[test]
fn all_mistakes_are_told_at_once_each_with_its_key() {
    let error = refusal(&json!({
        "maxx": 5, "port": 70000, "schema": "pg_jobs", "supervise": "no", "cronMonitorIntervalSeconds": 46, "max": 0,
        "connectionString": "postgres://db:x", "clock": {}, "options": "geqo",
    }));
    for part in [
        "unknown option `maxx`; did you mean `max`?",
        "`port` takes a whole number from 1 to 65535",
        "the schema name \"pg_jobs\" starts with",
        "`supervise` takes true or false",
        "`cronMonitorIntervalSeconds` takes a number from 1 to 45",
        "`max` takes a whole number from 1 to 10000",
        "`connectionString` has a port",
        "`clock` is not supported",
        "`options` takes settings",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn what_is_no_json_object_is_refused() {
    for json in [
        "",
        "{",
        "[]",
        "\"postgres://tony:hunter2@db\"",
        "{\"password\": \"hunter2\", }",
        "{\"password\": hunter2}",
    ] {
        let read = Settings::from_options(json);
        assert!(read.is_err(), "{json}");
        keeps_secret(&read, &["hunter2"]);
    }
}

#[test]
fn no_value_is_ever_shown_whatever_key_it_was_put_under() {
    for key in KEYS {
        keeps_secret(
            &Settings::from_options(&json!({ key.name: {"a": "hunter2"} }).to_string()),
            &["hunter2"],
        );
        if ![
            "host",
            "user",
            "database",
            "schema",
            "application_name",
            "instanceName",
        ]
        .contains(&key.name)
        {
            keeps_secret(
                &Settings::from_options(&json!({ key.name: "hunter2" }).to_string()),
                &["hunter2"],
            );
        }
    }
    let json =
        json!({"host": "db", "pasword": "hunter2", "ssl": {"key": "hunter2"}, "password": 5});
    keeps_secret(&Settings::from_options(&json.to_string()), &["hunter2"]);
    let json = json!({"connectionString": "postgres://tony:hun/ter2@db:5432/app"});
    keeps_secret(&Settings::from_options(&json.to_string()), &["hun", "ter2"]);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = settings(&json!({"host": "db"}));
    assert!(good.check().is_ok());
    for (spoil, word) in [
        (
            (|s| s.max_connections = 0) as fn(&mut Settings),
            "`max_connections` is 0",
        ),
        (|s| s.concurrency = 0, "`concurrency` is 0"),
        (|s| s.application_name.push('\0'), "NUL"),
        (
            |s| s.registration.name = Some(String::new()),
            "`instance_name`",
        ),
        (|s| s.intervals.supervise = Duration::ZERO, "intervals"),
        (
            |s| s.intervals.maintenance = Duration::from_secs(86_401),
            "intervals",
        ),
    ] {
        let mut bad = good.clone();
        spoil(&mut bad);
        let error = bad.check().expect_err(word).to_string();
        assert!(error.contains(word), "{error}");
    }
}
