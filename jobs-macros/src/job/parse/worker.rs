//! `worker(...)` as written.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Result, Token};

use super::{Level, WORKER, unknown};
use crate::arguments::{Form, Once, listed, read_each, set_twice, unexpected, value, whole_number};
use crate::errors::Errors;
use crate::names;

const CONCURRENCY: Form = Form::new(
    "concurrency",
    "a whole number, 1 or more",
    "concurrency = 2",
);
const BATCH: Form = Form::new("batch", "a whole number, 1 or more", "batch = 10");
const MIN_PRIORITY: Form = Form::new("min_priority", "a whole number", "min_priority = -5");
const MAX_PRIORITY: Form = Form::new("max_priority", "a whole number", "max_priority = 10");
const GROUP_CONCURRENCY: Form = Form::new(
    "group_concurrency",
    "a whole number, 1 or more",
    "group_concurrency = 2",
);
const GROUP_TIERS: Form = Form::new(
    "group_tiers",
    "tiers with a whole number each, 1 or more",
    "group_tiers(pro = 5, free = 1)",
);
pub(super) const IN_WORKER: [Form; 6] = [
    CONCURRENCY,
    BATCH,
    MIN_PRIORITY,
    MAX_PRIORITY,
    GROUP_CONCURRENCY,
    GROUP_TIERS,
];

/// The inside of a `worker(...)`.
#[derive(Default)]
pub(crate) struct Worker {
    pub(crate) concurrency: Once<u32>,
    pub(crate) batch: Once<u32>,
    pub(crate) min_priority: Once<Priority>,
    pub(crate) max_priority: Once<Priority>,
    pub(crate) group_concurrency: Once<u32>,
    pub(crate) group_tiers: Once<Tiers>,
}

/// A priority, and its place.
pub(crate) struct Priority {
    pub(crate) number: i32,
    pub(crate) place: Span,
}

/// A `group_tiers(...)`.
pub(crate) struct Tiers {
    /// The word `group_tiers`.
    pub(crate) word: Ident,
    /// Name and limit of each.
    pub(crate) limits: Vec<(String, u32)>,
}

pub(super) fn worker(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<Worker> {
    let mut all = Worker::default();
    read_each(
        &listed(key, WORKER, input)?,
        errors,
        |key, input, _| match key.to_string().as_str() {
            "concurrency" => all.concurrency.set(key, positive(key, CONCURRENCY, input)),
            "batch" => all.batch.set(key, positive(key, BATCH, input)),
            "min_priority" => all
                .min_priority
                .set(key, priority(key, MIN_PRIORITY, input)),
            "max_priority" => all
                .max_priority
                .set(key, priority(key, MAX_PRIORITY, input)),
            "group_concurrency" => all
                .group_concurrency
                .set(key, positive(key, GROUP_CONCURRENCY, input)),
            "group_tiers" => all.group_tiers.set(key, tiers(key, input)),
            _ => Err(unknown(Level::Worker, key, input, &IN_WORKER)),
        },
    );
    Ok(all)
}

fn positive(key: &Ident, form: Form, input: ParseStream<'_>) -> Result<u32> {
    let value = value(key, form, input)?;
    let number = match &value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        _ => None,
    };
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| unexpected(&value, form))
}

fn priority(key: &Ident, form: Form, input: ParseStream<'_>) -> Result<Priority> {
    let value = value(key, form, input)?;
    let number = whole_number(&value).and_then(|number| i32::try_from(number).ok());
    let number = number.ok_or_else(|| unexpected(&value, form))?;
    Ok(Priority {
        number,
        place: value.span(),
    })
}

fn tiers(word: &Ident, input: ParseStream<'_>) -> Result<Tiers> {
    let content = listed(word, GROUP_TIERS, input)?;
    let read = content.parse_terminated(Tier::parse, Token![,]);
    // What follows a mistake would be reported once more.
    content.parse::<TokenStream>()?;
    let mut limits: Vec<(String, u32)> = Vec::new();
    for tier in read? {
        if limits.iter().any(|(name, _)| *name == tier.name) {
            return Err(set_twice(&tier.key));
        }
        limits.push((tier.name, tier.limit));
    }
    match limits.is_empty() {
        true => Err(missing_tiers(word.span())),
        false => Ok(Tiers {
            word: word.clone(),
            limits,
        }),
    }
}

/// `pro = 5`, or `"any name" = 5`
struct Tier {
    key: Ident,
    name: String,
    limit: u32,
}

impl Parse for Tier {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let (key, name) = if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            (Ident::new("tier", name.span()), name.value())
        } else {
            let key = input.call(Ident::parse_any);
            let key = key.map_err(|error| missing_tiers(error.span()))?;
            let name = names::bare(&key);
            (key, name)
        };
        Ok(Self {
            limit: positive(&key, GROUP_TIERS, input)?,
            key,
            name,
        })
    }
}

fn missing_tiers(place: Span) -> Error {
    let example = GROUP_TIERS.example;
    Error::new(
        place,
        format!("expected the name of a tier; write `{example}`"),
    )
}
