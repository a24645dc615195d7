//! `worker(...)`: all rules and messages about it.

use syn::{Error, GenericArgument, PathArguments, Type};

use super::function::{Function, Shape, plain};
use super::parse;
use crate::errors::Errors;

/// `worker(...)`
#[derive(Default)]
pub(crate) struct WorkerSettings {
    pub(crate) concurrency: Option<u32>,
    pub(crate) batch: Option<u32>,
    pub(crate) min_priority: Option<i32>,
    pub(crate) max_priority: Option<i32>,
    pub(crate) group_concurrency: Option<u32>,
    pub(crate) group_tiers: Vec<(String, u32)>,
}

/// Checks the settings. Mistakes are noted.
pub(super) fn worker(written: parse::Worker, errors: &mut Errors) -> WorkerSettings {
    let [min, max] = [written.min_priority, written.max_priority].map(|once| once.into_inner());
    if let (Some(min), Some(max)) = (&min, &max)
        && min.number > max.number
    {
        let message = format!(
            "no job has a priority of at least {} and at most {}; write the lower one as `min_priority`",
            min.number, max.number
        );
        errors.add(Error::new(max.place, message));
    }
    let tiers = written.group_tiers.into_inner();
    if let Some(tiers) = &tiers
        && written.group_concurrency.is_unset()
    {
        let message =
            "`group_tiers` needs a limit for groups without a tier; add `group_concurrency = 2`";
        errors.at(&tiers.word, message);
    }
    WorkerSettings {
        concurrency: written.concurrency.into_inner(),
        batch: written.batch.into_inner(),
        min_priority: min.map(|min| min.number),
        max_priority: max.map(|max| max.number),
        group_concurrency: written.group_concurrency.into_inner(),
        group_tiers: tiers.map(|tiers| tiers.limits).unwrap_or_default(),
    }
}

/// Marks the function as one that takes several jobs; input and output become those of one job.
pub(super) fn take_several(shape: &mut Shape, function: &Function, errors: &mut Errors) {
    let message = "a job with `batch` takes its inputs as a `Vec`; write `inputs: Vec<T>`";
    shape.takes_several = true;
    if let Some(inputs) = shape.input.take() {
        shape.input = first_argument(&inputs, "Vec").cloned();
        if shape.input.is_none() {
            errors.at(&inputs, message);
        }
    } else if function.signature.inputs.len() == usize::from(shape.context.is_some()) {
        errors.at(&function.signature.ident, message);
    }
}

/// `T` of `Name<T, ..>`.
fn first_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = plain(ty) else {
        return None;
    };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(list) if last.ident == name => match list.args.first() {
            Some(GenericArgument::Type(first)) => Some(first),
            _ => None,
        },
        _ => None,
    }
}
