//! What to show of a queue's counts.

use chrono::{DateTime, Utc};
use jobs_rules::{Error, ErrorKind};

use crate::maintain::Span;
use crate::validate::MOST_ROWS;

/// How the counts of a step of time become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Aggregate {
    /// The greatest.
    #[default]
    Max,
    /// The least.
    Min,
    /// The mean, rounded.
    Avg,
}

/// What to show of a queue's counts: see [`queue_stats`](crate::Boss::queue_stats). Without the option `persistQueueStats` there is one count,
/// and only [`force`](Self::force) and [`percentiles`](Self::percentiles) have an effect.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct QueueStatsQuery {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    limit: Option<u32>,
    bucket_seconds: Option<u32>,
    max_data_points: Option<u32>,
    aggregate: Aggregate,
    pub(super) percentiles: Vec<f64>,
    pub(super) force: bool,
}

impl QueueStatsQuery {
    /// Everything, as it was counted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing before this time.
    pub fn from(self, from: DateTime<Utc>) -> Self {
        let from = Some(from);
        Self { from, ..self }
    }

    /// Nothing after this time.
    pub fn to(self, to: DateTime<Utc>) -> Self {
        let to = Some(to);
        Self { to, ..self }
    }

    /// So many at most, the newest of them: 1 to 100,000; the default is 1,000.
    pub fn limit(self, limit: u32) -> Self {
        let limit = Some(limit);
        Self { limit, ..self }
    }

    /// Folded into steps of this length in seconds, at least 1.
    pub fn bucket_seconds(self, seconds: u32) -> Self {
        let bucket_seconds = Some(seconds);
        Self {
            bucket_seconds,
            ..self
        }
    }

    /// Folded into at most this number of steps, at least 1; [`bucket_seconds`](Self::bucket_seconds) wins over it.
    pub fn max_data_points(self, points: u32) -> Self {
        let max_data_points = Some(points);
        Self {
            max_data_points,
            ..self
        }
    }

    /// How the counts of a step become one. What passed through is always summed.
    pub fn aggregate(self, aggregate: Aggregate) -> Self {
        Self { aggregate, ..self }
    }

    /// The times to wait and to run below which these percentages of the jobs stayed, each 1 to 100.
    pub fn percentiles(self, percents: impl IntoIterator<Item = f64>) -> Self {
        let mut percentiles: Vec<f64> = Vec::new();
        for percent in percents {
            if !percentiles.contains(&percent) {
                percentiles.push(percent);
            }
        }
        Self {
            percentiles,
            ..self
        }
    }

    /// A count that is no older than a minute, in place of an hour.
    pub fn force(self) -> Self {
        let force = true;
        Self { force, ..self }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let wrong = if !(1..=MOST_ROWS).contains(&self.at_most()) {
            "`limit` must be from 1 to 100,000"
        } else if self.bucket_seconds == Some(0) || self.max_data_points == Some(0) {
            "`bucket_seconds` and `max_data_points` must be 1 at least"
        } else if !self.percentiles.iter().all(|p| (1.0..=100.0).contains(p)) {
            "`percentiles` must be from 1 to 100"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::BadInput, wrong))
    }

    fn at_most(&self) -> u32 {
        self.limit.unwrap_or(1_000)
    }

    pub(super) fn span(&self) -> Span {
        Span {
            from: self.from,
            to: self.to,
            at_most: self.at_most().into(),
            step_seconds: self.bucket_seconds.map(i64::from),
            steps: self.max_data_points.map(i64::from),
            fold: match self.aggregate {
                Aggregate::Max => "max",
                Aggregate::Min => "min",
                Aggregate::Avg => "avg",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_out_of_bounds_is_refused() {
        let query = QueueStatsQuery::new;
        for wrong in [
            query().limit(0),
            query().limit(100_001),
            query().bucket_seconds(0),
            query().max_data_points(0),
            query().percentiles([0.5]),
        ] {
            assert_eq!(wrong.check().unwrap_err().kind(), ErrorKind::BadInput);
        }
        query().limit(1).percentiles([1.0, 100.0]).check().unwrap();
    }
}
