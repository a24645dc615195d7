//! The handler, and its registration for every executor.

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use super::{Parts, at, enclosed, local};
use crate::job::owned::spelled;
use crate::job::validate::Job;

impl Parts<'_> {
    pub(super) fn registration(&self) -> TokenStream {
        let Self { private, job, .. } = self;
        let Job {
            handle, function, ..
        } = job;
        // What keeps the function from running as a job is reported at its name.
        let place = function.signature.ident.span();
        let [run, input, context] = ["run", "input", "context"].map(|name| local(name, place));
        let bar = at(place, quote!(|));
        let parameters = quote!(#bar #[allow(unused_variables)] #input, #[allow(unused_variables)] #context #bar);
        let body = enclosed(place, Delimiter::Brace, self.call(&input, &context));
        let closure = match job.is_blocking {
            true => quote!(#parameters #body),
            false => {
                let future = at(place, quote!(async move));
                quote!(#parameters #future #body)
            }
        };
        let takes_several = job.shape.takes_several;
        let runner = match (takes_several, job.is_blocking) {
            (false, false) => quote!(run_async::<#handle, _, _>),
            (false, true) => quote!(run_blocking::<#handle, _>),
            (true, false) => quote!(run_batch_async::<#handle, _, _>),
            (true, true) => quote!(run_batch_blocking::<#handle, _>),
        };
        let runner = at(place, quote!(#private::#runner));
        let arguments = enclosed(place, Delimiter::Parenthesis, quote!(#run, #closure));
        // What cannot be an executor cannot register either, which need not be reported at another place.
        let new = match takes_several {
            true => quote!(batched),
            false => quote!(new),
        };
        let registered = at(
            self.executor_place(),
            quote!(#private::Registered::#new::<#handle>),
        );
        let context_trait = job.shape.context.as_ref().map(|ty| self.context_trait(ty));
        quote! {
            #context_trait
            #private::inventory::submit! {
                #registered(|#run| #runner #arguments)
            }
        }
    }

    /// A trait that the type of the context parameter implements. It is one of this job alone, so that its message shows the types as
    /// they are written.
    fn context_trait(&self, written: &Type) -> TokenStream {
        let Self { private, job, .. } = self;
        let Job { handle, name, .. } = job;
        let written = spelled(written);
        let message =
            format!("the context of the job `{name}` is `Context<{handle}>`, not `{written}`");
        let label = format!("write `Context<{handle}>`");
        quote! {
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            trait __ContextOfThisJob {
                fn of(context: #private::Context<#handle>) -> Self;
            }

            impl __ContextOfThisJob for #private::Context<#handle> {
                fn of(context: Self) -> Self {
                    context
                }
            }
        }
    }

    /// Calls the function and makes a `Result<Output, JobError>` of what it returns; for several jobs, their `Results`.
    fn call(&self, input: &Ident, context: &Ident) -> TokenStream {
        let Self { private, job, .. } = self;
        let Job {
            function, shape, ..
        } = job;
        let given_input = shape.input.as_ref().map(|_| quote!(#input,));
        let given_context = shape.context.as_ref().map(|ty| {
            let of = quote_spanned!(ty.span()=> <#ty as __ContextOfThisJob>::of);
            quote!(#of(#context),)
        });
        let place = shape
            .returned
            .as_ref()
            .map_or_else(Span::call_site, error_place);
        let arguments = enclosed(
            place,
            Delimiter::Parenthesis,
            quote!(#given_input #given_context),
        );
        let mut name = function.signature.ident.clone();
        name.set_span(place);
        let awaited = (!job.is_blocking).then(|| at(place, quote!(.await)));
        let convert = match shape.kind_of_return(private) {
            Some(kind) if shape.takes_several => quote!(#private::into_results::<#kind, _>),
            None if shape.takes_several => quote!(#private::into_results::<true, _>),
            Some(kind) => quote!(#private::into_result::<#kind, _>),
            None => quote!(::core::result::Result::Ok),
        };
        let convert = at(place, convert);
        let call = enclosed(
            place,
            Delimiter::Parenthesis,
            quote!(#name #arguments #awaited),
        );
        quote!(#convert #call)
    }
}

/// The place of the error in a `Result<T, E>`; an alias may hide it.
fn error_place(result: &Type) -> Span {
    let Type::Path(path) = result else {
        return result.span();
    };
    let arguments = path.path.segments.last().map(|segment| &segment.arguments);
    match arguments {
        Some(PathArguments::AngleBracketed(list)) if list.args.len() > 1 => {
            match list.args.last() {
                Some(GenericArgument::Type(error)) => error.span(),
                _ => result.span(),
            }
        }
        _ => result.span(),
    }
}
