//! pg-boss's dashboard in a real browser, and pictures of it for the docs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Node;
use crate::cluster::target_folder;
use crate::database::Database;
use crate::skipped;
use crate::waiting::BOUND;

/// How the browser is called, by where it comes from.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// With this set, the pictures that tests take replace those in `docs/`.
const UPDATE_DOCS: &str = "UPDATE_DOCS";

/// A Chromium that is installed.
#[derive(Debug, Clone)]
pub struct Browser {
    program: PathBuf,
}

impl Browser {
    /// Finds the browser; `None`, with the reason printed, where there is none.
    ///
    /// # Panics
    /// If there is none and `CI=true`.
    pub fn ready() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let program = env::split_paths(&path)
            .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
            .find(|program| program.is_file());
        if program.is_none() {
            skipped("there is no Chromium to see pg-boss's dashboard in; install `chromium`");
        }
        program.map(|program| Self { program })
    }

    /// Opens the dashboard on the database, takes the steps (see `tests/node/dashboard.mjs`), and gives the texts that each
    /// `read` found.
    ///
    /// # Panics
    /// If a step fails.
    pub async fn dashboard(
        &self,
        node: &Node,
        database: &Database,
        steps: &[Value],
    ) -> Vec<Vec<String>> {
        let pictures = target_folder().join("dashboard");
        fs::create_dir_all(&pictures).unwrap();
        let args = json!({ "chromium": self.program, "screenshots": pictures, "steps": steps });
        // Some dozens of pages, each waited for.
        let seen = node.run_within(BOUND * 4, "dashboard.mjs", &args, database);
        let seen = seen.await;
        if env::var_os(UPDATE_DOCS).is_some() {
            let taken = steps.iter().filter(|step| step[0] == "shoot");
            for name in taken.filter_map(|step| step[1].as_str()) {
                let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
                fs::create_dir_all(&docs).unwrap();
                fs::copy(pictures.join(name), docs.join(name)).unwrap();
            }
        }
        serde_json::from_value(seen).unwrap()
    }
}
