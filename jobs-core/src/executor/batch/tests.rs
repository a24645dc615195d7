//! Which outcome belongs to which job.

use super::*;
use crate::JobError;

fn bad(word: &str) -> Failure {
    Failure::new("BadInput", word)
}

#[test]
fn those_who_take_no_part_keep_their_place() {
    let refused = Refused(vec![None, Some(bad("second")), None, Some(bad("fourth"))]);
    let outcomes = refused.among(vec![Outcome::Done(None), Outcome::Released]);
    let expected = [
        Outcome::Done(None),
        Outcome::Undecodable(bad("second")),
        Outcome::Released,
        Outcome::Undecodable(bad("fourth")),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn results_go_to_the_jobs_in_their_order() {
    let results: Results<u8> = Results::Each(vec![
        Ok(1),
        Err(JobError::fail("no")),
        Err(JobError::snooze(Duration::from_secs(5))),
    ]);
    let outcomes = results.into_outcomes(3);
    assert_eq!(outcomes[0], Outcome::Done(Some("{\"value\":1}".into())));
    assert!(matches!(&outcomes[1], Outcome::Fatal(failure) if failure.message == "no"));
    assert_eq!(outcomes[2], Outcome::Snoozed(Duration::from_secs(5)));
}

#[test]
fn jobs_without_a_result_fail_and_results_without_a_job_are_dropped() {
    let short: Results<u8> = Results::Each(vec![Ok(1)]);
    let outcomes = short.into_outcomes(2);
    assert!(
        matches!(&outcomes[1], Outcome::Failed(failure) if failure.message.contains("1 results for 2 jobs"))
    );
    let long: Results<u8> = Results::Each(vec![Ok(1), Ok(2)]);
    assert_eq!(long.into_outcomes(1).len(), 1);
}

#[test]
fn one_word_for_all_counts_for_each() {
    let failed: Results<()> = Results::Failed(JobError::cancel("enough"));
    assert_eq!(
        failed.into_outcomes(2),
        vec![Outcome::Cancelled("enough".into()); 2]
    );
    assert_eq!(
        Results::<()>::Done.into_outcomes(2),
        vec![Outcome::Done(None); 2]
    );
}
