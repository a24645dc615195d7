//! PgBouncer between a test and its database.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use crate::database::Database;
use crate::skipped;
use crate::waiting::wait_for;

/// Where packages put the program, which is not always in the PATH.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// Runs the program until the test lets go of its standard input, also by dying.
const WATCHDOG: &str = r#""$@" & read -r _; kill $!; wait"#;

/// A PgBouncer with the settings that it comes with.
pub struct Pooler {
    folder: PathBuf,
    url: String,
    watchdog: Child,
}

impl Pooler {
    /// Starts one before the database; `None`, with the reason printed, where the program is not installed.
    ///
    /// # Panics
    /// If it is not installed and `CI=true`.
    pub async fn new(database: &Database, mode: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from));
        let mut programs = folders.map(|folder| folder.join("pgbouncer"));
        let Some(program) = programs.find(|program| program.is_file()) else {
            skipped("there is no PgBouncer; install `pgbouncer`");
            return None;
        };
        let folder =
            std::env::temp_dir().join(format!("jobs-pg-pooler-{}", Uuid::new_v4().simple()));
        fs::create_dir_all(&folder).unwrap();
        let port = free_port();
        let settings = folder.join("pgbouncer.ini");
        fs::write(&settings, settings_of(database, mode, port)).unwrap();
        let pooler = Self {
            url: format!("postgres://anybody@127.0.0.1:{port}/{}", database.name()),
            watchdog: spawn(&program, &settings),
            folder,
        };
        let options: PgConnectOptions = pooler.url.parse().unwrap();
        let options = options.extra_float_digits(None);
        wait_for("the pooler listens", async || options.connect().await.ok())
            .await
            .close()
            .await
            .unwrap();
        Some(pooler)
    }

    /// The address of the database behind it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn settings_of(database: &Database, mode: &str, port: u16) -> String {
    let options: PgConnectOptions = database.url().parse().unwrap();
    let (_, rest) = database.url().split_once("://").unwrap();
    let (login, _) = rest.split_once('@').unwrap_or_default();
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    format!(
        "[databases]\n{name} = host={host} port={server} user={user} password={password}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = any\npool_mode = {mode}\n",
        name = database.name(),
        host = options.get_host(),
        server = options.get_port(),
    )
}

fn spawn(program: &Path, settings: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", WATCHDOG, "watchdog"]).arg(program);
    // It refuses to run as root.
    if is_root() {
        command.args(["-u", "nobody"]);
    }
    command.arg("-q").arg(settings).stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
