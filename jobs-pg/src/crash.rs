//! What follows for a job when the process that ran it died. Its crashes are counted apart from its failures.

/// A job that was running in this number of processes when they died may have killed them.
const SUSPECT: i32 = 2;
/// Up to how many seconds later the next attempt begins after the first crash, beside the job's own delay. With a heartbeat of 15
/// seconds the job runs again within half a minute.
const FIRST_SPREAD: f64 = 4.0;
const LONGEST_SPREAD: f64 = 600.0;

/// Whether a job with this number of crashes must run alone in its process.
pub(crate) fn runs_alone(crashes: i32) -> bool {
    crashes >= SUSPECT
}

/// What follows for one job.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AfterCrash {
    /// Whether the job has failed for good. If not, its retry limit decides that only where its crashes are not known.
    pub(crate) for_good: bool,
    /// Its output, JSON in pg-boss's form.
    pub(crate) output: String,
    /// How many seconds to wait in addition to the job's own delay.
    pub(crate) extra_delay: f64,
}

/// Decides what follows for a job whose process died. `crashes` is how many processes died while they ran it, this one included;
/// none where they cannot be counted. A job may crash as often as it may fail. `chance` is from 0 to 1: jobs that were lost
/// together do not meet again at once, and meet less with each crash.
pub(crate) fn after_crash(
    crashes: Option<i32>,
    retry_count: i32,
    retry_limit: i32,
    chance: f64,
) -> AfterCrash {
    let message = match crashes {
        Some(crashes) if crashes >= SUSPECT => {
            format!("job heartbeat timeout: {crashes} processes died while they ran it")
        }
        // pg-boss's words.
        _ => "job heartbeat timeout".to_owned(),
    };
    let before = crashes.map_or(retry_count, |crashes| crashes.saturating_sub(1));
    let spread = FIRST_SPREAD * 4_f64.powi(before.clamp(0, 10));
    AfterCrash {
        for_good: crashes.is_some_and(|crashes| crashes > retry_limit),
        output: serde_json::json!({ "value": { "message": message } }).to_string(),
        extra_delay: spread.min(LONGEST_SPREAD) * chance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(crashes: i32, retry_limit: i32) -> AfterCrash {
        after_crash(Some(crashes), 9, retry_limit, 1.0)
    }

    #[test]
    fn a_job_crashes_as_often_as_it_may_fail() {
        assert!(!after(2, 2).for_good && after(3, 2).for_good);
        assert!(after(1, 0).for_good);
        assert!(!after_crash(None, 9, 2, 1.0).for_good);
    }

    #[test]
    fn the_reason_of_a_job_that_crashed_again_says_how_many_processes_died() {
        let first = r#"{"value":{"message":"job heartbeat timeout"}}"#;
        assert_eq!(after(1, 2).output, first);
        assert_eq!(after_crash(None, 9, 2, 1.0).output, first);
        assert!(after(3, 2).output.contains("3 processes died"));
    }

    #[test]
    fn the_next_attempts_are_spread_over_a_time_that_grows_with_the_crashes() {
        let spreads = [1, 2, 3, 4, 5, i32::MAX].map(|crashes| after(crashes, 2).extra_delay);
        assert_eq!(spreads, [4.0, 16.0, 64.0, 256.0, 600.0, 600.0]);
        assert_eq!(after_crash(Some(3), 9, 2, 0.25).extra_delay, 16.0);
        assert_eq!(after_crash(None, 1, 2, 1.0).extra_delay, 16.0);
    }

    #[test]
    fn a_job_that_was_running_in_two_dead_processes_runs_alone() {
        assert!(!runs_alone(0) && !runs_alone(1));
        assert!(runs_alone(2) && runs_alone(3));
    }
}
