//! How long a failed job waits for its next attempt.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::OptionValues;

/// The delay doubles at most this number of times.
const DOUBLINGS: u32 = 15;

/// The options of a job that say when a failed attempt is followed by another, by the rules of pg-boss 12.38.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryRule {
    /// How many more attempts may follow the first.
    pub limit: u32,
    /// How long the next attempt waits.
    pub delay: Duration,
    /// Whether the delay doubles with each attempt, with a random part.
    pub backoff: bool,
    /// The longest that a growing delay may get.
    pub delay_max: Option<Duration>,
}

/// The retry limit of a job if neither it nor its queue states one.
const LIMIT: i32 = 2;

impl RetryRule {
    /// The rule of a job with these options; an option that is not set has pg-boss's default.
    pub fn of(options: &OptionValues) -> Self {
        let seconds = |seconds: i32| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        Self {
            limit: u32::try_from(options.retry_limit.unwrap_or(LIMIT)).unwrap_or(0),
            delay: seconds(options.retry_delay.unwrap_or(0)),
            backoff: options.retry_backoff == Some(true),
            delay_max: options.retry_delay_max.map(seconds),
        }
    }

    /// The shortest and the longest delay after this failed attempt, counted from 1; `None` if it was the last.
    pub fn delays_after(&self, attempt: u32) -> Option<RangeInclusive<Duration>> {
        (attempt <= self.limit).then(|| match self.backoff {
            true => self.growing(attempt),
            false => self.delay..=self.delay,
        })
    }

    fn growing(&self, attempt: u32) -> RangeInclusive<Duration> {
        let base = self.delay.max(Duration::from_secs(1));
        let doublings = attempt.saturating_sub(1).min(DOUBLINGS);
        let bounded = |delay: Duration| self.delay_max.map_or(delay, |longest| delay.min(longest));
        let shortest = base.saturating_mul(1 << doublings);
        bounded(shortest)..=bounded(shortest.saturating_mul(2))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::RetryRule;
    use crate::JobOptions;

    /// The bounds of the delay after an attempt, in seconds.
    fn delays(rule: RetryRule, attempt: u32) -> Option<(u64, u64)> {
        let delays = rule.delays_after(attempt)?;
        Some((delays.start().as_secs(), delays.end().as_secs()))
    }

    #[test]
    fn an_option_that_is_not_set_has_the_default_of_pg_boss() {
        let unset = RetryRule {
            limit: 2,
            ..RetryRule::default()
        };
        assert_eq!(RetryRule::of(JobOptions::new().values()), unset);
        let set = JobOptions::new().retry_limit(5).retry_delay(3);
        let set = set.retry_backoff(true).retry_delay_max("1m");
        let rule = RetryRule {
            limit: 5,
            delay: Duration::from_secs(3),
            backoff: true,
            delay_max: Some(Duration::from_secs(60)),
        };
        assert_eq!(RetryRule::of(set.values()), rule);
    }

    #[test]
    fn the_limit_counts_the_attempts_after_the_first() {
        let rule = |limit| RetryRule {
            limit,
            delay: Duration::from_secs(5),
            ..RetryRule::default()
        };
        assert_eq!(delays(rule(0), 1), None);
        assert_eq!(delays(rule(2), 2), Some((5, 5)));
        assert_eq!(delays(rule(2), 3), None);
    }

    #[test]
    fn a_growing_delay_doubles_fifteen_times_up_to_the_longest() {
        let growing = RetryRule {
            limit: u32::MAX,
            delay: Duration::from_secs(10),
            backoff: true,
            delay_max: None,
        };
        let cases = [
            (1, 10),
            (2, 20),
            (3, 40),
            (16, 327_680),
            (17, 327_680),
            (u32::MAX, 327_680),
        ];
        for (attempt, shortest) in cases {
            assert_eq!(
                delays(growing, attempt),
                Some((shortest, 2 * shortest)),
                "{attempt}"
            );
        }
        let delay_max = Some(Duration::from_secs(30));
        let bounded = RetryRule {
            delay_max,
            ..growing
        };
        assert_eq!(delays(bounded, 2), Some((20, 30)));
        assert_eq!(delays(bounded, 3), Some((30, 30)));
    }

    #[test]
    fn a_growing_delay_begins_with_a_second_at_least() {
        let rule = RetryRule {
            limit: 1,
            backoff: true,
            ..RetryRule::default()
        };
        assert_eq!(delays(rule, 1), Some((1, 2)));
    }
}
