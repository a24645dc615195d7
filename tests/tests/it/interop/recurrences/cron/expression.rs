//! Random cron expressions.

use std::ops::RangeInclusive;

use super::super::dice::Dice;

const MONTHS: [&str; 12] = [
    "jan", "FEB", "Mar", "apr", "MAY", "jun", "JUL", "aug", "Sep", "OCT", "nov", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "mon", "Tue", "WED", "thu", "FRI", "sat"];
const WORDS: [&str; 10] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@hourly",
    "@minutely",
    "@secondly",
    "@weekdays",
    "@weekends",
];

/// Neither `H`, which stands for a value by chance and is no part of ours, nor the point: `5#1.` is `5#1` to JavaScript.
const SIGNS: [char; 23] = [
    '0', '1', '2', '3', '5', '7', '9', '*', '?', ',', '-', '/', '#', 'L', 'W', 'l', ' ', '@', '+',
    'M', 'o', 'n', '\u{e9}',
];

/// An expression of any form that the dialect has, most of them with something to do when clocks change.
pub(super) fn random(dice: &mut Dice) -> String {
    if dice.chance(2) {
        return dice.pick(&WORDS).to_owned();
    }
    let fields = [
        field(dice, 70, 0..=59),
        field(dice, 10, 0..=59),
        hour(dice),
        day_of_month(dice),
        month(dice),
        day_of_week(dice),
    ];
    let first = match dice.number(0..=9) {
        0 | 1 => 0,
        2 => dice.number(2..=5),
        _ => 1,
    };
    let gap = if dice.chance(5) { "  " } else { " " };
    fields[usize::try_from(first).unwrap()..].join(gap)
}

/// A field of numbers that is `*` so often in a hundred times.
fn field(dice: &mut Dice, any: i64, range: RangeInclusive<i64>) -> String {
    if dice.chance(any) {
        return dice.pick(&["*", "*", "?"]).to_owned();
    }
    match dice.number(0..=5) {
        0 => stepped(dice, range),
        1 => span(dice, range),
        2 => list(dice, range),
        _ => dice.number(range).to_string(),
    }
}

/// `*/n`, `a/n` or `a-b/n`.
fn stepped(dice: &mut Dice, range: RangeInclusive<i64>) -> String {
    let step = dice.number(1..=*range.end());
    let from = match dice.number(0..=2) {
        0 => "*".to_owned(),
        1 => dice.number(range).to_string(),
        _ => span(dice, range),
    };
    format!("{from}/{step}")
}

fn span(dice: &mut Dice, range: RangeInclusive<i64>) -> String {
    let from = dice.number(range.clone());
    format!("{from}-{}", dice.number(from..=*range.end()))
}

/// Numbers in any order, sometimes with a span after them.
fn list(dice: &mut Dice, range: RangeInclusive<i64>) -> String {
    let count = dice.number(2..=4);
    let mut numbers = dice.some(count, range.clone());
    let last = numbers.last().copied().unwrap_or(*range.end());
    if dice.chance(50) {
        numbers.reverse();
    }
    let mut items: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    if last < *range.end() && dice.chance(30) {
        items.push(span(dice, last + 1..=*range.end()));
    }
    items.join(",")
}

fn hour(dice: &mut Dice) -> String {
    // Clocks change in the small hours nearly everywhere.
    let small = dice.chance(70);
    field(dice, 30, if small { 0..=4 } else { 0..=23 })
}

fn day_of_month(dice: &mut Dice) -> String {
    match dice.number(0..=19) {
        0 => "L".to_owned(),
        1 => format!("L,{}", dice.number(1..=31)),
        2 => format!("{},L", span(dice, 1..=31)),
        _ => field(dice, 65, 1..=31),
    }
}

fn month(dice: &mut Dice) -> String {
    let name = |number: i64| MONTHS[usize::try_from(number - 1).unwrap()];
    match dice.number(0..=19) {
        0 => name(dice.number(1..=12)).to_owned(),
        1 => format!("{}-{}", name(dice.number(1..=5)), name(dice.number(6..=12))),
        2 => dice
            .some(3, 1..=12)
            .into_iter()
            .map(name)
            .collect::<Vec<_>>()
            .join(","),
        _ => field(dice, 75, 1..=12),
    }
}

fn day_of_week(dice: &mut Dice) -> String {
    match dice.number(0..=19) {
        0 => dice.pick(&DAYS).to_owned(),
        1 => format!("{}-{}", dice.pick(&DAYS[..3]), dice.pick(&DAYS[3..])),
        2 => format!("{}L", dice.number(0..=7)),
        3 => format!("{}L", dice.pick(&DAYS)),
        4 => format!("{}L,{}", dice.number(0..=3), dice.number(0..=6)),
        5 | 6 => format!("{}#{}", dice.number(0..=7), dice.number(1..=5)),
        7 => format!("{}#{}", dice.pick(&DAYS), dice.number(1..=5)),
        _ => field(dice, 60, 0..=7),
    }
}

/// An expression with some signs taken out, put in or changed.
pub(super) fn misspelled(dice: &mut Dice) -> String {
    let mut signs: Vec<char> = random(dice).chars().collect();
    for _ in 0..dice.number(1..=2) {
        let place = usize::try_from(dice.number(0..=39)).unwrap() % signs.len().max(1);
        let sign = dice.pick(&SIGNS);
        match dice.number(0..=2) {
            0 if !signs.is_empty() => drop(signs.remove(place)),
            1 if !signs.is_empty() => signs[place] = sign,
            _ => signs.insert(place, sign),
        }
    }
    signs.into_iter().collect()
}
