//! From the text of a cron expression to its six fields.

use super::error::{CronError, MAX_LENGTH};
use super::field::{self, DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, SECOND, Values};
use crate::suggest::nearest;

/// The words and the fields that they mean, seconds first.
const WORDS: [(&str, &str); 10] = [
    ("@yearly", "0 0 0 1 1 *"),
    ("@annually", "0 0 0 1 1 *"),
    ("@monthly", "0 0 0 1 * *"),
    ("@weekly", "0 0 0 * * 0"),
    ("@daily", "0 0 0 * * *"),
    ("@hourly", "0 0 * * * *"),
    ("@minutely", "0 * * * * *"),
    ("@secondly", "* * * * * *"),
    ("@weekdays", "0 0 0 * * 1-5"),
    ("@weekends", "0 0 0 * * 0,6"),
];

/// The only word that a job may not declare.
const FINER_THAN_A_MINUTE: &str = "@secondly";

/// The values of all fields.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) second: Values,
    pub(super) minute: Values,
    pub(super) hour: Values,
    pub(super) day_of_month: Values,
    pub(super) month: Values,
    pub(super) day_of_week: Values,
}

/// Reads the whole dialect.
pub(super) fn read(text: &str) -> Result<Fields, CronError> {
    if text.len() > MAX_LENGTH {
        return Err(CronError::TooLong { length: text.len() });
    }
    if text.trim().starts_with('@') {
        let found = WORDS.iter().find(|(word, _)| *word == text);
        return fields(
            found
                .map(|(_, stands_for)| *stands_for)
                .ok_or_else(|| unknown_word(text, &WORDS))?,
        );
    }
    fields(text)
}

/// Every five minutes.
const EXAMPLE: &str = "*/5 * * * *";

/// Reads what a job may declare.
pub(super) fn read_declared(text: &str) -> Result<Fields, CronError> {
    if text.trim().starts_with('@') {
        return match text {
            FINER_THAN_A_MINUTE => Err(unknown_word(text, &WORDS)),
            _ => read(text),
        };
    }
    let written: Vec<_> = text.split_whitespace().collect();
    match written.len() {
        0 | 5 | 7.. => read(text),
        6 => Err(CronError::Seconds {
            text: text.to_owned(),
            without_seconds: written[1..].join(" "),
        }),
        count => {
            let filled_up = [&written, &vec!["*"; 5 - count][..]].concat().join(" ");
            // Words of another notation, such as `every 5 minutes`, do not become one of five fields.
            let example = match fields(&filled_up) {
                Ok(_) => filled_up,
                Err(_) => EXAMPLE.to_owned(),
            };
            Err(CronError::TooFewFields {
                text: text.to_owned(),
                count,
                example,
            })
        }
    }
}

fn fields(text: &str) -> Result<Fields, CronError> {
    let written: Vec<_> = text.split_whitespace().collect();
    let defaults = ["0", "*", "*", "*", "*", "*"];
    let missing = match written.len() {
        0 => return Err(CronError::Empty),
        count @ 7.. => {
            return Err(CronError::TooManyFields {
                text: text.to_owned(),
                count,
            });
        }
        count => defaults.len() - count,
    };
    let all = [&defaults[..missing], &written].concat();
    let fields = Fields {
        second: SECOND.read(all[0])?,
        minute: MINUTE.read(all[1])?,
        hour: HOUR.read(all[2])?,
        day_of_month: DAY_OF_MONTH.read(all[3])?,
        month: MONTH.read(all[4])?,
        day_of_week: DAY_OF_WEEK.read(all[5])?,
    };
    match fields.happens() {
        true => Ok(fields),
        false => Err(CronError::Never {
            text: text.to_owned(),
            days: fields.days_in_words(),
        }),
    }
}

impl Fields {
    /// Tells whether any month asked for has a day asked for.
    fn happens(&self) -> bool {
        let days = &self.day_of_month;
        // A restricted day of week is another way to match, and a month has them all.
        if days.any || days.last_day || !self.day_of_week.any {
            return true;
        }
        let first = field::numbers(days.bits).next();
        let longest = field::numbers(self.month.bits).map(longest_month).max();
        first <= longest
    }

    fn days_in_words(&self) -> String {
        let days: Vec<_> = field::numbers(self.day_of_month.bits)
            .map(|day| day.to_string())
            .collect();
        format!("a day {}", days.join(" or "))
    }
}

const fn longest_month(month: u8) -> u8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn unknown_word(text: &str, words: &[(&str, &str)]) -> CronError {
    let known: Vec<_> = words
        .iter()
        .map(|(word, _)| *word)
        .filter(|word| *word != FINER_THAN_A_MINUTE)
        .collect();
    let instead = match text {
        "@midnight" => "write `@daily`".to_owned(),
        FINER_THAN_A_MINUTE => "a schedule counts in minutes, write `@minutely`".to_owned(),
        "@reboot" => {
            "a schedule is a time, not an event; write five fields such as `0 9 * * *`".to_owned()
        }
        _ if text.starts_with("@every") => {
            "write a step, such as `*/5 * * * *` for every five minutes".to_owned()
        }
        _ => match nearest(text.trim(), &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the words are {}", known.join(", ")),
        },
    };
    CronError::Word {
        word: text.to_owned(),
        instead,
    }
}
