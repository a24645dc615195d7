//! The code of a job. Only quoting: nothing is decided or refused here.

mod entities;
mod implementation;
mod methods;
mod registration;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Type};

use super::validate::Job;
use crate::names;

/// Everything beside the function itself. A job with a mistake is not registered: its function may not be what the
/// registration takes it for.
pub(crate) fn expand(job: &Job, is_right: bool) -> TokenStream {
    let parts = Parts::of(job);
    // The type of that name becomes the handle, so that nothing else is reported.
    let handle = (!job.is_handle_taken).then(|| parts.handle());
    let entities = parts.entities_struct();
    let implementation = parts.implementation();
    let methods = parts.methods();
    let registration = is_right.then(|| parts.registration());
    let conditions = &parts.conditions;
    let rest = quote! {
        #entities
        #(#conditions)*
        #[allow(non_upper_case_globals, deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #implementation
            #methods
            #registration
        };
    };
    // As an argument of an attribute of the struct, the rest is gone where the struct cannot be: within an `impl`, the compiler
    // reports the struct and nothing else.
    match handle {
        Some(handle) => {
            let private = &parts.private;
            quote!(#[#private::with(#rest)] #handle)
        }
        None => rest,
    }
}

/// What several parts of the expansion speak of.
struct Parts<'a> {
    job: &'a Job,
    private: TokenStream,
    entities: Ident,
    input: Type,
    output: Type,
    /// The function's `#[cfg(...)]`, which hold for everything.
    conditions: Vec<&'a Attribute>,
}

impl<'a> Parts<'a> {
    fn of(job: &'a Job) -> Self {
        let library = &job.library;
        let attributes = job.function.attributes.iter();
        let handle = &job.handle;
        Self {
            private: quote!(#library::private),
            entities: format_ident!("{}Entities", names::bare(handle), span = handle.span()),
            input: job.shape.input_type(),
            output: job.shape.output_type(library),
            conditions: attributes
                .filter(|attribute| attribute.path().is_ident("cfg"))
                .collect(),
            job,
        }
    }

    fn handle(&self) -> TokenStream {
        let Self {
            input,
            output,
            conditions,
            job,
            ..
        } = self;
        let Job {
            handle, function, ..
        } = job;
        let visibility = &function.visibility;
        let docs = function
            .attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"));
        let summary = format!("The handle of the job `{}`, which submits it.", job.name);
        // Another item of this name is reported at the function, not at the attribute.
        let place = handle.span();
        let keyword = at(place, quote!(struct));
        let types = quote!(#input #output);
        let [input_name, output_name] = ["Input", "Output"].map(|name| free_name(name, &types));
        let marker = quote!(types: ::core::marker::PhantomData<fn(#input_name) -> #output_name>,);
        let body = enclosed(place, Delimiter::Brace, marker);
        quote! {
            #(#conditions)*
            #[doc = #summary]
            #[doc = ""]
            #(#docs)*
            #[allow(dead_code, private_interfaces)]
            #visibility #keyword #handle<#input_name = #input, #output_name = #output> #body
        }
    }
}

impl Parts<'_> {
    /// Where the executor is named.
    fn executor_place(&self) -> Span {
        let executor = self.job.executor.as_ref();
        executor.map_or_else(Span::call_site, Spanned::span)
    }
}

/// A local variable that the user's code neither sees nor hides.
fn local(name: &str, place: Span) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(place))
}

/// A name for a type parameter that hides none of the user's own types.
fn free_name(wanted: &str, types: &TokenStream) -> Ident {
    let mut name = wanted.to_owned();
    while names::find(&name, types.clone()).is_some() {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// The tokens with the span of another place, where the compiler then reports what is wrong with them. Local variables would
/// not be found any more.
fn at(place: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            enclosed(place, group.delimiter(), at(place, group.stream())).into()
        }
        mut token => {
            token.set_span(place);
            token
        }
    });
    moved.collect()
}

/// Brackets at another place around tokens that stay where they are.
fn enclosed(place: Span, delimiter: Delimiter, tokens: TokenStream) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(place);
    group
}
