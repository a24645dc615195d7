//! Async work on a thread of its own: for `Drop`, and for what outlives the runtime of one test.

use std::thread;

use tokio::runtime::Builder;

/// Runs the future to its end on another thread and waits for it.
pub(crate) fn run<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let on_its_own = || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work)
    };
    thread::scope(|scope| scope.spawn(on_its_own).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
