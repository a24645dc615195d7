//! Options at submit that pg-boss 8 had and the later ones do not.

use crate::JobOption;

/// What such an option is now.
pub(super) enum Legacy {
    /// The same in a longer unit: an option in seconds, and how many seconds one unit has.
    Seconds(JobOption, i64),
    /// Nothing that JSON could say; this is what to do.
    Replaced(&'static str),
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The option of this name in pg-boss 8.
pub(super) fn legacy(name: &str) -> Option<Legacy> {
    use JobOption::{ExpireIn, Retention, SingletonSeconds};
    Some(match name {
        "expireInMinutes" => Legacy::Seconds(ExpireIn, MINUTE),
        "expireInHours" => Legacy::Seconds(ExpireIn, HOUR),
        "retentionMinutes" => Legacy::Seconds(Retention, MINUTE),
        "retentionHours" => Legacy::Seconds(Retention, HOUR),
        "retentionDays" => Legacy::Seconds(Retention, DAY),
        "singletonMinutes" => Legacy::Seconds(SingletonSeconds, MINUTE),
        "singletonHours" => Legacy::Seconds(SingletonSeconds, HOUR),
        "onComplete" => Legacy::Replaced(
            "wait for the job with `output()`, or submit the next job at the end of its function",
        ),
        "useSingletonQueue" => Legacy::Replaced(
            "declare the job with `queue(policy = \"short\")`, which admits one waiting job of a key",
        ),
        _ => return None,
    })
}
