//! From arguments as written to a job that can be generated: every rule and every message about them.

use std::collections::HashSet;

use jobs_rules::{Cron, QueuePolicy, Zone, check_name, check_own_name};
use proc_macro2::{Ident, Span};
use syn::{Expr, LitStr, Path, Type};

use super::function::{Function, Shape};
use super::options::{OptionSet, options};
use super::parse::{self, Arguments};
use crate::errors::Errors;
use crate::{library, names};

/// A job as it is to be generated.
pub(crate) struct Job {
    pub(crate) function: Function,
    pub(crate) shape: Shape,
    pub(crate) library: Path,
    pub(crate) handle: Ident,
    pub(crate) name: String,
    /// `None` only beside an error.
    pub(crate) executor: Option<Type>,
    pub(crate) entities: Vec<EntityField>,
    pub(crate) options: OptionSet,
    pub(crate) queue: QueueSettings,
    pub(crate) concurrency: Option<u32>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) is_blocking: bool,
}

/// A declared entity, and the field of `ctx.entities` that it becomes.
pub(crate) struct EntityField {
    pub(crate) field: Ident,
    pub(crate) entity: Type,
}

/// `queue(...)`
#[derive(Default)]
pub(crate) struct QueueSettings {
    pub(crate) policy: Option<QueuePolicy>,
    pub(crate) partition: Option<bool>,
    pub(crate) notify: Option<bool>,
}

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

impl Job {
    /// Checks everything; what is wrong is noted, and left out of the job.
    pub(crate) fn new(
        function: Function,
        arguments: Arguments,
        errors: &mut Errors,
    ) -> Option<Self> {
        let handle = names::upper_camel(&function.signature.ident);
        let is_blocking = arguments.blocking.into_inner().unwrap_or(false);
        let shape = Shape::of(&function, &handle, is_blocking, errors);
        let library = arguments
            .library
            .into_inner()
            .map_or_else(library::find, Ok);
        let executor = arguments.executor.into_inner();
        if executor.is_none() {
            errors.add(no_executor());
        }
        let options = options(arguments.options.into_inner(), errors);
        options.check_over(&OptionSet::default(), errors);
        Some(Self {
            name: name(
                arguments.name.into_inner(),
                &function.signature.ident,
                errors,
            ),
            entities: entities(arguments.entities.into_inner().unwrap_or_default(), errors),
            queue: queue(arguments.queue.into_inner().unwrap_or_default(), errors),
            concurrency: arguments
                .worker
                .into_inner()
                .and_then(|worker| worker.concurrency.into_inner()),
            schedules: schedules(arguments.schedules, &options, errors),
            library: errors.check(library)?,
            function,
            shape,
            handle,
            executor,
            options,
            is_blocking,
        })
    }
}

fn no_executor() -> syn::Error {
    syn::Error::new(
        Span::call_site(),
        "the job needs an executor; write `#[job(executor = PgBoss)]`",
    )
}

fn name(given: Option<LitStr>, function: &Ident, errors: &mut Errors) -> String {
    let (name, place) = match given {
        Some(text) => (text.value(), text.span()),
        None => (names::bare(function), function.span()),
    };
    note(errors, place, check_own_name("job name", &name));
    name
}

fn entities(types: Vec<Type>, errors: &mut Errors) -> Vec<EntityField> {
    let mut fields: Vec<EntityField> = Vec::new();
    for entity in types {
        let Some(word) = last_word(&entity) else {
            errors.at(
                &entity,
                "expected the name of an entity; write `entities = [Task]`",
            );
            continue;
        };
        let field = names::snake(word);
        if fields.iter().any(|other| other.field == field) {
            errors.at(&entity, format!("two entities become the field `{field}`; leave one out, or give it another name by `use`"));
            continue;
        }
        fields.push(EntityField { field, entity });
    }
    fields
}

fn last_word(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_word(&group.elem),
        _ => None,
    }
}

fn queue(queue: parse::Queue, errors: &mut Errors) -> QueueSettings {
    QueueSettings {
        policy: queue
            .policy
            .into_inner()
            .and_then(|text| note(errors, text.span(), text.value().parse())),
        partition: queue.partition.into_inner(),
        notify: queue.notify.into_inner(),
    }
}

fn schedules(
    written: Vec<parse::Schedule>,
    defaults: &OptionSet,
    errors: &mut Errors,
) -> Vec<Schedule> {
    let mut keys = HashSet::new();
    let mut all = Vec::new();
    for schedule in written {
        let key = schedule.key.into_inner();
        let key_place = key.as_ref().map_or(schedule.word.span(), LitStr::span);
        let key = key.map(|key| checked_key(&key, errors)).unwrap_or_default();
        if !keys.insert(key.clone()) {
            errors.add(syn::Error::new(key_place, same_key(&key)));
        }
        let own = options(schedule.options.into_inner(), errors);
        own.check_over(defaults, errors);
        let tz = schedule.tz.into_inner().map(|tz| checked_zone(&tz, errors));
        let missed = schedule
            .missed
            .into_inner()
            .and_then(|missed| checked_missed(&missed, errors));
        let Some(cron) = schedule.cron.into_inner() else {
            let message =
                "the schedule needs a cron expression; write `schedule(cron = \"0 * * * *\")`";
            errors.at(schedule.word, message);
            continue;
        };
        note(errors, cron.span(), Cron::parse_declared(&cron.value()));
        all.push(Schedule {
            place: cron.span(),
            key,
            cron: cron.value(),
            tz,
            missed,
            input: schedule.input.into_inner(),
            options: own,
        });
    }
    all
}

fn checked_key(key: &LitStr, errors: &mut Errors) -> String {
    note(errors, key.span(), check_name("schedule key", &key.value()));
    key.value()
}

fn same_key(key: &str) -> String {
    match key {
        "" => "two schedules have no key; tell them apart with `schedule(cron = \"...\", key = \"...\")`".to_owned(),
        key => format!("two schedules have the key `{key}`; give one of them another"),
    }
}

fn checked_zone(zone: &LitStr, errors: &mut Errors) -> String {
    note(errors, zone.span(), Zone::parse(&zone.value()));
    zone.value()
}

fn checked_missed(missed: &LitStr, errors: &mut Errors) -> Option<String> {
    let message = match missed.value().as_str() {
        known @ ("skip" | "once") => return Some(known.to_owned()),
        "all" => {
            "`missed = \"all\"` is not supported yet; write `\"skip\"` or `\"once\"`".to_owned()
        }
        other => jobs_rules::unknown("policy for missed times", other, &["skip", "once"]),
    };
    errors.at(missed, message);
    None
}

/// Notes the error of a rule at its place and gives what it made.
pub(super) fn note<T, E: std::fmt::Display>(
    errors: &mut Errors,
    place: Span,
    result: Result<T, E>,
) -> Option<T> {
    errors.check(result.map_err(|error| syn::Error::new(place, error)))
}
