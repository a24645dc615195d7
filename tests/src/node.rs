//! Node's pg-boss, the exact version whose contract we keep, on the exact Node beside it.
//!
//! Both come from `tests/node/package-lock.json` and are installed once into the target folder. Without npm a test says
//! that it was skipped; under `CI=true` that is a failure.

mod boss;
mod browser;
mod install;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub use boss::{Behaviour, Boss};
pub use browser::Browser;

use crate::database::Database;
use crate::skipped;
use crate::waiting::BOUND;

/// An installed pg-boss.
#[derive(Debug, Clone)]
pub struct Node {
    program: PathBuf,
    folder: PathBuf,
}

/// What one run of pg-boss's CLI came to.
#[derive(Debug)]
pub struct Ended {
    /// Whether it ended with exit code 0.
    pub well: bool,
    /// All that it printed.
    pub said: String,
}

/// What `pg-boss doctor` came to.
#[derive(Debug)]
pub struct Diagnosis {
    /// Whether it ended with exit code 0: no drift.
    pub healthy: bool,
    /// All that it printed.
    pub said: String,
}

impl Node {
    /// Installs pg-boss if that was not done yet; `None`, with the reason printed, where it cannot be done.
    ///
    /// # Panics
    /// If it cannot be done and `CI=true`.
    pub async fn ready() -> Option<Self> {
        let installed = tokio::task::spawn_blocking(install::install).await.unwrap();
        match installed {
            Ok(node) => Some(node),
            Err(reason) => {
                skipped(&reason);
                None
            }
        }
    }

    /// Opens a `PgBoss` on the database with the options of its constructor; it is not yet started.
    pub async fn boss(&self, database: &Database, options: &Value) -> Boss {
        self.boss_of("pg-boss", database, options).await
    }

    /// As [`boss`](Self::boss), of another release: the name that `tests/node/package.json` gives it.
    pub async fn boss_of(&self, package: &str, database: &Database, options: &Value) -> Boss {
        let mut command = self.script("boss.mjs", database);
        command
            .env("OPTIONS", options.to_string())
            .env("PACKAGE", package);
        Boss::spawn(command)
    }

    /// Runs a script of `tests/node` to its end and gives the one JSON value that it prints. It finds `args` as JSON in
    /// the variable `ARGS`, and the database in `DATABASE_URL`.
    ///
    /// # Panics
    /// If it fails, takes too long or prints something else.
    pub async fn run(&self, script: &str, args: &impl Serialize, database: &Database) -> Value {
        self.run_within(BOUND * 2, script, args, database).await
    }

    async fn run_within(
        &self,
        bound: Duration,
        script: &str,
        args: &impl Serialize,
        database: &Database,
    ) -> Value {
        let mut command = self.script(script, database);
        command
            .env("ARGS", serde_json::to_string(args).unwrap())
            .stderr(Stdio::inherit());
        let output = timeout(bound, command.output()).await;
        let output = output
            .unwrap_or_else(|_| panic!("{script} takes too long"))
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{script} failed: {said}");
        serde_json::from_str(&said)
            .unwrap_or_else(|_| panic!("{script} printed no JSON value: {said}"))
    }

    /// Runs a script of `tests/node` that needs no database: it reads one JSON value from its standard input and prints one.
    ///
    /// # Panics
    /// If it fails, takes too long or prints something else.
    pub async fn answer(&self, script: &str, question: &impl Serialize) -> Value {
        let mut command = self.command(Path::new(script));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let question = serde_json::to_vec(question).unwrap();
        let mut stdin = process.stdin.take().unwrap();
        stdin.write_all(&question).await.unwrap();
        drop(stdin);
        let output = timeout(BOUND * 4, process.wait_with_output()).await;
        let output = output
            .unwrap_or_else(|_| panic!("{script} takes too long"))
            .unwrap();
        assert!(output.status.success(), "{script} failed");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Starts a script of `tests/node` that needs no database, with a variable `FOLDER`; killed with the value.
    pub fn serve(&self, script: &str, folder: &Path) -> Child {
        let mut command = self.command(Path::new(script));
        command.env("FOLDER", folder).spawn().unwrap()
    }

    /// Asks pg-boss itself whether a schema is as it would have made it.
    pub async fn doctor(&self, database: &Database, schema: &str) -> Diagnosis {
        let Ended { well, said } = self.cli(database, &["doctor", "--schema", schema]).await;
        Diagnosis {
            healthy: well,
            said,
        }
    }

    /// Runs pg-boss's CLI with these arguments.
    pub async fn cli(&self, database: &Database, arguments: &[&str]) -> Ended {
        let mut command = self.command(Path::new("node_modules/.bin/pg-boss"));
        command
            .args(arguments)
            .env("PGBOSS_DATABASE_URL", database.url());
        let output = timeout(BOUND * 2, command.output()).await;
        let output = output
            .unwrap_or_else(|_| panic!("pg-boss {arguments:?} takes too long"))
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Ended {
            well: output.status.success(),
            said,
        }
    }

    fn script(&self, name: &str, database: &Database) -> Command {
        let mut command = self.command(Path::new(name));
        command.env("DATABASE_URL", database.url());
        command
    }

    fn command(&self, script: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(self.folder.join(script))
            .current_dir(&self.folder);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}
