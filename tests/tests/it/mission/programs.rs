//! W13, W4, X6: what holds for a whole process (its environment, the installed executor, the names of its jobs) is shown by
//! programs of their own.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Map, Value, json};
use sqlx::ConnectOptions;
use tests::{BOUND, Cluster, Database, eventually, skipped};
use tokio::process::Command;
use tokio::time::timeout;

/// Runs a program without the environment's own database.
async fn run(program: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    command
        .env_remove("DATABASE_URL")
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .envs(variables.iter().copied());
    command.stdin(Stdio::null()).kill_on_drop(true);
    timeout(BOUND * 2, command.output())
        .await
        .expect("the program does not end")
        .unwrap()
}

/// What the program that goes by its environment says of what it found.
async fn from_env(variables: &[(&str, &str)]) -> Result<Value, String> {
    let output = run(env!("CARGO_BIN_EXE_from-env"), variables).await;
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

async fn from_options(options: &Value) -> Result<Value, String> {
    let options = options.to_string();
    // What it replaces is wrong, so that it would show.
    from_env(&[
        ("PG_BOSS_NEW_OPTIONS", &options),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
    ])
    .await
}

/// The connection of a database as pg-boss's options say it.
fn connection(database: &Database) -> Map<String, Value> {
    let url = database.pool().connect_options().to_url_lossy();
    let password = url.password().unwrap_or_default();
    let options = json!({
        "host": url.host_str(), "port": url.port(), "user": url.username(), "password": password, "database": database.name(),
    });
    options.as_object().cloned().unwrap()
}

fn with(mut options: Map<String, Value>, more: &Value) -> Value {
    options.extend(more.as_object().cloned().unwrap());
    Value::Object(options)
}

#[tokio::test]
async fn w13_the_options_of_the_environment_name_the_database_and_replace_all_defaults() {
    let database = Database::new().await;
    let more = json!({ "schema": "\"Of its own\"", "max": 3, "application_name": "mission-env" });
    let said = from_options(&with(connection(&database), &more))
        .await
        .unwrap();
    assert_eq!(said["application"], "mission-env");
    assert_eq!(said["connections"], 3);
    assert_eq!(said["output"], 42);
    let schemas =
        "SELECT nspname::text FROM pg_namespace WHERE nspname IN ('pgboss', 'Of its own')";
    let schemas: Vec<String> = sqlx::query_scalar(schemas)
        .fetch_all(database.pool())
        .await
        .unwrap();
    assert_eq!(schemas, ["Of its own"]);
}

#[tokio::test]
async fn w13_a_connection_string_and_database_url_name_the_database_too() {
    let database = Database::new().await;
    let said = from_options(&json!({ "connectionString": database.url() }))
        .await
        .unwrap();
    assert_eq!(
        (said["output"].clone(), said["connections"].clone()),
        (json!(42), json!(10))
    );
    let said = from_env(&[("DATABASE_URL", database.url())]).await.unwrap();
    assert_eq!(said["output"], 42);
    let completed =
        "SELECT count(*) FROM pgboss.job WHERE name = 'from_env_doubles' AND state = 'completed'";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(completed)
            .fetch_one(database.pool())
            .await
            .unwrap(),
        2
    );
}

#[tokio::test]
async fn w13_wrong_options_are_named_all_at_once_and_the_password_is_not_shown() {
    let database = Database::new().await;
    let more = json!({ "password": "s3cret-word", "maxx": 3, "migrate": "yes", "db": {} });
    let error = from_options(&with(connection(&database), &more))
        .await
        .unwrap_err();
    for word in ["`maxx`", "`max`", "`migrate`", "`db`"] {
        assert!(error.contains(word), "{word} is missing in: {error}");
    }
    assert!(!error.contains("s3cret-word"), "{error}");

    let wrong = with(connection(&database), &json!({ "password": "s3cret-word" }));
    let error = from_options(&wrong).await.unwrap_err();
    assert!(error.contains(database.name()), "{error}");
    assert!(!error.contains("s3cret-word"), "{error}");
}

/// Gives the server a certificate that nobody knows; `false` if this machine cannot make one.
async fn give_certificate(database: &Database) -> bool {
    let openssl = std::process::Command::new("openssl")
        .arg("version")
        .output();
    if !openssl.is_ok_and(|output| output.status.success()) {
        return false;
    }
    // The server's programs run in the folder of its data, where it looks for both files.
    let make = "COPY (SELECT 1) TO PROGRAM 'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=nobody \
                -keyout server.key -out server.crt 2>/dev/null && chmod 600 server.key'";
    for statement in [make, "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"] {
        sqlx::raw_sql(statement)
            .execute(database.pool())
            .await
            .unwrap();
    }
    true
}

#[tokio::test]
async fn w13_reject_unauthorized_decides_whether_an_unknown_certificate_will_do() {
    let cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    let said = from_options(&with(connection(&database), &json!({ "ssl": false })))
        .await
        .unwrap();
    assert_eq!(said["encrypted"], false);
    if !give_certificate(&database).await {
        return skipped("a server with a certificate; there is no openssl to make one");
    }
    let any = with(
        connection(&database),
        &json!({ "ssl": { "rejectUnauthorized": false } }),
    );
    eventually("the server encrypts", async || {
        from_options(&any).await.is_ok()
    })
    .await;
    assert_eq!(from_options(&any).await.unwrap()["encrypted"], true);
    for ssl in [json!(true), json!({ "rejectUnauthorized": true })] {
        let error = from_options(&with(connection(&database), &json!({ "ssl": ssl })))
            .await
            .unwrap_err();
        assert!(error.contains("certificate"), "{error}");
    }
}

#[tokio::test]
async fn w4_an_installed_executor_takes_what_names_none_and_without_one_the_error_says_the_ways() {
    let database = Database::new().await;
    let said = from_env(&[("DATABASE_URL", database.url())]).await.unwrap();
    let nobody = said["nobody"].as_str().unwrap();
    for word in [
        "running job",
        "boss.scope(",
        "boss.start()",
        "boss.install()",
        ".on(&boss)",
    ] {
        assert!(nobody.contains(word), "{word} is missing in: {nobody}");
    }
    // The job was submitted to the installed executor, which did not work yet.
    assert_eq!(said["installed"], "created");
    assert_eq!(said["output"], 42);
}

#[tokio::test]
async fn x6_two_jobs_of_one_name_make_the_start_fail_naming_both_places() {
    let database = Database::new().await;
    let output = run(
        env!("CARGO_BIN_EXE_same-name"),
        &[("DATABASE_URL", database.url())],
    )
    .await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{error}");
    assert!(error.contains("two jobs are named `same_name`"), "{error}");
    let places: Vec<_> = error.match_indices("same-name.rs:").collect();
    assert_eq!(places.len(), 2, "{error}");
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgboss'";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(schemas)
            .fetch_one(database.pool())
            .await
            .unwrap(),
        0
    );
}

/// The cases themselves are run by the package in `tests/ui`.
#[test]
fn x6_at_least_45_mistakes_are_told_while_compiling_each_with_its_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail");
    let files: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let cases: Vec<_> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|of| of == "rs"))
        .collect();
    assert!(cases.len() >= 45, "{} cases", cases.len());
    for case in cases {
        let words = std::fs::read_to_string(case.with_extension("stderr")).unwrap();
        assert!(words.starts_with("error"), "{}", case.display());
    }
    let passing = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("ui/tests/compiles")
        .read_dir()
        .unwrap()
        .count();
    assert!(passing >= 12, "{passing} cases that compile");
}
