//! Makes the data and starts the server on them.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::error::EmbeddedError;
use crate::hold::Hold;
use crate::home::{Home, last_words};
use crate::leftover;
use crate::programs::Programs;

/// How long a server may take to answer, its recovery included.
const START_BOUND: Duration = Duration::from_secs(30);
/// How long making the first data may take.
const INITDB_BOUND: Duration = Duration::from_secs(90);
/// How long to wait for the port that the last server had.
const PORT_BOUND: Duration = Duration::from_secs(2);
/// PostgreSQL's word for a port that another program has.
const PORT_TAKEN: &str = "could not create any TCP/IP sockets";
/// Runs the server and ends it when nobody holds it.
const WATCHDOG: &str = include_str!("watchdog.sh");

/// How a server is set up.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) fast: bool,
    pub(crate) max_connections: u16,
}

/// A server that answers.
pub(crate) struct Server {
    pub(crate) hold: Hold,
    pub(crate) port: u16,
    pub(crate) watchdog: Child,
}

/// Makes the data if there are none; a half-made cluster never gets their name.
pub(crate) async fn make_data(
    home: &Home,
    programs: &Programs,
    settings: &Settings,
) -> Result<(), EmbeddedError> {
    if home.written_by().is_some() {
        return Ok(());
    }
    home.remove_halves();
    let half = home.half();
    let mut initdb = home.account.command(&programs.initdb(), &home.folder);
    initdb.arg("-D").arg(&half).args([
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--locale=C",
    ]);
    initdb
        .arg("--no-instructions")
        .arg("--pwfile")
        .arg(home.password_file())
        .kill_on_drop(true);
    if settings.fast {
        initdb.arg("--no-sync");
    }
    let failed = |said| EmbeddedError::Failed {
        program: "initdb",
        folder: home.folder.clone(),
        said,
    };
    let output = match timeout(INITDB_BOUND, initdb.output()).await {
        Err(_) => return Err(failed(format!("nothing, for {} s", INITDB_BOUND.as_secs()))),
        Ok(output) => output.map_err(EmbeddedError::system("run", &programs.initdb()))?,
    };
    if !output.status.success() {
        let _ = fs::remove_dir_all(&half);
        let said = [output.stdout, output.stderr].concat();
        return Err(failed(last_words(&said, &home.password()?)));
    }
    // What stands there now has no version: the ruins of data that somebody else removed.
    let _ = fs::remove_dir_all(home.data());
    fs::rename(&half, home.data()).map_err(EmbeddedError::system("rename", &half))
}

/// Starts the server and waits until it lets us in.
pub(crate) async fn start(
    home: &Home,
    programs: &Programs,
    settings: &Settings,
) -> Result<Server, EmbeddedError> {
    let give_up = Instant::now() + START_BOUND;
    let password = home.password()?;
    let mut wanted_port = home.port();
    loop {
        leftover::end(home).await?;
        let port = free_port(wanted_port)
            .await
            .map_err(EmbeddedError::system("find a free port for", &home.folder))?;
        let (hold, watched) = Hold::begin(home).await?;
        let mut watchdog = spawn(home, programs, settings, port, watched)?;
        if answers(port, &password, &mut watchdog, give_up).await {
            home.write(&home.port_file(), &port.to_string())?;
            home.write(&home.server_file(), &port.to_string())?;
            return Ok(Server {
                hold,
                port,
                watchdog,
            });
        }
        drop(hold);
        let said = home.last_words(&password);
        if Instant::now() > give_up || !is_retryable(&said) {
            return Err(EmbeddedError::Failed {
                program: "postgres",
                folder: home.folder.clone(),
                said,
            });
        }
        if said.contains(PORT_TAKEN) {
            wanted_port = None;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

fn spawn(
    home: &Home,
    programs: &Programs,
    settings: &Settings,
    port: u16,
    watched: File,
) -> Result<Child, EmbeddedError> {
    let path = home.log();
    let log = File::create(&path).map_err(EmbeddedError::system("write", &path))?;
    home.account.own(&path)?;
    let log_too = log
        .try_clone()
        .map_err(EmbeddedError::system("write", &path))?;
    let mut watchdog = home.account.command(Path::new("sh"), &home.folder);
    watchdog
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(&home.folder)
        .arg(programs.postgres());
    watchdog.arg("-D").arg(home.data());
    for setting in command_line(settings, port) {
        watchdog.arg("-c").arg(setting);
    }
    watchdog.stdin(watched).stdout(log).stderr(log_too);
    watchdog
        .spawn()
        .map_err(EmbeddedError::system("run", Path::new("sh")))
}

fn command_line(settings: &Settings, port: u16) -> Vec<String> {
    let mut line = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        format!("max_connections={}", settings.max_connections),
        "log_line_prefix=%m [%p] %d %a ".to_owned(),
        "log_lock_waits=on".to_owned(),
    ];
    if settings.fast {
        line.extend(
            [
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ]
            .map(str::to_owned),
        );
    }
    line
}

/// Whether the server lets us in before it ends or time is up.
async fn answers(port: u16, password: &str, watchdog: &mut Child, give_up: Instant) -> bool {
    while Instant::now() < give_up {
        if lets_us_in(port, password).await {
            return true;
        }
        if !matches!(watchdog.try_wait(), Ok(None)) {
            return false;
        }
        sleep(Duration::from_millis(50)).await;
    }
    false
}

/// Whether the server at the port is the one that knows the password.
pub(crate) async fn lets_us_in(port: u16, password: &str) -> bool {
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port);
    let options = options
        .username("postgres")
        .password(password)
        .database("postgres");
    let connect = options
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging();
    match timeout(
        Duration::from_secs(5),
        sqlx::PgConnection::connect_with(&connect),
    )
    .await
    {
        Ok(Ok(connection)) => {
            let _ = connection.close().await;
            true
        }
        _ => false,
    }
}

/// What ends by itself: another program took the port, or the last server's processes are still going.
fn is_retryable(said: &str) -> bool {
    [PORT_TAKEN, "shared memory block", "lock file"]
        .iter()
        .any(|word| said.contains(word))
}

/// The wanted port, so that a server keeps its address; else any free one.
async fn free_port(wanted: Option<u16>) -> std::io::Result<u16> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = wanted {
        // A killed server's processes keep its port for a moment.
        let give_up = Instant::now() + PORT_BOUND;
        while Instant::now() < give_up {
            if bind(port).is_ok() {
                return Ok(port);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(bind(0)?.local_addr()?.port())
}
