//! That the table in the documentation of the attribute has every argument.

use std::collections::BTreeSet;

use jobs_rules::JobOption;

use super::worker::IN_WORKER;
use super::{Form, IN_QUEUE, IN_SCHEDULE, TOP};

/// The rows of the table, each with the word that its argument begins with.
fn rows() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("../../lib.rs").lines();
    let rows = lines.filter_map(|line| line.strip_prefix("/// | `"));
    let words = rows.map(|row| (row.split([' ', '(', '`']).next().unwrap_or_default(), row));
    // The table of `Entity` follows.
    words.take_while(|(word, _)| *word != "#[entity").collect()
}

#[test]
fn the_table_has_a_row_for_each_argument_and_no_other() {
    let words: BTreeSet<_> = rows().into_iter().map(|(word, _)| word).collect();
    assert_eq!(words, TOP.iter().map(|form| form.name).collect());
}

#[test]
fn the_row_of_an_argument_names_each_word_within_it() {
    let names = |forms: &[Form]| forms.iter().map(|form| form.name).collect::<Vec<_>>();
    let options = JobOption::ALL.into_iter();
    let options = options.filter(|option| option.is_declarable());
    for (argument, within) in [
        ("options(", options.map(JobOption::rust_name).collect()),
        ("queue(", names(&IN_QUEUE)),
        ("worker(", names(&IN_WORKER)),
        ("schedule(", names(&IN_SCHEDULE)),
    ] {
        let rows = rows().into_iter().map(|(_, row)| row);
        let row: String = rows.filter(|row| row.starts_with(argument)).collect();
        for name in within {
            let is_named = row
                .split('`')
                .any(|code| code.split([' ', '(']).next() == Some(name));
            assert!(is_named, "`{name}` is missing in the row `{row}`");
        }
    }
}
