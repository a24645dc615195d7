//! How long a pass may go on.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long a pass goes on that has begun when it is told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// The end of a pass: a time, or the end of all maintenance. Work that reaches it is dropped.
#[derive(Debug, Clone)]
pub(super) struct PassDeadline {
    until: Instant,
    stopping: Option<CancellationToken>,
}

impl PassDeadline {
    /// A pass of a periodic task.
    pub(super) fn until_stopped(bound: Duration, stopping: CancellationToken) -> Self {
        Self {
            until: Instant::now() + bound,
            stopping: Some(stopping),
        }
    }

    /// A pass on demand.
    pub(super) fn on_demand(bound: Duration) -> Self {
        Self {
            until: Instant::now() + bound,
            stopping: None,
        }
    }

    /// Whether nothing new should be begun.
    pub(super) fn is_near(&self) -> bool {
        let stopping = self.stopping.as_ref();
        stopping.is_some_and(CancellationToken::is_cancelled) || Instant::now() >= self.until
    }

    /// Does a piece of work, unless it reaches the end.
    pub(super) async fn hold<T>(
        &self,
        work: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.reached() => Err(too_long()),
        }
    }

    /// The time by which everything is over.
    pub(super) fn latest(&self) -> Instant {
        self.until
    }

    async fn reached(&self) {
        let told = async {
            match &self.stopping {
                Some(stopping) => stopping.cancelled().await,
                None => std::future::pending().await,
            }
            sleep(GRACE).await;
        };
        tokio::select! {
            () = sleep_until(self.until) => {}
            () = told => {}
        }
    }
}

pub(super) fn too_long() -> sqlx::Error {
    io::Error::from(io::ErrorKind::TimedOut).into()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn work_ends_at_its_time_and_nothing_begins_after_a_stop() {
        let stopping = CancellationToken::new();
        let limit = |bound| PassDeadline::until_stopped(bound, stopping.clone());
        let long = limit(Duration::from_secs(60));
        assert!(long.hold(ready(Ok(()))).await.is_ok() && !long.is_near());
        let over = limit(Duration::ZERO);
        assert!(over.is_near() && over.hold::<()>(pending()).await.is_err());
        stopping.cancel();
        assert!(long.is_near() && long.hold(ready(Ok(()))).await.is_ok());
    }
}
