//! One field of a cron expression: from its text to the set of its values.

use super::error::{FieldError, FieldProblem};

/// What a field may hold.
pub(super) struct Field {
    pub(super) name: &'static str,
    min: u8,
    max: u8,
    /// Names of values, the first for [`Field::first_name`].
    names: &'static [&'static str],
    first_name: u8,
    takes_last: Last,
    expected: &'static str,
}

/// What `L` means in a field.
#[derive(PartialEq, Eq)]
enum Last {
    Nothing,
    /// `L` alone: the month's last day.
    Alone,
    /// After a day: the last such day of the month.
    AfterDay,
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fn plain(name: &'static str, max: u8, expected: &'static str) -> Field {
    Field {
        name,
        min: 0,
        max,
        names: &[],
        first_name: 0,
        takes_last: Last::Nothing,
        expected,
    }
}

pub(super) const SECOND: Field = plain("second", 59, "0 to 59");
pub(super) const MINUTE: Field = plain("minute", 59, "0 to 59");
pub(super) const HOUR: Field = plain("hour", 23, "0 to 23");
pub(super) const DAY_OF_MONTH: Field = Field {
    min: 1,
    takes_last: Last::Alone,
    ..plain("day of month", 31, "1 to 31, or `L` for the last day")
};
pub(super) const MONTH: Field = Field {
    min: 1,
    names: &MONTHS,
    first_name: 1,
    ..plain("month", 12, "1 to 12 or JAN to DEC")
};
pub(super) const DAY_OF_WEEK: Field = Field {
    names: &DAYS,
    takes_last: Last::AfterDay,
    ..plain(
        "day of week",
        7,
        "0 to 7 or SUN to SAT, `5L` for the last Friday or `5#2` for the second",
    )
};

/// The values of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// It is `*` or `?`: the field says nothing.
    pub(super) any: bool,
    /// A bit for every plain value.
    pub(super) bits: u64,
    /// `L` in the day of month.
    pub(super) last_day: bool,
    /// A bit for every day `x` of `xL`.
    pub(super) last_days: u64,
    /// The `n` of `x#n`.
    pub(super) nth: Option<u8>,
}

impl Values {
    /// Tells whether it is one of the plain values.
    pub(super) fn has(&self, value: u32) -> bool {
        self.bits & (1 << value) != 0
    }
}

/// Returns the numbers whose bits are set.
pub(super) fn numbers(bits: u64) -> impl Iterator<Item = u8> {
    (0..64).filter(move |n| bits & (1 << n) != 0)
}

impl Field {
    /// Reads the field's text.
    pub(super) fn read(&self, text: &str) -> Result<Values, FieldError> {
        let mut values = Values {
            any: matches!(text, "*" | "?"),
            ..Values::default()
        };
        let text = self.without_nth(text, &mut values)?;
        for item in text.split(',') {
            if item.is_empty() {
                return Err(self.error(text, FieldProblem::EmptyItem));
            }
            self.add(item, &mut values)?;
        }
        Ok(values)
    }

    /// Takes `#n` off the text.
    fn without_nth<'a>(&self, text: &'a str, values: &mut Values) -> Result<&'a str, FieldError> {
        if self.takes_last != Last::AfterDay {
            return Ok(text);
        }
        let Some((day, nth)) = text.split_once('#') else {
            return Ok(text);
        };
        if text.contains([',', '-', '/']) || nth.contains('#') || is_last_of(day) {
            return Err(self.error(text, FieldProblem::MixedNth));
        }
        match nth.parse() {
            Ok(nth @ 1..=5) => values.nth = Some(nth),
            _ => return Err(self.error(text, FieldProblem::BadNth)),
        }
        Ok(day)
    }

    /// Adds the values of one item of the list.
    fn add(&self, item: &str, values: &mut Values) -> Result<(), FieldError> {
        let twice = || self.error(item, FieldProblem::Twice);
        match self.takes_last {
            Last::Alone if item == "L" => {
                return (!std::mem::replace(&mut values.last_day, true))
                    .then_some(())
                    .ok_or_else(twice);
            }
            Last::AfterDay if is_last_of(item) => {
                let text = &item[..item.len() - 1];
                let day = 1 << (self.value(item, text)? % 7);
                if text.len() > 1 && text.contains(|c: char| c.is_ascii_digit()) {
                    return Err(self.error(item, FieldProblem::BadLast));
                }
                let is_new = values.last_days & day == 0;
                values.last_days |= day;
                return is_new.then_some(()).ok_or_else(twice);
            }
            _ => {}
        }
        let added = self.range(item)?;
        let is_new = values.bits & added == 0;
        values.bits |= added;
        is_new.then_some(()).ok_or_else(twice)
    }

    /// Reads `a`, `a-b`, `*` and each of them with a step.
    fn range(&self, item: &str) -> Result<u64, FieldError> {
        let (range, step) = match item.split_once('/') {
            None => (item, None),
            Some((range, step)) => {
                let step = self.number(step).filter(|step| *step > 0);
                (
                    range,
                    Some(step.ok_or_else(|| self.error(item, FieldProblem::BadStep))?),
                )
            }
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*" | "?", _) => (self.min, self.max),
            (_, Some((from, to))) => (self.value(item, from)?, self.value(item, to)?),
            (_, None) => {
                let from = self.value(item, range)?;
                (from, if step.is_some() { self.max } else { from })
            }
        };
        if from > to {
            return Err(self.error(item, FieldProblem::Backwards));
        }
        let values = (from..=to).step_by(step.unwrap_or(1).into());
        Ok(values.fold(0, |bits, value| bits | 1 << self.normal(value)))
    }

    /// Reads a number or a name.
    fn value(&self, item: &str, text: &str) -> Result<u8, FieldError> {
        if let Some(number) = self.number(text) {
            let fits = (u16::from(self.min)..=u16::from(self.max)).contains(&number);
            let number = u8::try_from(number).ok().filter(|_| fits);
            return number.ok_or_else(|| self.error(item, FieldProblem::OutOfRange));
        }
        let is_word = !text.is_empty() && text.chars().all(char::is_alphabetic);
        let problem = match text
            .chars()
            .find(|c| matches!(c, 'W' | 'H' | 'L' | '#' | 'w' | 'h' | 'l'))
        {
            _ if is_word && !self.names.is_empty() && text.len() > 1 => FieldProblem::UnknownName,
            Some('L' | 'l') if self.takes_last != Last::Nothing => FieldProblem::BadLast,
            Some(sign) => FieldProblem::Unsupported(sign),
            None => FieldProblem::NotUnderstood,
        };
        Err(self.error(item, problem))
    }

    /// Reads digits, of which names may be some: pg-boss's parser writes the number for each name before it reads further, so
    /// that `0thu` is 4.
    fn number(&self, text: &str) -> Option<u16> {
        let names = self.names.iter().zip(self.first_name..);
        let write_number =
            |text: String, (name, number): (&&str, u8)| text.replace(*name, &number.to_string());
        digits(text).or_else(|| digits(&names.fold(text.to_ascii_uppercase(), write_number)))
    }

    /// Sunday is 0 and 7.
    fn normal(&self, value: u8) -> u8 {
        if self.takes_last == Last::AfterDay {
            value % 7
        } else {
            value
        }
    }

    fn error(&self, text: &str, problem: FieldProblem) -> FieldError {
        FieldError {
            field: self.name,
            text: text.to_owned(),
            problem,
            expected: self.expected,
        }
    }
}

/// Tells whether it is a day followed by `L`.
fn is_last_of(item: &str) -> bool {
    item.len() > 1 && item.ends_with('L')
}

/// Reads a number that is digits only; one too large for any field becomes the largest.
fn digits(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u16::MAX))
}
