//! The parameter `ctx: Context<Handle>`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, Type};

use super::function::plain;
use crate::errors::Errors;

/// Whether the type is meant to be a context.
pub(super) fn is_context(ty: &Type) -> bool {
    match plain(ty) {
        Type::Reference(reference) => arguments(&reference.elem).is_some(),
        ty => arguments(ty).is_some(),
    }
}

/// Checks how the context's type is written; whether it belongs to this job is the compiler's to check.
pub(super) fn check_context(
    ty: &Type,
    function: &Ident,
    handle: &Ident,
    errors: &mut Errors,
) -> bool {
    let message = match arguments(ty) {
        None => format!("the context is passed by value; write `ctx: Context<{handle}>`"),
        Some(PathArguments::None) => {
            format!("the context needs the job's handle; write `ctx: Context<{handle}>`")
        }
        Some(arguments) if names(arguments, function) => {
            format!(
                "the handle of the job `{function}` is `{handle}`; write `ctx: Context<{handle}>`"
            )
        }
        Some(_) => return true,
    };
    errors.at(ty, message);
    false
}

/// What is between the angle brackets of a `Context<..>`; `None` for other types.
fn arguments(ty: &Type) -> Option<&PathArguments> {
    let Type::Path(path) = plain(ty) else {
        return None;
    };
    let last = path.path.segments.last()?;
    (last.ident == "Context").then_some(&last.arguments)
}

fn names(arguments: &PathArguments, function: &Ident) -> bool {
    let PathArguments::AngleBracketed(list) = arguments else {
        return false;
    };
    list.args.iter().any(|argument| match argument {
        GenericArgument::Type(Type::Path(path)) => path.path.is_ident(function),
        _ => false,
    })
}

/// The function with `Context<Handle>` where it says `Context` or `Context<function>`, so that the compiler does not report
/// what was reported already.
pub(super) fn mend(item: TokenStream, function: &Ident, handle: &Ident) -> TokenStream {
    let mut is_name = false;
    let mended = item.into_iter().map(|token| match token {
        TokenTree::Group(group) if is_name && group.delimiter() == Delimiter::Parenthesis => {
            let parameters = mend_parameters(group.stream(), function, handle);
            let mut mended = Group::new(Delimiter::Parenthesis, parameters);
            mended.set_span(group.span());
            mended.into()
        }
        token => {
            is_name = matches!(&token, TokenTree::Ident(ident) if ident == function);
            token
        }
    });
    mended.collect()
}

fn mend_parameters(parameters: TokenStream, function: &Ident, handle: &Ident) -> TokenStream {
    let mut mended = TokenStream::new();
    let mut tokens = parameters.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_context = matches!(&token, TokenTree::Ident(ident) if ident == "Context");
        token.to_tokens(&mut mended);
        if !is_context {
            continue;
        }
        let is_open =
            |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<');
        match tokens.next_if(is_open) {
            None => mended.extend(quote!(<#handle>)),
            Some(open) => {
                open.to_tokens(&mut mended);
                let wrong = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == function);
                if tokens.next_if(wrong).is_some() {
                    handle.to_tokens(&mut mended);
                }
            }
        }
    }
    mended
}
