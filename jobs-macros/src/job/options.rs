//! `options(...)`: checks the names, kinds and bounds of jobs-rules at their places in the source.

use jobs_rules::{
    JobOption, OptionKind, check_integer, check_own_name, check_retry_delay_max, check_seconds,
    parse_duration,
};
use proc_macro2::{Ident, Span};
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path};

use super::parse::Options;
use super::words::{self, Level};
use crate::arguments::whole_number;
use crate::errors::Errors;

/// Valid options.
#[derive(Default)]
pub(crate) struct OptionSet {
    values: Vec<OptionValue>,
    /// Whether every option was valid; those that were not are left out.
    is_whole: bool,
}

/// One option with its value.
pub(crate) struct OptionValue {
    pub(crate) option: JobOption,
    pub(crate) value: Value,
    place: Span,
}

/// A value that fits its option.
pub(crate) enum Value {
    Integer(i32),
    Seconds(i32),
    Flag(bool),
    Name(LitStr),
    /// The handle of the job with this name.
    NameOf(Path),
}

/// Checks the options. Those that are not valid are noted and left out.
pub(super) fn options(written: Option<Options>, errors: &mut Errors) -> OptionSet {
    let written = written.unwrap_or_default();
    let values: Vec<_> = written
        .iter()
        .filter_map(|(key, value)| errors.check(option(key, value)))
        .collect();
    OptionSet {
        is_whole: values.len() == written.len(),
        values,
    }
}

impl OptionSet {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &OptionValue> {
        self.values.iter()
    }

    /// Checks the rules between options. Options that are not set here come from `defaults`.
    pub(super) fn check_over(&self, defaults: &Self, errors: &mut Errors) {
        let Some(place) = self.find(JobOption::RetryDelayMax).map(|found| found.place) else {
            return;
        };
        if !self.is_whole {
            return;
        }
        let find = |option| {
            self.find(option)
                .or_else(|| defaults.find(option))
                .map(|found| &found.value)
        };
        let longest = match find(JobOption::RetryDelayMax) {
            Some(Value::Seconds(seconds)) => Some(*seconds),
            _ => None,
        };
        let backoff = match find(JobOption::RetryBackoff) {
            Some(Value::Flag(backoff)) => Some(*backoff),
            _ => None,
        };
        if let Err(error) = check_retry_delay_max(longest, backoff) {
            errors.add(Error::new(place, error));
        }
    }

    /// Checks that the dead letter queue is not the job's own, by its name or its handle.
    pub(super) fn check_dead_letter(&self, name: &str, handle: &Ident, errors: &mut Errors) {
        let own = "a job cannot be its own dead letter queue; name another job or queue";
        match self.find(JobOption::DeadLetter).map(|found| &found.value) {
            Some(Value::Name(text)) if text.value() == name => errors.at(text, own),
            Some(Value::NameOf(path)) if path.is_ident(handle) => errors.at(path, own),
            _ => {}
        }
    }

    fn find(&self, option: JobOption) -> Option<&OptionValue> {
        self.values.iter().find(|value| value.option == option)
    }
}

fn option(key: &Ident, value: &Expr) -> syn::Result<OptionValue> {
    let option = JobOption::declarable(&key.to_string()).map_err(|_| unknown(key, value))?;
    let checked = match option.kind() {
        OptionKind::Integer { .. } => integer(option, value).map(Value::Integer),
        OptionKind::Seconds { .. } => seconds(option, value).map(Value::Seconds),
        OptionKind::Flag => truth(option, value).map(Value::Flag),
        OptionKind::Name => name(option, value),
        _ => Err(wrong_kind(option, value)),
    };
    Ok(OptionValue {
        option,
        value: checked?,
        place: key.span(),
    })
}

fn unknown(key: &Ident, value: &Expr) -> Error {
    let known = JobOption::ALL.into_iter();
    let known = known.filter(|option| option.is_declarable());
    let known: Vec<_> = known.map(JobOption::rust_name).collect();
    let value = match value {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    };
    words::unknown(Level::Options, key, value, &known)
}

fn integer(option: JobOption, value: &Expr) -> syn::Result<i32> {
    let number = whole_number(value).ok_or_else(|| wrong_kind(option, value))?;
    check_integer(option, number).map_err(|error| at(value, error))
}

fn seconds(option: JobOption, value: &Expr) -> syn::Result<i32> {
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = value
    else {
        return integer(option, value);
    };
    let length = parse_duration(&text.value()).map_err(|error| at(value, error))?;
    check_seconds(option, length).map_err(|error| at(value, error))
}

fn truth(option: JobOption, value: &Expr) -> syn::Result<bool> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(truth),
            ..
        }) => Ok(truth.value),
        _ => Err(wrong_kind(option, value)),
    }
}

fn name(option: JobOption, value: &Expr) -> syn::Result<Value> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Ok(Value::NameOf(path.path.clone())),
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => {
            check_own_name("dead letter queue", &text.value()).map_err(|error| at(value, error))?;
            Ok(Value::Name(text.clone()))
        }
        _ => Err(wrong_kind(option, value)),
    }
}

fn wrong_kind(option: JobOption, value: &Expr) -> Error {
    let found = match value {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(_) => "text",
            Lit::Int(_) => "a number",
            Lit::Float(_) => "a fraction",
            Lit::Bool(_) => "`true` or `false`",
            _ => "another literal",
        },
        Expr::Unary(_) => "a number",
        _ => "an expression; write the value itself",
    };
    at(value, option.wrong_kind(found))
}

fn at(value: &Expr, error: impl std::fmt::Display) -> Error {
    Error::new_spanned(value, error)
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Ident, Span};
    use syn::{Expr, parse_str};

    use super::{JobOption, option};

    #[test]
    fn every_option_that_may_be_declared_takes_a_value() {
        let values =
            ["60", "true", "\"mail\""].map(|value| parse_str::<Expr>(value).expect("a value"));
        for declared in JobOption::ALL.into_iter().filter(|one| one.is_declarable()) {
            let key = Ident::new(declared.rust_name(), Span::call_site());
            let is_taken = values.iter().any(|value| option(&key, value).is_ok());
            assert!(is_taken, "{declared}");
        }
    }
}
