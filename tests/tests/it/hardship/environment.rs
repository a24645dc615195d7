//! What the environment says wrong is one error that names the variable, and never the password.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output};

const PASSWORD: &str = "hunter2-secret";

/// What a program says that finds this in its environment.
fn program(options: &str) -> Output {
    with("PG_BOSS_NEW_OPTIONS", options.as_ref())
}

fn with(variable: &str, value: &OsStr) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hardship-worker"));
    command
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .env(variable, value);
    command.output().unwrap()
}

#[tokio::test]
async fn a_variable_that_is_no_text_is_named_and_not_shown() {
    for variable in ["PG_BOSS_NEW_OPTIONS", "DATABASE_URL"] {
        let value = OsStr::from_bytes(b"postgres://me:hunter2-secret\xff@localhost/jobs");
        let output = tokio::task::spawn_blocking(move || with(variable, value));
        let output = output.await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{said}");
        let problem = format!("`{variable}` is not valid UTF-8");
        assert!(
            said.contains(&problem) && !said.contains("hunter2"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn malformed_options_in_the_environment_are_one_error_without_the_password() {
    for (options, names) in [
        (
            "{\"password\": \"hunter2-secret\", ",
            ["not JSON", "line 1 column 31"].as_slice(),
        ),
        ("{", &["not JSON", "line 1 column 1"]),
        (" ", &["there are none", "unset"]),
        ("[\"hunter2-secret\"]", &["object"]),
        (
            "{\"password\": \"hunter2-secret\", \"port\": \"many\", \"pasword\": \"hunter2-secret\"}",
            &["`port`", "`pasword`"],
        ),
        (
            "{\"connectionString\": \"mysql://me:hunter2-secret@localhost/jobs\"}",
            &["connectionString"],
        ),
        (
            "{\"connectionString\": \"postgres://me:hunter2-secret@localhost/jobs\", \"schema\": 5}",
            &["`schema`"],
        ),
    ] {
        let options_of = options.to_owned();
        let output = tokio::task::spawn_blocking(move || program(&options_of))
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{options}");
        assert!(!said.contains(PASSWORD), "{said}");
        for name in names.iter().chain(&["PG_BOSS_NEW_OPTIONS"]) {
            assert!(said.contains(name), "`{name}` is missing in: {said}");
        }
    }
}

#[tokio::test]
async fn options_that_name_no_database_beside_a_database_url_are_a_warning() {
    let output = tokio::task::spawn_blocking(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hardship-worker"));
        command
            .env(
                "PG_BOSS_NEW_OPTIONS",
                "{\"schema\": \"jobs\", \"connectionTimeoutMillis\": 1000}",
            )
            .env(
                "DATABASE_URL",
                "postgres://me:hunter2-secret@127.0.0.1:1/jobs",
            )
            // No server is here either.
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", "1");
        command.output().unwrap()
    });
    let output = output.await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("PG_BOSS_NEW_OPTIONS names no database, so this one is used"),
        "{said}"
    );
    assert!(!said.contains(PASSWORD), "{said}");
}
