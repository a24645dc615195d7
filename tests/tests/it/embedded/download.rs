//! Programs that the machine lacks are downloaded, from a GitHub on loopback.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tests::node::Node;
use tests::{eventually, skipped};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{self, Child};

use super::Folder;

/// What the release holds, beside the archive.
#[derive(Clone, Copy)]
enum Hash {
    Right,
    Wrong,
    None,
}

/// A proxy that answers for GitHub with one release, whose programs are those of this machine.
struct GitHub {
    folder: Folder,
    _server: Child,
}

impl GitHub {
    /// `None`, with the reason printed, where Node or openssl is missing.
    async fn start(hash: Hash) -> Option<Self> {
        let node = Node::ready().await?;
        let folder = Folder::new();
        fs::create_dir(&folder.0).unwrap();
        let archive = format!(
            "postgresql-17.5.0-{}-unknown-linux-{}.tar.gz",
            std::env::consts::ARCH,
            if cfg!(target_env = "musl") {
                "musl"
            } else {
                "gnu"
            },
        );
        folder.pack(&archive).await;
        match hash {
            Hash::Right => folder.shell(&format!("sha256sum {archive} > {archive}.sha256")),
            Hash::Wrong => folder.shell(&format!("echo other | sha256sum > {archive}.sha256")),
            Hash::None => true,
        };
        let certificate = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=github.com \
             -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:api.github.com,DNS:github.com \
             -keyout key.pem -out cert.pem 2>/dev/null";
        if !folder.shell(certificate) {
            skipped("a GitHub on loopback; there is no openssl to make its certificate");
            return None;
        }
        let server = node.serve("github.mjs", &folder.0);
        eventually("the proxy listens", async || folder.0.join("port").exists()).await;
        Some(Self {
            folder,
            _server: server,
        })
    }

    /// Starts a server without programs of its own.
    fn postgres<'a>(&self, folder: &'a Folder, cache: &Folder) -> Starting<'a> {
        let port = fs::read_to_string(self.folder.0.join("port")).unwrap();
        Starting::new(folder, cache, &["/nowhere/bin"], &port, Some(self))
    }

    fn requests(&self) -> Vec<String> {
        let said = fs::read_to_string(self.folder.0.join("requests")).unwrap_or_default();
        said.lines().map(str::to_owned).collect()
    }
}

impl Folder {
    /// Makes an archive of two programs that stand for this machine's.
    async fn pack(&self, archive: &str) {
        let real = programs_of_this_machine().await;
        let bin = self.0.join("packed/bin");
        fs::create_dir_all(&bin).unwrap();
        for name in ["initdb", "postgres"] {
            let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", real.join(name).display());
            fs::write(bin.join(name), script).unwrap();
            fs::set_permissions(bin.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        assert!(self.shell(&format!("tar -czf {archive} packed")));
    }

    fn shell(&self, script: &str) -> bool {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(&self.0);
        shell.status().unwrap().success()
    }
}

/// Where the programs are that a server of ours runs with.
async fn programs_of_this_machine() -> PathBuf {
    let folder = Folder::new();
    let postgres = folder.start().await;
    let program = fs::read_link(format!("/proc/{}/exe", folder.server().unwrap())).unwrap();
    postgres.stop().await;
    program.parent().unwrap().to_owned()
}

/// Another process that starts a server; killed with the value.
struct Starting<'a> {
    process: Child,
    folder: &'a Folder,
}

impl<'a> Starting<'a> {
    fn new(
        folder: &'a Folder,
        cache: &Folder,
        programs_in: &[&str],
        port: &str,
        github: Option<&GitHub>,
    ) -> Self {
        let mut command = process::Command::new(env!("CARGO_BIN_EXE_hold-postgres"));
        command.arg(&folder.0).arg(&cache.0).args(programs_in);
        command
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .env_remove("https_proxy")
            .env_remove("GITHUB_TOKEN")
            .env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(github) = github {
            command.env("SSL_CERT_FILE", github.folder.0.join("cert.pem"));
        }
        Self {
            process: command.spawn().unwrap(),
            folder,
        }
    }

    /// Whether the server came up, and what was printed until then.
    async fn ended(mut self) -> (bool, String) {
        let mut said = String::new();
        let stdout = self.process.stdout.take().unwrap();
        let line = BufReader::new(stdout).lines().next_line().await.unwrap();
        self.process.start_kill().unwrap();
        let mut stderr = self.process.stderr.take().unwrap();
        stderr.read_to_string(&mut said).await.unwrap();
        self.process.wait().await.unwrap();
        let folder = self.folder;
        eventually("the server ends", async || folder.server().is_none()).await;
        (line.is_some(), said)
    }
}

#[tokio::test]
async fn programs_that_the_machine_lacks_are_downloaded_once() {
    let Some(github) = GitHub::start(Hash::Right).await else {
        return;
    };
    let (first, second, cache) = (Folder::new(), Folder::new(), Folder::new());
    let (ready, said) = github.postgres(&first, &cache).ended().await;
    assert!(ready, "{said}");
    assert!(
        said.contains("Downloading PostgreSQL 17.5.0 into"),
        "{said}"
    );
    let downloads = github.requests();
    let archives = downloads.iter().filter(|path| path.ends_with(".tar.gz"));
    assert_eq!(archives.count(), 1, "{downloads:?}");
    let (ready, said) = github.postgres(&second, &cache).ended().await;
    assert!(ready, "{said}");
    assert!(!said.contains("Downloading"), "{said}");
    assert_eq!(github.requests(), downloads);
}

#[tokio::test]
async fn an_archive_whose_hash_is_another_or_missing_is_not_unpacked() {
    for (hash, reason) in [
        (Hash::Wrong, "does not match expected hash"),
        (Hash::None, "it has no SHA-256"),
    ] {
        let Some(github) = GitHub::start(hash).await else {
            return;
        };
        let (folder, cache) = (Folder::new(), Folder::new());
        let (ready, said) = github.postgres(&folder, &cache).ended().await;
        assert!(!ready && said.contains(reason), "{said}");
        assert!(!cache.0.join("postgresql-17").exists());
    }
}

#[tokio::test]
async fn nothing_is_downloaded_where_programs_are_found() {
    let (folder, cache) = (Folder::new(), Folder::new());
    let offline = Starting::new(&folder, &cache, &[], "1", None);
    let (ready, said) = offline.ended().await;
    assert!(ready, "{said}");
    assert!(!cache.0.exists());
}

#[tokio::test]
async fn offline_the_error_says_what_to_install() {
    let (folder, cache) = (Folder::new(), Folder::new());
    let offline = Starting::new(&folder, &cache, &["/nowhere/bin"], "1", None);
    let (ready, said) = offline.ended().await;
    assert!(!ready);
    for words in [
        "searched /nowhere/bin",
        "apt install postgresql",
        "dnf install postgresql-server",
        "brew install postgresql",
        "PostgreSQL 17 could not be downloaded",
        "caused by: ",
        "cannot read the releases of https://github.com/theseus-rs/postgresql-binaries",
    ] {
        assert!(said.contains(words), "{words} is missing in: {said}");
    }
}
