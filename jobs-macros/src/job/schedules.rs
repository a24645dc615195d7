//! `schedule = "..."` and `schedule(...)`: all rules and messages about them.

use std::collections::HashSet;

use jobs_rules::{Cron, Zone, check_name};
use proc_macro2::Span;
use syn::{Error, Expr, LitStr};

use super::options::{OptionSet, options};
use super::parse;
use super::validate::note;
use crate::errors::Errors;

/// One `schedule`.
pub(crate) struct Schedule {
    pub(crate) place: Span,
    pub(crate) key: String,
    pub(crate) cron: String,
    pub(crate) tz: Option<String>,
    pub(crate) missed: Option<String>,
    pub(crate) input: Option<Expr>,
    pub(crate) options: OptionSet,
}

/// Checks the schedules, whose options win over the job's. Those that are not valid are noted and left out.
pub(super) fn schedules(
    written: Vec<parse::Schedule>,
    defaults: &OptionSet,
    errors: &mut Errors,
) -> Vec<Schedule> {
    let mut keys = HashSet::new();
    let written = written.into_iter();
    written
        .filter_map(|written| schedule(written, defaults, &mut keys, errors))
        .collect()
}

fn schedule(
    written: parse::Schedule,
    defaults: &OptionSet,
    keys: &mut HashSet<String>,
    errors: &mut Errors,
) -> Option<Schedule> {
    if written.lacks_cron() {
        let message =
            "the schedule needs a cron expression; write `schedule(cron = \"0 * * * *\")`";
        errors.at(&written.word, message);
    }
    let key = written.key.into_inner();
    let key_place = key.as_ref().map_or(written.word.span(), LitStr::span);
    let key = key.map(|key| checked_key(&key, errors)).unwrap_or_default();
    if !keys.insert(key.clone()) {
        errors.add(Error::new(key_place, same_key(&key)));
    }
    let options = options(written.options.into_inner(), errors);
    options.check_over(defaults, errors);
    let tz = written.tz.into_inner().map(|tz| checked_zone(&tz, errors));
    let missed = written
        .missed
        .into_inner()
        .and_then(|missed| checked_missed(&missed, errors));
    let cron = written.cron.into_inner()?;
    note(errors, cron.span(), Cron::parse_declared(&cron.value()));
    Some(Schedule {
        place: cron.span(),
        key,
        cron: cron.value(),
        tz,
        missed,
        input: written.input.into_inner(),
        options,
    })
}

fn checked_key(key: &LitStr, errors: &mut Errors) -> String {
    note(errors, key.span(), check_name("schedule key", &key.value()));
    key.value()
}

fn same_key(key: &str) -> String {
    match key {
        "" => "two schedules have no key; give each its own with `schedule(cron = \"...\", key = \"...\")`".to_owned(),
        key => format!("two schedules have the key `{key}`; give one of them another"),
    }
}

fn checked_zone(zone: &LitStr, errors: &mut Errors) -> String {
    note(errors, zone.span(), Zone::parse(&zone.value()));
    zone.value()
}

fn checked_missed(missed: &LitStr, errors: &mut Errors) -> Option<String> {
    let message = match missed.value().as_str() {
        known @ ("skip" | "once" | "all") => return Some(known.to_owned()),
        other => jobs_rules::unknown("policy for missed ticks", other, &["skip", "once", "all"]),
    };
    errors.at(missed, message);
    None
}
