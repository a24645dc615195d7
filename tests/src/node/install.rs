//! Installs what `tests/node/package-lock.json` names, once for all test processes.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use uuid::Uuid;

use super::Node;
use crate::cluster::target_folder;

const PACKAGE: &str = include_str!("../../node/package.json");
const LOCK: &str = include_str!("../../node/package-lock.json");

/// Gives the installed pg-boss, or the reason why there is none.
pub(super) fn install() -> Result<Node, String> {
    static INSTALLED: OnceLock<Result<Node, String>> = OnceLock::new();
    INSTALLED.get_or_init(install_once).clone()
}

fn install_once() -> Result<Node, String> {
    let mut hash = DefaultHasher::new();
    (PACKAGE, LOCK).hash(&mut hash);
    let target = target_folder();
    let folder = target.join(format!("node-{:016x}", hash.finish()));
    fs::create_dir_all(&folder).unwrap();
    // Another test process may be installing; the lock ends with the file.
    let guard = File::create(folder.join("lock")).unwrap();
    guard.lock().unwrap();
    let done = folder.join("done");
    if !done.is_file() {
        fs::write(folder.join("package.json"), PACKAGE).unwrap();
        fs::write(folder.join("package-lock.json"), LOCK).unwrap();
        run_npm(&folder)?;
        fs::write(done, "").unwrap();
    }
    copy_scripts(&folder);
    Ok(Node {
        program: program(&folder)?,
        folder,
    })
}

fn run_npm(folder: &Path) -> Result<(), String> {
    let mut npm = Command::new("npm");
    npm.args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--fetch-timeout=60000",
    ]);
    npm.current_dir(folder).stdin(Stdio::null());
    match npm.output() {
        Err(error) => Err(format!(
            "cannot run npm ({error}); install Node.js with npm to test against Node's pg-boss"
        )),
        Ok(output) if !output.status.success() => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("npm cannot install pg-boss: {}", said.trim()))
        }
        Ok(_) => Ok(()),
    }
}

/// The scripts must lie beside `node_modules`, since imports are looked up from where a script lies.
fn copy_scripts(folder: &Path) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    for entry in fs::read_dir(scripts).unwrap().flatten() {
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "mjs")
        {
            // Renamed into place: another test may be reading the old one.
            let half = folder.join(format!("half-{}", Uuid::new_v4().simple()));
            fs::copy(entry.path(), &half).unwrap();
            fs::rename(half, folder.join(entry.file_name())).unwrap();
        }
    }
}

/// The Node of the lock file where it has one for this system, else the machine's if it is new enough.
fn program(folder: &Path) -> Result<PathBuf, String> {
    let pinned = folder.join("node_modules/.bin/node");
    if pinned.is_file() {
        return Ok(pinned);
    }
    let said = Command::new("node")
        .arg("--version")
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let major: Option<u32> = said
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    match major {
        Some(22..) => Ok(PathBuf::from("node")),
        _ => Err(format!(
            "pg-boss needs Node.js 22, this machine has `{said}`"
        )),
    }
}
