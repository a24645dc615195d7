//! A private PostgreSQL server, run with the programs of this machine, for development, examples and tests. With the feature
//! `download`, programs that are not found are downloaded once.
//!
//! [`Embedded::start`] keeps the data in a folder, and can be called again with the same folder, however the last server ended. The
//! server listens on loopback only, with a random password. It ends with the last process that uses it, however that process ends: a
//! small shell script watches a FIFO that all of them keep open.
//!
//! Two processes that start with one folder share one server, which runs until both have ended. The settings are those of the first.
//!
//! PostgreSQL refuses to run as root. If the program runs as root, the server runs as the owner of the folder, if that is not root,
//! else as the user `postgres`, else as `nobody`, who then owns the folder. If that user cannot reach the folder (below `/root`, for
//! example), a folder in the system's temporary directory is used instead, with a warning.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[cfg(not(unix))]
compile_error!("jobs-embedded needs a Unix system");

mod account;
#[cfg(feature = "download")]
mod download;
mod error;
mod hold;
mod home;
mod leftover;
mod programs;
mod server;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Child;
use tokio::time::{Instant, sleep};

pub use error::EmbeddedError;
use hold::Hold;
use home::Home;
use programs::{Programs, usual_folders};
use server::{Server, Settings};

/// How long a fast shutdown, and the immediate one after it, may take in all.
const STOP_BOUND: Duration = Duration::from_secs(20);

/// A private PostgreSQL server. It ends when the last value for its folder, in any process, is dropped.
///
/// ```no_run
/// # async fn example() -> Result<(), jobs_embedded::EmbeddedError> {
/// let postgres = jobs_embedded::Embedded::start(".jobs").await?;
/// println!("data in {}", postgres.folder().display());
/// postgres.stop().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "the server ends when this is dropped"]
pub struct Embedded {
    home: Home,
    port: u16,
    password: String,
    url: String,
    hold: Hold,
    /// Ours if we started the server; waited for, so that no zombie stays.
    watchdog: Option<Child>,
}

impl Embedded {
    /// Starts a server with its data in `folder`, or joins the one that runs there.
    ///
    /// # Errors
    /// If PostgreSQL's programs are missing or too old, if the folder cannot be used, or if the server does not start within 30 s.
    pub async fn start(folder: impl Into<PathBuf>) -> Result<Self, EmbeddedError> {
        Self::builder(folder).start().await
    }

    /// Returns the settings of a server, to be changed before it starts.
    pub fn builder(folder: impl Into<PathBuf>) -> EmbeddedBuilder {
        let settings = Settings {
            fast: false,
            max_connections: 200,
        };
        EmbeddedBuilder {
            folder: folder.into(),
            programs_in: None,
            #[cfg(feature = "download")]
            download_to: None,
            settings,
        }
    }

    /// The URL of the database `postgres`, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of another database on this server, with the password.
    pub fn url_of(&self, database: &str) -> String {
        url(self.port, &self.password, database)
    }

    /// The folder with the data: the requested one, or its replacement.
    pub fn folder(&self) -> &Path {
        &self.home.folder
    }

    /// The file with the server's messages. Each start overwrites it.
    pub fn log(&self) -> PathBuf {
        self.home.log()
    }

    /// Stops the server and waits until it has ended, unless another value uses it. Dropping does the same without waiting.
    pub async fn stop(self) {
        let Self {
            home,
            hold,
            mut watchdog,
            ..
        } = self;
        if !hold.release() {
            return;
        }
        // Looked at again and again, not waited for: the runtime that started the watchdog may be another one, and
        // blocked.
        let give_up = Instant::now() + STOP_BOUND;
        while Instant::now() < give_up {
            let watched = watchdog
                .as_mut()
                .is_some_and(|child| matches!(child.try_wait(), Ok(None)));
            if !watched && !home.server_file().exists() {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded")
            .field("folder", &self.home.folder)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// The settings of a private server, from [`Embedded::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens until `.start().await`"]
pub struct EmbeddedBuilder {
    folder: PathBuf,
    programs_in: Option<Vec<PathBuf>>,
    #[cfg(feature = "download")]
    download_to: Option<PathBuf>,
    settings: Settings,
}

impl EmbeddedBuilder {
    /// Trades durability for speed: a crash of the machine may lose the data. For tests.
    pub fn fast(mut self) -> Self {
        self.settings.fast = true;
        self
    }

    /// Sets how many connections the server accepts at once; the default is 200.
    pub fn max_connections(mut self, connections: u16) -> Self {
        self.settings.max_connections = connections;
        self
    }

    /// Searches for `initdb` and `postgres` in these folders only, and uses the first suitable one. Nothing is downloaded then,
    /// unless `download_to` names a folder too.
    pub fn programs_in(mut self, folders: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.programs_in = Some(folders.into_iter().map(Into::into).collect());
        self
    }

    /// Names the folder that PostgreSQL's programs are downloaded to where none are found, instead of the user's cache. What
    /// is there already is used, not downloaded again.
    #[cfg(feature = "download")]
    pub fn download_to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.download_to = Some(folder.into());
        self
    }

    /// Starts the server, or joins the one that runs with the folder.
    ///
    /// # Errors
    /// As [`Embedded::start`].
    pub async fn start(self) -> Result<Embedded, EmbeddedError> {
        let home = Home::open(&self.folder).await?;
        // Held until the server can be joined, so that of two processes one starts it.
        let _lock = home.lock().await?;
        let password = home.password()?;
        if let Some((hold, port)) = join(&home, &password).await? {
            return Ok(held(home, port, password, hold, None));
        }
        let programs = self.programs(&home).await?;
        server::make_data(&home, &programs, &self.settings).await?;
        let Server {
            hold,
            port,
            watchdog,
        } = server::start(&home, &programs, &self.settings).await?;
        tracing::info!(
            folder = %home.folder.display(), port, version = programs.version,
            "a private PostgreSQL is running; psql connects with: {}", psql(&home, &programs, port),
        );
        Ok(held(home, port, password, hold, Some(watchdog)))
    }
}

impl EmbeddedBuilder {
    /// The programs on this machine, else downloaded ones.
    async fn programs(&self, home: &Home) -> Result<Programs, EmbeddedError> {
        let folders = match &self.programs_in {
            Some(folders) => folders.clone(),
            None => usual_folders().await,
        };
        let found = Programs::find(folders, &home.data(), home.written_by()).await;
        #[cfg(feature = "download")]
        let found = match (found, self.cache(home)) {
            (Err(missing), Some(cache)) => {
                download::programs(&cache, home.written_by(), missing).await
            }
            (found, _) => found,
        };
        found
    }

    /// Where downloaded programs are kept; `None` if nothing may be downloaded.
    #[cfg(feature = "download")]
    fn cache(&self, home: &Home) -> Option<PathBuf> {
        match (&self.download_to, &self.programs_in) {
            (Some(folder), _) => Some(folder.clone()),
            (None, Some(_)) => None,
            (None, None) => download::default_cache(home.account),
        }
    }
}

/// Takes hold of the server that runs on the folder, if one does and is not about to end.
async fn join(home: &Home, password: &str) -> Result<Option<(Hold, u16)>, EmbeddedError> {
    let (true, Some(port)) = (home.server_file().exists(), home.port()) else {
        return Ok(None);
    };
    if !server::lets_us_in(port, password).await {
        return Ok(None);
    }
    Ok(Hold::join(home).await?.map(|hold| (hold, port)))
}

fn held(home: Home, port: u16, password: String, hold: Hold, watchdog: Option<Child>) -> Embedded {
    let url = url(port, &password, "postgres");
    Embedded {
        home,
        port,
        password,
        url,
        hold,
        watchdog,
    }
}

/// The shell command that opens psql on the server. It reads the password from the file, so that no log has it.
fn psql(home: &Home, programs: &Programs, port: u16) -> String {
    let own = programs.folder.join("psql");
    let program = match own.is_file() {
        true => own,
        false => PathBuf::from("psql"),
    };
    format!(
        "PGPASSWORD=\"$(cat {})\" {} -h 127.0.0.1 -p {port} -U postgres",
        quoted(&home.password_file()),
        quoted(&program),
    )
}

/// The path as one word of a shell.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    match path.chars().all(is_plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

/// The password needs no escapes: it is hexadecimal.
fn url(port: u16, password: &str, database: &str) -> String {
    let mut path = String::new();
    for byte in database.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => path.push(char::from(byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("postgres://postgres:{password}@127.0.0.1:{port}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_name_is_escaped_in_the_url() {
        let url = url(5, "secret", "a b/ü");
        assert_eq!(url, "postgres://postgres:secret@127.0.0.1:5/a%20b%2F%C3%BC");
    }
}
