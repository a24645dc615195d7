//! A server that nobody watches any more, because its watchdog was killed, too.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::error::EmbeddedError;
use crate::home::Home;

/// Ends a server that still runs on the data. One that is being stopped gets the time to.
pub(crate) async fn end(home: &Home) -> Result<(), EmbeddedError> {
    let pid_file = home.data().join("postmaster.pid");
    let Some(process) = read_process(&pid_file) else {
        return Ok(());
    };
    match command_line(&process).await {
        None => Ok(()),
        Some(line) if line.contains(&*home.data().to_string_lossy()) => stop(home, &process).await,
        // The number went to another program since, and PostgreSQL would take that for a server.
        Some(_) => fs::remove_file(&pid_file).map_err(EmbeddedError::system("remove", &pid_file)),
    }
}

async fn stop(home: &Home, process: &str) -> Result<(), EmbeddedError> {
    for (patience, signal) in [(3, "-INT"), (10, "-QUIT"), (5, "-KILL"), (5, "-KILL")] {
        let over = Instant::now() + Duration::from_secs(patience);
        while Instant::now() < over {
            if command_line(process).await.is_none() {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        // A word of the shell's, which needs no program of its own.
        let mut kill = home.account.command(Path::new("sh"), Path::new("/"));
        kill.args(["-c", "kill \"$1\" \"$2\"", "sh", signal, process])
            .stderr(Stdio::null());
        kill.status()
            .await
            .map_err(EmbeddedError::system("run", Path::new("sh")))?;
    }
    Ok(())
}

/// The number in the first line.
fn read_process(pid_file: &Path) -> Option<String> {
    let text = fs::read_to_string(pid_file).ok()?;
    let number: u32 = text.lines().next()?.trim().parse().ok()?;
    Some(number.to_string())
}

/// With what a process was started; `None` if there is no such process, or only its remains.
async fn command_line(process: &str) -> Option<String> {
    let line = if Path::new("/proc/self").exists() {
        String::from_utf8_lossy(&fs::read(format!("/proc/{process}/cmdline")).ok()?)
            .replace('\0', " ")
    } else {
        let output = Command::new("ps")
            .args(["-p", process, "-o", "command="])
            .output()
            .await
            .ok()?;
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    (!line.trim().is_empty()).then_some(line)
}
