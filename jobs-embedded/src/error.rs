//! What can keep a private PostgreSQL from running, each with what to do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why no private PostgreSQL runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// Neither the usual folders nor PATH hold PostgreSQL's programs.
    #[error(
        "cannot find PostgreSQL's programs `initdb` and `postgres` (searched {}); install them ({INSTALL}), \
         or set DATABASE_URL to the address of a running server",
        Listed(.searched)
    )]
    NoPrograms {
        /// The folders that were searched.
        searched: Vec<PathBuf>,
    },
    /// Only versions below 14 were found.
    #[error(
        "the PostgreSQL in `{}` is version {found}, but 14 or newer is needed; install a newer one ({INSTALL}), \
         or set DATABASE_URL to the address of a running server",
        .programs.display()
    )]
    TooOld {
        /// Where the programs lie.
        programs: PathBuf,
        /// Their version.
        found: u32,
    },
    /// The data were written by a major version that is not installed.
    #[error(
        "the data in `{}` were written by PostgreSQL {written_by}, whose programs are not found; \
         install that version, or remove the folder to begin anew",
        .folder.display()
    )]
    OtherVersion {
        /// The folder with the data.
        folder: PathBuf,
        /// The major version that wrote them.
        written_by: u32,
    },
    /// The programs are missing, and could not be downloaded (feature `download`).
    #[error("{missing}; PostgreSQL {version} could not be downloaded")]
    Download {
        /// What is missing.
        missing: Box<EmbeddedError>,
        /// The major version that was to be downloaded.
        version: u32,
        /// Why it could not be.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The folder holds files that are not a private server's.
    #[error("will not keep a database in `{}`: it holds other files; name an empty or a new folder", .folder.display())]
    ForeignFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// Started as root, and there is no other user to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`; \
         create one, or start the program as another user"
    )]
    NoAccount,
    /// Another process has held the lock of the folder all the time.
    #[error("another process is at work in `{}` and does not finish", .folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The system refused something.
    #[error("cannot {doing} `{}`", .path.display())]
    System {
        /// What was tried.
        doing: &'static str,
        /// With which file, folder or program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// One of PostgreSQL's programs failed or took too long.
    #[error("`{program}` failed for the folder `{}`; its last words: {said}", .folder.display())]
    Failed {
        /// The program.
        program: &'static str,
        /// The folder with the data.
        folder: PathBuf,
        /// The end of what it printed.
        said: String,
    },
}

const INSTALL: &str = "Debian and Ubuntu: apt install postgresql; Fedora and Red Hat: dnf install postgresql-server; \
                       Alpine: apk add postgresql; Arch: pacman -S postgresql; macOS: brew install postgresql@17";

impl EmbeddedError {
    /// For `map_err`: keeps the system's word and says what was tried with what.
    pub(crate) fn system(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

struct Listed<'a>(&'a [PathBuf]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, path) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{}", path.display())?;
        }
        if self.0.is_empty() {
            f.write_str("no folder")
        } else {
            Ok(())
        }
    }
}
