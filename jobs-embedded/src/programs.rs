//! Finds PostgreSQL's own programs on this machine.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::error::EmbeddedError;

/// The oldest version whose SQL we speak.
const OLDEST: u32 = 14;

/// Where installers put each version in a folder of its own: parent, start of the folder's name, what lies below.
const VERSIONED: [(&str, &str, &str); 7] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// A folder with `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programs {
    pub(crate) folder: PathBuf,
    pub(crate) version: u32,
}

impl Programs {
    /// Takes the first of `folders` that serves: of the version that wrote the data, if there are any.
    pub(crate) async fn find(
        folders: Vec<PathBuf>,
        data: &Path,
        written_by: Option<u32>,
    ) -> Result<Self, EmbeddedError> {
        let mut too_old = None;
        let mut any = false;
        for folder in &folders {
            let Some(found) = Self::in_folder(folder).await else {
                continue;
            };
            any = true;
            if found.version < OLDEST {
                too_old.get_or_insert(found);
            } else if written_by.is_none_or(|version| version == found.version) {
                return Ok(found);
            }
        }
        Err(match (too_old, written_by) {
            (_, Some(written_by)) if any => EmbeddedError::OtherVersion {
                folder: data.to_owned(),
                written_by,
            },
            (Some(old), _) => EmbeddedError::TooOld {
                programs: old.folder,
                found: old.version,
            },
            _ => EmbeddedError::NoPrograms { searched: folders },
        })
    }

    /// The programs in the folder, if they run.
    pub(crate) async fn in_folder(folder: &Path) -> Option<Self> {
        let postgres = folder.join("postgres");
        if !postgres.is_file() || !folder.join("initdb").is_file() {
            return None;
        }
        let said = first_line(Command::new(postgres).arg("--version")).await?;
        Some(Self {
            folder: folder.to_owned(),
            version: major(&said)?,
        })
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }
}

/// Every folder worth a look: PATH, the usual ones (newest version first), and where `pg_config` points.
pub(crate) async fn usual_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    for (parent, prefix, below) in VERSIONED {
        folders.extend(
            versions_in(Path::new(parent), prefix)
                .into_iter()
                .map(|at| at.join(below)),
        );
    }
    if let Some(folder) = first_line(Command::new("pg_config").arg("--bindir")).await {
        folders.push(PathBuf::from(folder));
    }
    let mut seen = HashSet::new();
    folders.retain(|folder| folder.is_dir() && seen.insert(folder.clone()));
    folders
}

/// The folders `prefix` + number below `parent`, the highest number first.
fn versions_in(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path()))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

async fn first_line(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}

/// The major version in `postgres (PostgreSQL) 17.2 (Debian 17.2-1)`, `... 18beta1`.
fn major(said: &str) -> Option<u32> {
    let number = said
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres"), None);
    }

    #[tokio::test]
    async fn no_programs_say_what_to_install_and_where_was_searched() {
        let folders = vec![PathBuf::from("/nowhere/bin")];
        let error = Programs::find(folders, Path::new("/data"), None)
            .await
            .unwrap_err()
            .to_string();
        for word in [
            "/nowhere/bin",
            "apt install postgresql",
            "dnf",
            "brew",
            "DATABASE_URL",
        ] {
            assert!(error.contains(word), "{word} is missing in: {error}");
        }
    }
}
