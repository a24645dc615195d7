//! Random recurrence rules.

use std::ops::RangeInclusive;

use super::super::dice::Dice;
use super::super::places::ZONES;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// How often a rule recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

use Frequency::{Daily, Hourly, Minutely, Monthly, Secondly, Weekly, Yearly};

impl Frequency {
    pub(super) const ALL: [Self; 7] = [Secondly, Minutely, Hourly, Daily, Weekly, Monthly, Yearly];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Secondly => "SECONDLY",
            Minutely => "MINUTELY",
            Hourly => "HOURLY",
            Daily => "DAILY",
            Weekly => "WEEKLY",
            Monthly => "MONTHLY",
            Yearly => "YEARLY",
        }
    }
}

/// A rule, with or without the lines of a calendar entry around it.
pub(super) fn random(dice: &mut Dice) -> (Frequency, String) {
    let frequency = dice.pick(&Frequency::ALL);
    let mut parts = parts(frequency, dice);
    if dice.chance(50) {
        if dice.chance(15) {
            parts.push(format!("UNTIL={}", moment(dice, 2026, "Z")));
        }
        return (frequency, parts.join(";"));
    }
    let zone = dice.pick(&ZONES);
    // A TZID is no offset; a date has its zone, or is of UTC, or is of the schedule's zone.
    let (head, tail) = match dice.number(0..=3) {
        0 if !zone.starts_with('+') => (format!(";TZID={zone}"), ""),
        1 => (String::new(), "Z"),
        _ => (String::new(), ""),
    };
    let year = dice.number(2025..=2026);
    let mut lines = vec![format!("DTSTART{head}:{}", moment(dice, year, tail))];
    match dice.number(0..=5) {
        0 => parts.push(format!("COUNT={}", dice.number(1..=400))),
        1 => {
            let tail = if head.is_empty() { tail } else { "Z" };
            parts.push(format!("UNTIL={}", moment(dice, 2026, tail)));
        }
        _ => {}
    }
    lines.push(format!("RRULE:{}", parts.join(";")));
    for name in ["RDATE", "EXDATE"] {
        if dice.chance(20) {
            let count = dice.number(1..=3);
            let dates: Vec<_> = (0..count).map(|_| moment(dice, 2026, tail)).collect();
            lines.push(format!("{name}{head}:{}", dates.join(",")));
        }
    }
    (frequency, lines.join("\n"))
}

/// The parts of a rule that happens now and then; looking for one that never does takes either side long.
fn parts(frequency: Frequency, dice: &mut Dice) -> Vec<String> {
    let mut parts = vec![format!("FREQ={}", frequency.name())];
    if dice.chance(40) {
        let most = if frequency < Daily { 50 } else { 4 };
        parts.push(format!("INTERVAL={}", dice.number(1..=most)));
    }
    let days = days(frequency, dice);
    let times = times(frequency, parts.len() > 1, dice);
    if !(days.is_empty() && times.is_empty()) && dice.chance(15) {
        let second = if days.is_empty() || frequency < Monthly {
            "1"
        } else {
            "2"
        };
        parts.push(format!(
            "BYSETPOS={}",
            dice.pick(&["1", "-1", "1,-1", second])
        ));
    }
    parts.extend(days);
    parts.extend(times);
    if dice.chance(15) {
        parts.push(format!("WKST={}", dice.pick(&DAYS)));
    }
    parts
}

/// What names days.
///
/// Where rrule-temporal 2.2 does not keep to RFC 5545 (3.3.10, the table of what limits and what expands) it is not asked: of a
/// year, it takes all of BYYEARDAY whatever BYDAY says, and all of a BYWEEKNO whatever BYMONTHDAY says; for a BYWEEKNO alone it
/// takes other days than that of DTSTART once a week is counted from the end or there is a BYSETPOS; of a year, it does not take every
/// Monday where BYDAY has a first Tuesday too.
fn days(frequency: Frequency, dice: &mut Dice) -> Vec<String> {
    let mut parts = Vec::new();
    if frequency < Hourly {
        if dice.chance(30) {
            parts.push(format!("BYDAY={}", week_days(false, frequency, dice)));
        }
        return parts;
    }
    match dice.number(0..=9) {
        0 if frequency == Yearly => {
            parts.push(format!("BYWEEKNO={}", signed(dice, 1..=52)));
            parts.push(format!("BYDAY={}", week_days(false, frequency, dice)));
            return parts;
        }
        1 if matches!(frequency, Yearly | Hourly) => {
            parts.push(format!("BYYEARDAY={}", signed(dice, 1..=366)));
            return parts;
        }
        2 | 3 if frequency != Weekly => {
            parts.push(format!("BYMONTHDAY={}", signed(dice, 1..=31)));
        }
        _ => {}
    }
    let has_month_days = !parts.is_empty();
    if dice.chance(20) {
        parts.push(format!("BYMONTH={}", numbers(dice, 4, 1..=12)));
    }
    if dice.chance(35) {
        let ordinal = frequency >= Monthly && !has_month_days && dice.chance(50);
        parts.push(format!("BYDAY={}", week_days(ordinal, frequency, dice)));
    }
    parts
}

/// What names times of the day.
fn times(frequency: Frequency, has_interval: bool, dice: &mut Dice) -> Vec<String> {
    let mut parts = Vec::new();
    // Steps of several minutes may pass over a minute each hour.
    let may_name = |unit| frequency > unit || (frequency == unit && !has_interval);
    let often = if frequency >= Daily { 60 } else { 25 };
    if may_name(Hourly) && dice.chance(often) {
        parts.push(format!("BYHOUR={}", numbers(dice, 3, 0..=4)));
    }
    if may_name(Minutely) && dice.chance(25) {
        parts.push(format!("BYMINUTE={}", numbers(dice, 3, 0..=59)));
    }
    if may_name(Secondly) && dice.chance(15) {
        parts.push(format!("BYSECOND={}", numbers(dice, 2, 0..=59)));
    }
    parts
}

fn numbers(dice: &mut Dice, most: i64, range: RangeInclusive<i64>) -> String {
    let count = dice.number(1..=most);
    let numbers = dice.some(count, range);
    numbers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// Some numbers, counted from the front or from the back.
fn signed(dice: &mut Dice, range: RangeInclusive<i64>) -> String {
    let count = dice.number(1..=3);
    let mut numbers = dice.some(count, range);
    for number in &mut numbers {
        *number *= dice.pick(&[1, 1, -1]);
    }
    numbers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// Week days, sometimes with an ordinal: all of them or, of a month, some.
fn week_days(ordinal: bool, frequency: Frequency, dice: &mut Dice) -> String {
    let count = dice.number(1..=3);
    let days = dice.some(count, 0..=6);
    let often = if frequency == Yearly { 100 } else { 70 };
    let day = |day: i64| {
        let name = DAYS[usize::try_from(day).unwrap()];
        match ordinal && dice.chance(often) {
            true => format!("{}{name}", dice.pick(&[1, 2, 4, 5, -1, -2])),
            false => name.to_owned(),
        }
    };
    days.into_iter().map(day).collect::<Vec<_>>().join(",")
}

/// A time in small hours, where clocks change.
fn moment(dice: &mut Dice, year: i64, tail: &str) -> String {
    let (month, day) = (dice.number(1..=12), dice.number(1..=28));
    let (hour, minute) = (dice.number(0..=4), dice.pick(&[0, 0, 15, 30, 45]));
    format!("{year}{month:02}{day:02}T{hour:02}{minute:02}00{tail}")
}
