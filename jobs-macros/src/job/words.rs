//! Words that belong to another place of the attribute, or come from other libraries, and what to write instead.

use jobs_rules::JobOption;
use proc_macro2::Ident;
use syn::{Error, Lit};

use crate::names;

/// Part of the attribute in which a word was found.
#[derive(Clone, Copy)]
pub(super) enum Level {
    Job,
    Options,
    Queue,
    Worker,
    Schedule,
}

impl Level {
    /// How messages call a word at this level, and the level.
    const fn what(self) -> (&'static str, &'static str) {
        match self {
            Self::Job => ("argument", "an argument of `#[job]`"),
            Self::Options => ("option", "an option"),
            Self::Queue => ("setting of a queue", "a setting of `queue(...)`"),
            Self::Worker => ("setting of a worker", "a setting of `worker(...)`"),
            Self::Schedule => ("part of a schedule", "a part of `schedule(...)`"),
        }
    }
}

/// Words for the number of all attempts: one more than the retry limit.
const ATTEMPTS: [&str; 5] = [
    "max_attempts",
    "attempts",
    "max_tries",
    "tries",
    "maxAttempts",
];

/// Words, and what to write instead of each. Where the value that was written means the same, it takes the place of the one in braces.
const WORDS: &[(&[&str], &str)] = &[
    (
        &[
            "retry_limit",
            "retries",
            "retry",
            "max_retries",
            "max_retry",
            "retry_count",
            "retryLimit",
        ],
        "`options(retry_limit = {3})`",
    ),
    (
        &["retry_delay", "retry_interval", "retry_after", "retryDelay"],
        "`options(retry_delay = {\"30s\"})`",
    ),
    (
        &[
            "retry_backoff",
            "backoff",
            "exponential_backoff",
            "retryBackoff",
        ],
        "`options(retry_backoff = {true})`",
    ),
    (
        &[
            "retry_delay_max",
            "max_backoff",
            "backoff_max",
            "max_retry_delay",
            "retryDelayMax",
        ],
        "`options(retry_backoff = true, retry_delay_max = {\"1h\"})`",
    ),
    (
        &[
            "expire_in",
            "timeout",
            "time_limit",
            "max_duration",
            "expires_in",
            "expire_in_seconds",
            "expireInSeconds",
        ],
        "`options(expire_in = {\"5m\"})`",
    ),
    (
        &[
            "retention",
            "retention_seconds",
            "retentionSeconds",
            "keep_for",
        ],
        "`options(retention = {\"7d\"})`",
    ),
    (
        &["delete_after", "delete_after_seconds", "deleteAfterSeconds"],
        "`options(delete_after = {\"7d\"})`",
    ),
    (
        &["heartbeat", "heartbeat_seconds", "heartbeatSeconds"],
        "`options(heartbeat = {\"30s\"})`",
    ),
    (&["priority"], "`options(priority = {5})`"),
    (
        &["dead_letter", "dead_letter_queue", "dlq", "deadLetter"],
        "`options(dead_letter = OtherJob)`",
    ),
    (
        &["policy", "queue_policy"],
        "`queue(policy = {\"exclusive\"})`",
    ),
    (
        &["unique", "exclusive", "singleton", "dedupe"],
        "`queue(policy = \"exclusive\")`, or call `.singleton_key(\"...\")` or `.throttle(\"1m\")` when you submit the job",
    ),
    (&["partition"], "`queue(partition)`"),
    (&["notify"], "`queue(notify = {false})`"),
    (&["queue_name", "job_name"], "`name = {\"send_mail\"}`"),
    (
        &[
            "concurrency",
            "max_concurrency",
            "workers",
            "parallelism",
            "threads",
            "team_size",
            "teamSize",
        ],
        "`worker(concurrency = {4})`",
    ),
    (
        &["batch", "batch_size", "batchSize"],
        "`worker(batch = {10})`",
    ),
    (&["min_priority"], "`worker(min_priority = -5)`"),
    (&["max_priority"], "`worker(max_priority = {10})`"),
    (&["group_concurrency"], "`worker(group_concurrency = {2})`"),
    (
        &["group_tiers"],
        "`worker(group_concurrency = 2, group_tiers(pro = 5))`",
    ),
    (
        &["cron", "crontab", "cron_expression", "schedules"],
        "`schedule = {\"0 * * * *\"}`",
    ),
    (
        &["every", "interval", "period"],
        "`schedule = \"*/5 * * * *\"` for every five minutes",
    ),
    (
        &["tz", "timezone", "time_zone"],
        "`schedule(cron = \"0 * * * *\", tz = {\"Europe/Berlin\"})`",
    ),
    (
        &["missed", "catch_up"],
        "`schedule(cron = \"0 * * * *\", missed = {\"once\"})`",
    ),
    (
        &["input", "data", "args"],
        "`schedule(cron = \"0 * * * *\", input = Greeting::default())`",
    ),
    (
        &["singleton_key", "singletonKey", "unique_key", "job_key"],
        "`.singleton_key(\"...\")` when you submit the job, as in `SendMail::run_now().singleton_key(\"...\").submit(input)`",
    ),
    (
        &[
            "throttle",
            "singleton_seconds",
            "singletonSeconds",
            "rate_limit",
            "rate_limit_seconds",
        ],
        "`.throttle(\"1m\")` when you submit the job, as in `SendMail::run_now().throttle(\"1m\").submit(input)`",
    ),
    (
        &["debounce", "singleton_next_slot", "singletonNextSlot"],
        "`.debounce(\"1m\")` when you submit the job, as in `SendMail::run_now().debounce(\"1m\").submit(input)`",
    ),
    (
        &[
            "delay",
            "start_after",
            "startAfter",
            "run_at",
            "run_in",
            "start_at",
        ],
        "`.delay(\"10m\")` or `.run_at(when)` when you submit the job, as in `SendMail::delay(\"10m\").submit(input)`",
    ),
    (
        &["group"],
        "`.group(\"...\")` when you submit the job, as in `SendMail::run_now().group(\"...\").submit(input)`",
    ),
    (
        &["id", "job_id"],
        "`.id(id)` when you submit the job, as in `SendMail::run_now().id(id).submit(input)`",
    ),
];

/// The error for a word that is not known at this level, with the value that was written after it.
pub(super) fn unknown(level: Level, key: &Ident, value: Option<&Lit>, known: &[&str]) -> Error {
    let word = names::bare(key);
    let (what, one) = level.what();
    let message = match instead(&word, value) {
        Some(right) => format!("`{word}` is not {one}; write {right}"),
        None => jobs_rules::unknown(what, &word, known),
    };
    Error::new(key.span(), message)
}

fn instead(word: &str, value: Option<&Lit>) -> Option<String> {
    if ATTEMPTS.contains(&word) {
        return Some(retry_limit(value));
    }
    let (_, right) = WORDS.iter().find(|(words, _)| words.contains(&word))?;
    let Some((before, rest)) = right.split_once('{') else {
        return Some((*right).to_owned());
    };
    let (example, after) = rest.split_once('}')?;
    let written = match value {
        Some(Lit::Str(text)) if example.starts_with('"') => Some(text.token().to_string()),
        // Other libraries count time in other units.
        Some(Lit::Int(number)) if example.starts_with('"') => {
            is_in_seconds(word).then(|| number.to_string())
        }
        Some(Lit::Int(number)) if example.parse::<u32>().is_ok() => Some(number.to_string()),
        Some(Lit::Bool(truth)) if example.parse::<bool>().is_ok() => Some(truth.value.to_string()),
        _ => None,
    };
    let value = written.as_deref().unwrap_or(example);
    Some(format!("{before}{value}{after}"))
}

fn is_in_seconds(word: &str) -> bool {
    word.ends_with("econds") || JobOption::declarable(word).is_ok()
}

fn retry_limit(attempts: Option<&Lit>) -> String {
    let attempts = match attempts {
        Some(Lit::Int(number)) => number.base10_parse::<u32>().ok(),
        _ => None,
    };
    let attempts = attempts.filter(|attempts| *attempts > 0).unwrap_or(5);
    let (limit, plural) = (attempts - 1, if attempts == 1 { "" } else { "s" });
    format!(
        "`options(retry_limit = {limit})` for {attempts} attempt{plural}: the limit counts those after the first"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use syn::{Lit, parse_str};

    use super::{ATTEMPTS, WORDS, instead};

    #[test]
    fn each_word_belongs_to_one_place() {
        let all = WORDS.iter().flat_map(|(words, _)| words.iter());
        let all = all.chain(&ATTEMPTS);
        let mut seen = HashSet::new();
        for word in all {
            assert!(seen.insert(word), "{word} is in the table twice");
        }
    }

    #[test]
    fn every_option_has_its_place() {
        for option in jobs_rules::JobOption::ALL {
            let name = option.rust_name();
            assert!(
                WORDS.iter().any(|(words, _)| words.contains(&name)),
                "{name}"
            );
        }
    }

    #[test]
    fn the_value_that_was_written_is_shown_where_it_means_the_same() {
        for (word, value, right) in [
            ("retries", "7", "`options(retry_limit = 7)`"),
            ("retries", "true", "`options(retry_limit = 3)`"),
            (
                "max_attempts",
                "3",
                "`options(retry_limit = 2)` for 3 attempts:",
            ),
            ("tries", "1", "`options(retry_limit = 0)` for 1 attempt:"),
            (
                "attempts",
                "0",
                "`options(retry_limit = 4)` for 5 attempts:",
            ),
            ("timeout", "\"30s\"", "`options(expire_in = \"30s\")`"),
            ("timeout", "30000", "`options(expire_in = \"5m\")`"),
            ("expireInSeconds", "300", "`options(expire_in = 300)`"),
            ("retry_delay", "10", "`options(retry_delay = 10)`"),
            ("workers", "8", "`worker(concurrency = 8)`"),
            ("backoff", "false", "`options(retry_backoff = false)`"),
            ("cron", "\"5 4 * * *\"", "`schedule = \"5 4 * * *\"`"),
            (
                "tz",
                "5",
                "`schedule(cron = \"0 * * * *\", tz = \"Europe/Berlin\")`",
            ),
        ] {
            let value: Lit = parse_str(value).expect("a literal");
            let shown = instead(word, Some(&value)).unwrap_or_default();
            assert!(shown.starts_with(right), "{word}: {shown}");
        }
    }
}
