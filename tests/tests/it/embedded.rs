//! The private PostgreSQL: it starts, starts again whatever happened, and never outlives its holders.

#[cfg(target_os = "linux")]
mod download;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use jobs_pg::embedded::{Embedded, EmbeddedError};
use sqlx::{Connection, PgConnection};
use tests::eventually;
use uuid::Uuid;

/// A folder below the temporary one, gone with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("jobs-pg-it-{}", Uuid::new_v4().simple())))
    }

    /// Who runs on the data, if anybody does.
    fn server(&self) -> Option<String> {
        let pid_file = fs::read_to_string(self.0.join("data/postmaster.pid")).ok()?;
        let process = pid_file.lines().next()?.to_owned();
        answers_signals(&process).then_some(process)
    }

    async fn start(&self) -> Embedded {
        Embedded::builder(&self.0).fast().start().await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Another process that holds a server on the folder; killed with the value.
struct Holder(Child);

impl Holder {
    fn spawn(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hold-postgres"));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        Self(command.arg(folder).spawn().unwrap())
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(name: &str, process: &str) -> bool {
    let mut kill = Command::new("sh");
    kill.args([
        "-c",
        "kill -s \"$1\" \"$2\" 2>/dev/null",
        "sh",
        name,
        process,
    ]);
    kill.status().unwrap().success()
}

fn answers_signals(process: &str) -> bool {
    // A process that ended and waits to be cleared away still takes signals; on Linux its command line is empty.
    let remains = fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| line.is_empty());
    signal("0", process) && !remains
}

async fn count(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM kept")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

async fn keep_a_row(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        .execute(&mut connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_kept() {
    let folder = Folder::new();
    let first = folder.start().await;
    keep_a_row(first.url()).await;
    let url = first.url().to_owned();
    first.stop().await;
    assert_eq!(folder.server(), None);
    let second = folder.start().await;
    assert_eq!(second.url(), url);
    assert_eq!(count(second.url()).await, 1);
    second.stop().await;
}

#[tokio::test]
async fn dropping_the_last_hold_stops_the_server() {
    let folder = Folder::new();
    let first = folder.start().await;
    let second = folder.start().await;
    assert_eq!(first.url(), second.url());
    let server = folder.server();
    drop(first);
    // It would wait for the end of the server, and start another one.
    let third = folder.start().await;
    assert_eq!(folder.server(), server);
    drop((second, third));
    eventually("the server ends", async || folder.server().is_none()).await;
}

#[tokio::test]
async fn nothing_is_left_of_a_program_that_is_killed() {
    let folder = Folder::new();
    let mut holder = Holder::spawn(&folder.0);
    eventually("the server runs", async || folder.0.join("server").exists()).await;
    let server = folder.server().unwrap();
    holder.kill();
    eventually("the server ends", async || !answers_signals(&server)).await;
    eventually("the watchdog ends", async || {
        !folder.0.join("server").exists()
    })
    .await;
    folder.start().await.stop().await;
}

#[tokio::test]
async fn a_program_that_joined_keeps_the_server_of_one_that_is_killed() {
    let folder = Folder::new();
    let mut holder = Holder::spawn(&folder.0);
    eventually("the server runs", async || folder.0.join("server").exists()).await;
    let joined = folder.start().await;
    let server = folder.server();
    holder.kill();
    let third = folder.start().await;
    assert_eq!(folder.server(), server);
    keep_a_row(joined.url()).await;
    assert_eq!(count(third.url()).await, 1);
    joined.stop().await;
    third.stop().await;
    eventually("the server ends", async || folder.server().is_none()).await;
}

#[tokio::test]
async fn a_server_that_was_killed_starts_again_with_its_rows() {
    let folder = Folder::new();
    let first = Embedded::start(&folder.0).await.unwrap();
    keep_a_row(first.url()).await;
    assert!(signal("KILL", &folder.server().unwrap()));
    first.stop().await;
    let second = Embedded::start(&folder.0).await.unwrap();
    assert_eq!(count(second.url()).await, 1);
    second.stop().await;
}

#[tokio::test]
async fn programs_that_start_at_once_share_one_server() {
    let folder = Folder::new();
    let (first, second, third) = tokio::join!(folder.start(), folder.start(), folder.start());
    assert_eq!(first.url(), second.url());
    assert_eq!(first.url(), third.url());
    for held in [first, second, third] {
        held.stop().await;
    }
    assert_eq!(folder.server(), None);
}

#[tokio::test]
async fn a_number_that_went_to_another_program_does_not_stand_in_the_way() {
    let folder = Folder::new();
    folder.start().await.stop().await;
    fs::write(
        folder.0.join("data/postmaster.pid"),
        format!("{}\n", std::process::id()),
    )
    .unwrap();
    folder.start().await.stop().await;
}

#[tokio::test]
async fn the_password_is_shown_nowhere() {
    let folder = Folder::new();
    let postgres = folder.start().await;
    let password = fs::read_to_string(folder.0.join("password")).unwrap();
    assert!(postgres.url().contains(&password));
    assert!(!format!("{postgres:?}").contains(&password));
    assert!(
        !fs::read_to_string(postgres.log())
            .unwrap()
            .contains(&password)
    );
    let wrong = postgres.url().replace(&password, "wrong");
    assert!(PgConnection::connect(&wrong).await.is_err());
    postgres.stop().await;
}

#[tokio::test]
async fn a_database_of_any_name_has_an_address() {
    let folder = Folder::new();
    let postgres = folder.start().await;
    let mut admin = PgConnection::connect(postgres.url()).await.unwrap();
    sqlx::query("CREATE DATABASE \"odd name/ü?\"")
        .execute(&mut admin)
        .await
        .unwrap();
    let mut odd = PgConnection::connect(&postgres.url_of("odd name/ü?"))
        .await
        .unwrap();
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(&mut odd)
        .await
        .unwrap();
    assert_eq!(name, "odd name/ü?");
    postgres.stop().await;
}

#[tokio::test]
async fn without_programs_the_error_says_what_to_install() {
    let folder = Folder::new();
    let nowhere = Embedded::builder(&folder.0)
        .programs_in(["/nowhere/bin"])
        .start()
        .await;
    let error = nowhere.unwrap_err();
    assert!(matches!(error, EmbeddedError::NoPrograms { .. }), "{error}");
    for word in ["/nowhere/bin", "apt install postgresql", "DATABASE_URL"] {
        assert!(
            error.to_string().contains(word),
            "{word} is missing in: {error}"
        );
    }
}

#[tokio::test]
async fn a_server_that_cannot_start_says_its_last_words() {
    let folder = Folder::new();
    folder.start().await.stop().await;
    let password = fs::read_to_string(folder.0.join("password")).unwrap();
    let spoilt = format!("no_such_setting = '{password}'\n");
    fs::write(folder.0.join("data/postgresql.auto.conf"), spoilt).unwrap();
    let error = Embedded::start(&folder.0).await.unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
    assert!(!error.contains(&password), "{error}");
}

#[tokio::test]
async fn the_log_names_a_command_that_opens_psql() {
    let folder = Folder::new();
    let mut holder = Holder::spawn(&folder.0);
    let mut log = BufReader::new(holder.0.stderr.take().unwrap()).lines();
    let line = log.find_map(|line| {
        let line = line.unwrap();
        line.contains("psql connects with: ").then_some(line)
    });
    let line = line.expect("the log names no command");
    let (_, command) = line.split_once("psql connects with: ").unwrap();
    let (command, _) = command.split_once(" folder=").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{command} -Atc 'SELECT 6 * 7'")]);
    let output = shell.output().unwrap();
    assert_eq!(output.stdout, b"42\n", "{output:?}");
    let password = fs::read_to_string(folder.0.join("password")).unwrap();
    assert!(!line.contains(&password), "{line}");
    holder.kill();
    eventually("the server ends", async || folder.server().is_none()).await;
}
