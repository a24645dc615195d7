//! Who runs the server: ourselves, or an unprivileged user when we are root, since PostgreSQL refuses root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use uuid::Uuid;

use crate::error::EmbeddedError;

/// The variables that a program of PostgreSQL's may need; the others are none of its business.
const PASSED_ON: [&str; 5] = [
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TMPDIR",
    "TZ",
];

/// The user that PostgreSQL's programs run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// The user who runs this program.
    Ours,
    /// Another one, because this program runs as root.
    Other { user: u32, group: u32 },
}

impl Account {
    /// Chooses for a folder that stands: as root its owner, if that is somebody else, then `postgres`, then `nobody`.
    pub(crate) fn choose(folder: &Path) -> Result<Self, EmbeddedError> {
        if !are_we_root(folder).map_err(EmbeddedError::system("write in the folder", folder))? {
            return Ok(Self::Ours);
        }
        let owner = fs::metadata(folder).map_err(EmbeddedError::system("look at", folder))?;
        if owner.uid() != 0 {
            return Ok(Self::Other {
                user: owner.uid(),
                group: owner.gid(),
            });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        find_user(&users, "postgres")
            .or_else(|| find_user(&users, "nobody"))
            .ok_or(EmbeddedError::NoAccount)
    }

    /// Makes the account the owner of a file or folder that we made for it.
    pub(crate) fn own(self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Ours => Ok(()),
            Self::Other { user, group } => chown(path, Some(user), Some(group))
                .map_err(EmbeddedError::system("change the owner of", path)),
        }
    }

    /// Whether the account can come into the folder and write there.
    pub(crate) async fn reaches(self, folder: &Path) -> bool {
        if self == Self::Ours {
            return true;
        }
        let mut test = self.command(Path::new("sh"), Path::new("/"));
        test.args(["-c", "cd \"$1\" && test -w . && test -x .", "sh"])
            .arg(folder);
        test.stderr(Stdio::null())
            .status()
            .await
            .is_ok_and(|status| status.success())
    }

    /// A command of this account, without our environment and without our terminal's signals.
    pub(crate) fn command(self, program: &Path, working_folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .current_dir(working_folder)
            .stdin(Stdio::null());
        command.envs(
            PASSED_ON
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        // Ctrl-C goes to the whole foreground group; the server must outlive it until the workers have stopped.
        command.process_group(0);
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The owner of a new file is who we are; the standard library has no other safe way to ask.
fn are_we_root(folder: &Path) -> io::Result<bool> {
    let probe = folder.join(format!("probe-{}", Uuid::new_v4().simple()));
    let owner = fs::File::create_new(&probe)?.metadata()?.uid();
    fs::remove_file(&probe)?;
    Ok(owner == 0)
}

fn find_user(users: &str, name: &str) -> Option<Account> {
    let mut fields = users
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
    let user = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some(Account::Other { user, group })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgresql:x:7:8::/:\npostgres:x:101:104:,,,:/var:/bin/sh\n";
        assert_eq!(
            find_user(users, "postgres"),
            Some(Account::Other {
                user: 101,
                group: 104
            })
        );
        assert_eq!(find_user(users, "nobody"), None);
    }
}
