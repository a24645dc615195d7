//! `#[job(...)]`: from a function to its handle, its `impl Job` and its registration.

mod expand;
mod function;
mod options;
mod owned;
mod parse;
mod schedules;
mod validate;

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
    let errors = errors.into_tokens();
    quote! {
        #item
        #errors
        #generated
    }
}
