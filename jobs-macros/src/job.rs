//! `#[job(...)]`: from a function to its handle, its `impl Job` and its registration.

mod context;
mod expand;
mod function;
mod options;
mod owned;
mod parse;
mod schedules;
mod validate;
mod words;
mod worker;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};

use crate::errors::Errors;
use function::Function;
use parse::Arguments;
use validate::Job;

/// The function as written, and behind it what it becomes; or every mistake, with as much of the rest as makes sense, so
/// that one mistake gives one message.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let read = |input: ParseStream<'_>| Ok(Arguments::read(input, &mut errors));
    let arguments = read.parse2(arguments);
    let arguments = errors.check(arguments);
    let function = errors.check(syn::parse2::<Function>(item.clone()));
    let job = function
        .zip(arguments)
        .and_then(|(function, arguments)| Job::new(function, arguments, &mut errors));
    let generated = job
        .as_ref()
        .map(|job| expand::expand(job, errors.is_empty()));
    let item = match &job {
        Some(job) if !errors.is_empty() => {
            context::mend(item, &job.function.signature.ident, &job.handle)
        }
        _ => item,
    };
    let errors = errors.into_tokens();
    quote! {
        #item
        #errors
        #generated
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    fn messages(arguments: &str, item: &str) -> usize {
        let [arguments, item] = [arguments, item].map(|source| source.parse().unwrap_or_default());
        let expanded = super::expand(arguments, item).to_string();
        assert!(syn::parse_str::<syn::File>(&expanded).is_ok(), "{expanded}");
        expanded.matches("compile_error").count()
    }

    #[test]
    fn a_right_job_has_no_message() {
        assert_eq!(
            messages(
                "executor = E, crate = c",
                "async fn f(input: I, ctx: Context<F>) -> R {}"
            ),
            0
        );
        assert_eq!(
            messages("executor = E, crate = c, blocking", "fn f() {}"),
            0
        );
    }

    #[test]
    fn every_mistake_has_its_message() {
        let arguments =
            "crate = c, nam = 1, schedule(tz = \"Mars\"), options(priority = x, retry_limit = -1)";
        assert_eq!(messages(arguments, "fn f(a: &str, b: u8) {}"), 8);
    }

    #[test]
    fn no_input_makes_it_panic() {
        let items = [
            "",
            "struct S;",
            "fn",
            "fn f(",
            "async fn f(self, ..) {}",
            "mod m { }",
            "fn f<>() -> impl X where {}",
        ];
        let lists = [
            "",
            "=",
            ", ,",
            "executor",
            "executor =",
            "schedule(",
            "schedule(cron = )",
            "options((((",
            "crate = 5",
            "r#executor = E",
            "entities = [[u8; 3], &T, E]",
        ];
        for (list, item) in lists.iter().flat_map(|list| items.map(|item| (list, item))) {
            let arguments = list
                .parse()
                .unwrap_or_else(|_| quote!(= , "x" executor 'a'));
            super::expand(arguments, item.parse().unwrap_or_default());
        }
    }
}
