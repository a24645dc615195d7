//! Threads for blocking functions.
//!
//! Not the runtime's pool: a call there may wait for a thread and begin when its attempt has long been given up, and a runtime
//! does not end before its blocking tasks do, so one function that does not return would keep a process from ending.

use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::{Failure, Outcome};

/// When a job may be tried again for which the system had no thread.
const NO_THREAD: Duration = Duration::from_secs(5);

/// Runs a call on a new thread, in the context of this runtime. It does not begin if this future was dropped before the thread
/// was there, and is not waited for if the future is dropped later.
///
/// # Errors
/// The outcome of each attempt of the call, if there was no thread for it or the thread ended without a result.
pub(crate) async fn on_own_thread<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Outcome> {
    let (result, returned) = oneshot::channel();
    let runtime = Handle::current();
    let body = move || {
        let _entered = runtime.enter();
        if !result.is_closed() {
            // The attempt may have been given up meanwhile; then nobody receives it.
            let _ = result.send(call());
        }
    };
    if let Err(error) = thread::Builder::new().name("job".into()).spawn(body) {
        tracing::error!(%error, "cannot start a thread for a blocking job; trying again in {NO_THREAD:?}");
        return Err(Outcome::Snoozed(NO_THREAD));
    }
    returned.await.map_err(|_| {
        let message = "the thread of the function ended without a result";
        Outcome::Failed(Failure::new(Failure::PANIC, message))
    })
}
