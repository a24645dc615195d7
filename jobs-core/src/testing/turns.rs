//! Running attempts one after the other, without a deadlock if one waits for another.

use std::fmt;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::executor::dispatch;
use crate::{Error, ErrorKind, Outcome, Registered, Run};

/// How long one attempt keeps its turn. One that takes longer may wait for a job whose turn comes later, so it goes on
/// beside the others.
const TURN_LENGTH: Duration = Duration::from_millis(100);

/// A drain that runs more attempts than this probably has no end.
const MAX_ATTEMPTS: usize = 10_000;

/// Runs the attempts of a drain one after the other; for executors. Dropping it drops the attempts that still run.
pub struct Turns<T> {
    running: JoinSet<(T, Outcome)>,
    begun: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self {
            running: JoinSet::new(),
            begun: 0,
        }
    }
}

impl<T: Send + 'static> Turns<T> {
    /// Begins an attempt. `attempt` identifies it and is returned with its outcome.
    pub fn begin(&mut self, attempt: T, registered: &'static Registered, run: Run) {
        self.begun += 1;
        self.running
            .spawn(async move { (attempt, dispatch(registered, run).await) });
    }

    /// Returns the next attempt that ends; `None` if none runs, or if none ends within 100 ms.
    pub async fn ended(&mut self) -> Option<(T, Outcome)> {
        loop {
            match timeout(TURN_LENGTH, self.running.join_next()).await {
                Ok(Some(Ok(ended))) => return Some(ended),
                // A panic of the function is an outcome, so this one was dropped with its runtime.
                Ok(Some(Err(_))) => {}
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// Checks that the drain has not run too many attempts to end.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] after 10,000 attempts.
    pub fn check(&self) -> Result<(), Error> {
        if self.begun < MAX_ATTEMPTS {
            return Ok(());
        }
        let message =
            format!("cannot drain: after {MAX_ATTEMPTS} attempts there are still jobs due");
        Err(Error::new(ErrorKind::Refused, message))
    }

    /// Whether no attempt runs.
    pub fn all_ended(&self) -> bool {
        self.running.is_empty()
    }
}

impl<T> fmt::Debug for Turns<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turns({} running)", self.running.len())
    }
}
