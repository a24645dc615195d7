//! The folder of a private server: what lies in it, and who may start a server on it.

use std::env;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{self, Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::account::Account;
use crate::error::EmbeddedError;

/// How long one process waits for another that starts or stops a server on the same folder.
#[cfg(not(feature = "download"))]
const LOCK_BOUND: Duration = Duration::from_secs(90);
/// The other process may be downloading the programs first.
#[cfg(feature = "download")]
const LOCK_BOUND: Duration =
    crate::download::DOWNLOAD_TIMEOUT.saturating_add(Duration::from_secs(90));

/// A folder that is ours, and the account that owns it.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) folder: PathBuf,
    pub(crate) account: Account,
}

impl Home {
    /// Makes the folder, or one in its place that the account can reach.
    pub(crate) async fn open(wanted: &Path) -> Result<Self, EmbeddedError> {
        let wanted = path::absolute(wanted).map_err(EmbeddedError::system("find", wanted))?;
        let home = Self::at(&wanted)?;
        if home.account.reaches(&wanted).await {
            return Ok(home);
        }
        // Only the lock is in it, or it would have been reached before: leave no trace.
        let _ = fs::remove_file(wanted.join(LOCK));
        let _ = fs::remove_dir(&wanted);
        let instead = Self::at(&env::temp_dir().join(name_in_temp(&wanted)))?;
        tracing::warn!(
            wanted = %wanted.display(), used = %instead.folder.display(),
            "PostgreSQL refuses to run as root, and the user it runs as cannot reach the folder; another one is used",
        );
        Ok(instead)
    }

    fn at(folder: &Path) -> Result<Self, EmbeddedError> {
        fs::create_dir_all(folder).map_err(EmbeddedError::system("create the folder", folder))?;
        refuse_foreign(folder)?;
        // Before any other file, since it tells a second process that the folder is ours.
        let (lock, _) = open_lock(folder)?;
        let account = Account::choose(folder)?;
        account.own(folder)?;
        account.own(&lock)?;
        fs::set_permissions(folder, Permissions::from_mode(0o700))
            .map_err(EmbeddedError::system("close to others", folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            account,
        })
    }

    /// Waits until no other process starts a server here; the lock ends with the file.
    pub(crate) async fn lock(&self) -> Result<File, EmbeddedError> {
        lock(&self.folder, LOCK_BOUND).await
    }

    /// The password of this folder's server, made when it is first asked for.
    pub(crate) fn password(&self) -> Result<String, EmbeddedError> {
        let path = self.password_file();
        match fs::read_to_string(&path) {
            Ok(password) => return Ok(password.trim_end().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(EmbeddedError::System {
                    doing: "read",
                    path,
                    source,
                });
            }
        }
        let password = Uuid::new_v4().simple().to_string();
        self.write(&path, &password)?;
        self.write(&self.folder.join(".gitignore"), "*\n")?;
        Ok(password)
    }

    /// Writes a file for the owner's eyes only, in one step.
    pub(crate) fn write(&self, path: &Path, text: &str) -> Result<(), EmbeddedError> {
        let half = self.folder.join(format!("new-{}", Uuid::new_v4().simple()));
        let open = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&half);
        open.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(EmbeddedError::system("write", &half))?;
        self.account.own(&half)?;
        fs::rename(&half, path).map_err(EmbeddedError::system("write", path))
    }

    /// The port of the server that runs here or ran here last.
    pub(crate) fn port(&self) -> Option<u16> {
        fs::read_to_string(self.port_file())
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    /// The major version that wrote the data; `None` if there are none.
    pub(crate) fn written_by(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    /// The end of the server's log, for an error.
    pub(crate) fn last_words(&self, password: &str) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        last_words(&log, password)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A new name for data that are being made.
    pub(crate) fn half(&self) -> PathBuf {
        self.folder
            .join(format!("{HALF}{}", Uuid::new_v4().simple()))
    }

    /// Clears away what was being made when its process was killed.
    pub(crate) fn remove_halves(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(HALF) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    pub(crate) fn port_file(&self) -> PathBuf {
        self.folder.join("port")
    }

    /// Stands while a server runs and may be joined.
    pub(crate) fn server_file(&self) -> PathBuf {
        self.folder.join("server")
    }

    pub(crate) fn fifo(&self) -> PathBuf {
        self.folder.join("holders")
    }

    pub(crate) fn users(&self) -> PathBuf {
        self.folder.join("users")
    }

    /// The watchdog's answer to a newcomer.
    pub(crate) fn answer(&self, token: &str) -> PathBuf {
        self.folder.join(format!("joined-{token}"))
    }
}

/// The mark of a folder of ours, too.
const LOCK: &str = "lock";
const HALF: &str = "half-";

/// Waits until no other process has the lock of the folder; it ends with the file.
pub(crate) async fn lock(folder: &Path, bound: Duration) -> Result<File, EmbeddedError> {
    let (path, file) = open_lock(folder)?;
    let give_up = Instant::now() + bound;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => {
                return Err(EmbeddedError::System {
                    doing: "lock",
                    path,
                    source,
                });
            }
            Err(TryLockError::WouldBlock) if Instant::now() > give_up => {
                return Err(EmbeddedError::Busy {
                    folder: folder.to_owned(),
                });
            }
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(50)).await,
        }
    }
}

fn open_lock(folder: &Path) -> Result<(PathBuf, File), EmbeddedError> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    let file = options
        .open(&path)
        .map_err(EmbeddedError::system("open", &path))?;
    Ok((path, file))
}

/// The last twenty lines, with the password blotted out.
pub(crate) fn last_words(text: &[u8], password: &str) -> String {
    let text = String::from_utf8_lossy(text).replace(password, "***");
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Refuses a folder that holds something else: as root we would take it away from its owner.
fn refuse_foreign(folder: &Path) -> Result<(), EmbeddedError> {
    let mut entries = fs::read_dir(folder).map_err(EmbeddedError::system("look into", folder))?;
    let is_link = fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_symlink());
    if is_link || (entries.next().is_some() && !folder.join(LOCK).is_file()) {
        return Err(EmbeddedError::ForeignFolder {
            folder: folder.to_owned(),
        });
    }
    Ok(())
}

fn name_in_temp(wanted: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let digest = Sha256::digest(wanted.as_os_str().as_bytes());
    let hex: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("jobs-pg-{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_few_and_without_the_password() {
        let log: String = (0..30).map(|n| format!("line {n} s3cret\n")).collect();
        let said = last_words(log.as_bytes(), "s3cret");
        assert_eq!(said.lines().count(), 20);
        assert!(said.ends_with("line 29 ***"));
        assert!(!said.contains("s3cret"));
    }

    #[test]
    fn a_folder_with_other_files_is_refused() {
        let folder = env::temp_dir().join(format!("jobs-pg-test-{}", Uuid::new_v4().simple()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("thesis.txt"), "").unwrap();
        assert!(matches!(
            Home::at(&folder),
            Err(EmbeddedError::ForeignFolder { .. })
        ));
        fs::remove_dir_all(&folder).unwrap();
    }
}
