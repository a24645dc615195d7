//! Why a private PostgreSQL server cannot run, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a private PostgreSQL server cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// PostgreSQL's programs are neither in the usual folders nor in PATH.
    #[error(
        "cannot find PostgreSQL's programs `initdb` and `postgres` (searched {}); install them ({INSTALL}), \
         or set DATABASE_URL to the address of a running server",
        Listed(.searched)
    )]
    NoPrograms {
        /// The folders that were searched.
        searched: Vec<PathBuf>,
    },
    /// Only versions before 14 were found.
    #[error(
        "the PostgreSQL in `{}` is version {found}, but 14 or newer is needed; install a newer one ({INSTALL}), \
         or set DATABASE_URL to the address of a running server",
        .programs.display()
    )]
    TooOld {
        /// The folder of the programs.
        programs: PathBuf,
        /// Their version.
        found: u32,
    },
    /// The data was written by a major version that is not installed.
    #[error(
        "the data in `{}` was written by PostgreSQL {written_by}, which is not installed; \
         install that version, or remove the folder to begin with new data",
        .folder.display()
    )]
    OtherVersion {
        /// The folder with the data.
        folder: PathBuf,
        /// The major version that wrote it.
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
    /// The folder contains other files.
    #[error("cannot keep a database in `{}`: it contains other files; choose an empty or a new folder", .folder.display())]
    ForeignFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The program runs as root, and there is no other user to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`; \
         create one, or start the program as another user"
    )]
    NoAccount,
    /// Another process has been starting a server with the folder for too long.
    #[error("another process is still starting a server in `{}`", .folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The operating system refused an operation.
    #[error("cannot {doing} `{}`", .path.display())]
    System {
        /// The operation.
        doing: &'static str,
        /// The file, folder or program.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// One of PostgreSQL's programs failed or took too long.
    #[error("`{program}` failed for the folder `{}`; its last output: {said}", .folder.display())]
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
    /// For `map_err`: adds the operation and its path to an error of the operating system.
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
