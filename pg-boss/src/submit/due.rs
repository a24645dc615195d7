//! When a job is due, as the statements take it.

use chrono::{DateTime, Utc};
use jobs_rules::StartAfter;
use sqlx::postgres::types::PgInterval;

/// An instant, or a time from now by the clock of the database.
#[derive(Debug, Clone)]
pub enum Due {
    /// At this time.
    At(DateTime<Utc>),
    /// After this time.
    After(PgInterval),
}

impl Due {
    pub(crate) fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(instant) => Some(*instant),
            Self::After(_) => None,
        }
    }

    pub(crate) fn after(&self) -> Option<PgInterval> {
        match self {
            Self::At(_) => None,
            Self::After(interval) => Some(*interval),
        }
    }
}

impl From<&StartAfter> for Due {
    fn from(start_after: &StartAfter) -> Self {
        let after = |months: u32, microseconds: u128| {
            Self::After(PgInterval {
                months: i32::try_from(months).unwrap_or(i32::MAX),
                days: 0,
                microseconds: i64::try_from(microseconds).unwrap_or(i64::MAX),
            })
        };
        match start_after {
            StartAfter::Now => after(0, 0),
            StartAfter::In(time) => after(0, time.as_micros()),
            StartAfter::InMonths(months) => after(*months, 0),
            StartAfter::At(instant) => Self::At(*instant),
        }
    }
}
