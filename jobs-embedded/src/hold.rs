//! The hold of a process on a running server, which ends with the process, however that ends.
//!
//! Every process that uses the server has the same FIFO open for writing. Its one reader, the watchdog, sees the end of
//! the file when the last of them is gone, and stops the server then.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::error::EmbeddedError;
use crate::home::Home;

/// How long a watchdog may take to answer a newcomer.
const ANSWER_BOUND: Duration = Duration::from_secs(5);

/// Keeps the server running until it is dropped.
pub(crate) struct Hold {
    /// The writing end; we never read from it.
    fifo: File,
    /// Locked, shared, by everybody who holds the server.
    users: File,
}

impl Hold {
    /// Makes the FIFO for a server that is about to start; gives the end that its watchdog reads.
    pub(crate) async fn begin(home: &Home) -> Result<(Self, File), EmbeddedError> {
        let path = home.fifo();
        // A new FIFO for each server: holds on an earlier one must not count for this one.
        let _ = fs::remove_file(&path);
        let mut make = Command::new("mkfifo");
        make.args(["-m", "600"])
            .arg(&path)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        make.status()
            .await
            .map_err(EmbeddedError::system("run mkfifo for", &path))?;
        home.account.own(&path)?;
        let hold = Self::open(home)?;
        let watched = File::open(&path).map_err(EmbeddedError::system("open", &path))?;
        Ok((hold, watched))
    }

    /// Takes hold of the server that runs; `None` if it is ending or has ended.
    pub(crate) async fn join(home: &Home) -> Result<Option<Self>, EmbeddedError> {
        if !home.fifo().exists() {
            return Ok(None);
        }
        let mut hold = Self::open(home)?;
        let token = Uuid::new_v4().simple().to_string();
        let written = hold.fifo.write_all(format!("{token}\n").as_bytes());
        written.map_err(EmbeddedError::system("write to", &home.fifo()))?;
        let answer = home.answer(&token);
        let give_up = Instant::now() + ANSWER_BOUND;
        while home.server_file().exists() && Instant::now() < give_up {
            if answer.exists() {
                let _ = fs::remove_file(&answer);
                return Ok(Some(hold));
            }
            sleep(Duration::from_millis(10)).await;
        }
        let _ = fs::remove_file(&answer);
        Ok(None)
    }

    fn open(home: &Home) -> Result<Self, EmbeddedError> {
        // For reading too: a FIFO that is opened only for writing would block until it has a reader.
        let fifo = open_both_ways(&home.fifo(), false)?;
        let users = open_both_ways(&home.users(), true)?;
        home.account.own(&home.users())?;
        users
            .lock_shared()
            .map_err(EmbeddedError::system("lock", &home.users()))?;
        Ok(Self { fifo, users })
    }

    /// Lets go; `true` if nobody else holds the server, so that it stops now.
    pub(crate) fn release(self) -> bool {
        let Self { fifo, users } = self;
        drop(fifo);
        // Nobody can have it alone as long as somebody else still shares it.
        users.unlock().is_ok() && users.try_lock().is_ok()
    }
}

fn open_both_ways(path: &Path, create: bool) -> Result<File, EmbeddedError> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(create)
        .truncate(false);
    options
        .open(path)
        .map_err(EmbeddedError::system("open", path))
}
