//! For how long this process has seen the database answer: after an outage, silence does not show that a worker is dead.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Answers that are further apart leave a gap.
const GAP: Duration = Duration::from_secs(15);

/// The time without a gap in which the database has answered this process.
#[derive(Debug, Default)]
pub(super) struct Continuity {
    span: Mutex<Option<Span>>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    since: Instant,
    until: Instant,
}

impl Continuity {
    /// The database answers now.
    pub(super) fn answered(&self) {
        let now = Instant::now();
        self.change(|span| {
            let since = unbroken(span, now).map_or(now, |span| span.since);
            Some(Span { since, until: now })
        });
    }

    /// The database does not answer.
    pub(super) fn broken(&self) {
        self.change(|_| None);
    }

    /// For how many seconds it has answered up to now.
    pub(super) fn seconds(&self) -> f64 {
        let now = Instant::now();
        let span = *self.span.lock().unwrap_or_else(PoisonError::into_inner);
        unbroken(span, now).map_or(0.0, |span| (now - span.since).as_secs_f64())
    }

    /// A time of this length that ends now.
    #[cfg(test)]
    pub(super) fn of(length: Duration) -> Self {
        let now = Instant::now();
        let span = Span {
            since: now - length,
            until: now,
        };
        Self {
            span: Mutex::new(Some(span)),
        }
    }

    fn change(&self, change: impl FnOnce(Option<Span>) -> Option<Span>) {
        let mut span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        *span = change(*span);
    }
}

/// The span, unless its last answer is so long ago that the next one may have been missed.
fn unbroken(span: Option<Span>, now: Instant) -> Option<Span> {
    span.filter(|span| now.duration_since(span.until) < GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of answers that began and ended this number of seconds ago.
    fn answered(began: u64, ended: u64) -> Continuity {
        let ago = |seconds| Instant::now() - Duration::from_secs(seconds);
        let span = Span {
            since: ago(began),
            until: ago(ended),
        };
        Continuity {
            span: Mutex::new(Some(span)),
        }
    }

    #[test]
    fn time_counts_from_the_first_answer_after_the_start_a_failure_or_a_gap() {
        let fresh = Continuity::default();
        assert_eq!(fresh.seconds(), 0.0);
        fresh.answered();
        assert!(fresh.seconds() < 10.0);

        let long = answered(60, 5);
        assert!(long.seconds() >= 60.0);
        long.answered();
        assert!(long.seconds() >= 60.0);
        long.broken();
        long.answered();
        assert!(long.seconds() < 10.0);

        let silent = answered(60, 24);
        assert_eq!(silent.seconds(), 0.0);
        silent.answered();
        assert!(silent.seconds() < 10.0);
    }
}
