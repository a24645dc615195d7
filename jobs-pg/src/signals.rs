//! The signals that ask a process to end: SIGINT (Ctrl-C) and SIGTERM.

use std::{io, process, thread};

use tokio::runtime::Builder;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Hears signals on a thread of its own, so that no job can keep them from being heard.
pub(crate) struct Signals {
    /// Is cancelled by the first signal.
    pub(crate) first: CancellationToken,
    /// Is cancelled by the second.
    pub(crate) second: CancellationToken,
    /// Without a first signal, the thread ends with this.
    _unused: DropGuard,
}

impl Signals {
    /// Begins to hear signals. The third ends the process, even when its runtime is waiting for a job that does not return.
    pub(crate) fn hear() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut heard = {
            let _entered = runtime.enter();
            Heard::new()?
        };
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let unused = CancellationToken::new();
        let signals = Self {
            first: first.clone(),
            second: second.clone(),
            _unused: unused.clone().drop_guard(),
        };
        let body = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = heard.next() => {}
                    () = unused.cancelled() => return,
                }
                tracing::info!("a signal to stop; a second one releases the running jobs at once");
                first.cancel();
                heard.next().await;
                tracing::warn!("a second signal: releasing the running jobs at once; a third one ends the process");
                second.cancel();
                let status = heard.next().await;
                tracing::error!("a third signal: ending the process, whatever still runs");
                process::exit(status);
            });
        };
        thread::Builder::new()
            .name("jobs-signals".into())
            .spawn(body)?;
        Ok(signals)
    }
}

#[cfg(unix)]
struct Heard {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Heard {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for a signal. Returns the exit status by which shells know a process that it ended.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

#[cfg(not(unix))]
struct Heard;

#[cfg(not(unix))]
impl Heard {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        // Fails only where there is no such signal.
        let _ = tokio::signal::ctrl_c().await;
        130
    }
}
