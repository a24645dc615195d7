//! PostgreSQL servers: the one that all tests share, and servers of a test's own, to be stopped and killed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use jobs_pg::embedded::Embedded;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use crate::apart;

/// Names the folder of the PostgreSQL programs to test with, in place of the first that is found on this machine.
const PROGRAMS: &str = "TEST_POSTGRES";

/// The server that tests share: `DATABASE_URL`, else one private server for the whole run of `cargo test`, which each
/// test binary starts or joins, and which ends with the last of them.
pub(crate) struct Shared {
    pub(crate) url: String,
    /// Ours, unless `DATABASE_URL` names it.
    pub(crate) log: Option<PathBuf>,
    /// Kept for as long as this process lives.
    _postgres: Option<Embedded>,
}

impl Shared {
    pub(crate) fn get() -> &'static Self {
        static SHARED: OnceLock<Shared> = OnceLock::new();
        SHARED.get_or_init(|| apart::run(Self::open()))
    }

    async fn open() -> Self {
        if let Ok(url) = env::var("DATABASE_URL") {
            return Self {
                url,
                log: None,
                _postgres: None,
            };
        }
        // Another version cannot use the data of the first.
        let name = env::var_os(PROGRAMS).map_or("test-postgres", |_| "test-postgres-named");
        let folder = target_folder().join(name);
        let postgres = start(&folder).await;
        clear_away(postgres.url()).await;
        Self {
            url: postgres.url().to_owned(),
            log: Some(postgres.log()),
            _postgres: Some(postgres),
        }
    }
}

/// A private server of one test, on data of its own; gone with the value.
pub struct Cluster {
    folder: PathBuf,
    url: String,
    postgres: Option<Embedded>,
}

impl Cluster {
    /// Makes new data and starts a server on them.
    pub async fn new() -> Self {
        let folder = target_folder()
            .join("test-clusters")
            .join(Uuid::new_v4().simple().to_string());
        let postgres = start(&folder).await;
        Self {
            folder: postgres.folder().to_owned(),
            url: postgres.url().to_owned(),
            postgres: Some(postgres),
        }
    }

    /// The address of its database `postgres`; stays the same when it is started again.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the server wrote since it was started last.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Stops the server as an administrator would; clients lose their connections.
    pub async fn stop(&mut self) {
        if let Some(postgres) = self.postgres.take() {
            postgres.stop().await;
        }
    }

    /// Kills the server at once; what it had acknowledged must survive that.
    pub async fn crash(&mut self) {
        let pid_file = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        assert!(
            signal("KILL", pid_file.lines().next().unwrap()),
            "the server cannot be killed"
        );
        self.stop().await;
    }

    /// Starts the server again, at the same address.
    pub async fn start(&mut self) {
        let postgres = start(&self.folder).await;
        assert_eq!(postgres.url(), self.url, "the server came back elsewhere");
        self.postgres = Some(postgres);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(postgres) = self.postgres.take() {
            apart::run(postgres.stop());
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn start(folder: &Path) -> Embedded {
    let mut settings = Embedded::builder(folder).fast().max_connections(500);
    if let Some(programs) = env::var_os(PROGRAMS) {
        settings = settings.programs_in([programs]);
    }
    settings
        .start()
        .await
        .unwrap_or_else(|error| panic!("no PostgreSQL to test with: {error}"))
}

/// Drops the databases of test processes that are no more; they could not do it when they were killed.
async fn clear_away(url: &str) {
    let mut admin = PgConnection::connect(url).await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")
            .fetch_all(&mut admin)
            .await
            .unwrap();
    for name in names {
        let process = name.split('_').nth(1).unwrap_or_default();
        if process.parse::<u32>().is_ok() && !signal("0", process) {
            // Another test binary may do the same at the same time.
            let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
            let _ = sqlx::query(AssertSqlSafe(drop)).execute(&mut admin).await;
        }
    }
}

/// Sends a signal with the shell's own word; `false` if there is no such process.
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

/// Cargo's target folder, wherever it is.
pub(crate) fn target_folder() -> PathBuf {
    let exe = env::current_exe().unwrap();
    let target = exe
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file());
    target.map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        Path::to_owned,
    )
}
