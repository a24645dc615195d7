//! Checks the arguments as written and makes the job to generate: all rules and messages about them.

use jobs_rules::{QueuePolicy, check_own_name};
use proc_macro2::{Ident, Span};
use syn::{LitStr, Path, Type};

use super::function::{Function, Shape};
use super::options::{OptionSet, options};
use super::parse::{self, Arguments};
use super::schedules::{Schedule, schedules};
use super::worker::{WorkerSettings, take_several, worker};
use crate::errors::Errors;
use crate::{library, names};

/// A job as it is to be generated.
pub(crate) struct Job {
    pub(crate) function: Function,
    pub(crate) shape: Shape,
    pub(crate) library: Path,
    pub(crate) handle: Ident,
    /// Whether a type of the user has the handle's name, which is an error.
    pub(crate) is_handle_taken: bool,
    pub(crate) name: String,
    /// `None` only beside an error.
    pub(crate) executor: Option<Type>,
    pub(crate) entities: Vec<EntityField>,
    pub(crate) options: OptionSet,
    pub(crate) queue: QueueSettings,
    pub(crate) worker: WorkerSettings,
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

impl Job {
    /// Checks everything. A mistake is noted, and left out of the job.
    pub(crate) fn new(
        function: Function,
        arguments: Arguments,
        errors: &mut Errors,
    ) -> Option<Self> {
        if arguments.lacks_executor() {
            errors.add(no_executor());
        }
        let handle = arguments.handle.into_inner();
        let handle = handle.unwrap_or_else(|| names::upper_camel(&function.signature.ident));
        let is_blocking = arguments.blocking.into_inner().unwrap_or(false);
        let mut shape = Shape::of(&function, &handle, is_blocking, errors)?;
        let worker = worker(arguments.worker.into_inner().unwrap_or_default(), errors);
        if worker.batch.is_some() {
            take_several(&mut shape, &function, errors);
        }
        let is_handle_taken = check_handle(&handle, &shape, errors);
        let library = arguments
            .library
            .into_inner()
            .map_or_else(library::find, Ok);
        let executor = arguments.executor.into_inner();
        let options = options(arguments.options.into_inner(), errors);
        options.check_over(&OptionSet::default(), errors);
        let queue = queue(arguments.queue.into_inner().unwrap_or_default(), errors);
        let schedules = schedules(arguments.schedules, &options, errors);
        check_keys(&queue, &schedules, errors);
        let name = name(
            arguments.name.into_inner(),
            &function.signature.ident,
            errors,
        );
        for options in schedules
            .iter()
            .map(|schedule| &schedule.options)
            .chain([&options])
        {
            options.check_dead_letter(&name, &handle, errors);
        }
        Some(Self {
            name,
            entities: entities(arguments.entities.into_inner().unwrap_or_default(), errors),
            queue,
            worker,
            schedules,
            library: errors.check(library)?,
            function,
            shape,
            handle,
            is_handle_taken,
            executor,
            options,
            is_blocking,
        })
    }
}

/// Checks that the handle's name is not that of the input or the output, which are in the same namespace.
fn check_handle(handle: &Ident, shape: &Shape, errors: &mut Errors) -> bool {
    let types = [(&shape.input, "input"), (&shape.returned, "output")];
    for (ty, what) in types {
        let Some(place) = ty.as_ref().and_then(|ty| names::find_alone(handle, ty)) else {
            continue;
        };
        let message = format!(
            "the {what} type `{handle}` has the name of the handle that `#[job]` generates; add `handle = {handle}Job` to the \
             attribute, or rename the type or the function"
        );
        errors.add(syn::Error::new(place, message));
        return true;
    }
    false
}

/// Every job of a strict queue needs a key, and a schedule has none.
fn check_keys(queue: &QueueSettings, schedules: &[Schedule], errors: &mut Errors) {
    if queue.policy != Some(QueuePolicy::KeyStrictFifo) {
        return;
    }
    for schedule in schedules {
        errors.add(syn::Error::new(
            schedule.place,
            "a job of a `key_strict_fifo` queue needs a singleton key, which a schedule does not have; schedule another job that submits this \
             one with `.singleton_key(\"...\")`",
        ));
    }
}

fn no_executor() -> syn::Error {
    syn::Error::new(
        Span::call_site(),
        "the job needs an executor; write `#[job(executor = PgBoss)]`",
    )
}

fn name(given: Option<LitStr>, function: &Ident, errors: &mut Errors) -> String {
    match given {
        Some(text) => {
            note(
                errors,
                text.span(),
                check_own_name("job name", &text.value()),
            );
            text.value()
        }
        None => {
            let name = names::bare(function);
            let checked = check_own_name("job name", &name);
            let checked =
                checked.map_err(|error| format!("{error}; give it a name with `name = \"...\"`"));
            note(errors, function.span(), checked);
            name
        }
    }
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
            errors.at(&entity, format!("two entities become the field `{field}`; leave one out, or import it under another name with `use ... as ...`"));
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

/// Notes the error of a rule at its place, and returns the result.
pub(super) fn note<T, E: std::fmt::Display>(
    errors: &mut Errors,
    place: Span,
    result: Result<T, E>,
) -> Option<T> {
    errors.check(result.map_err(|error| syn::Error::new(place, error)))
}
