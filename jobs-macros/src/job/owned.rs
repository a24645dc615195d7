//! Types whose values can be stored and read back: they own their data and have a name.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, GenericParam, Generics, Lifetime, Type};

use super::function::plain;
use crate::errors::Errors;
use crate::names;

/// The type, if its values can be stored; else a mistake is noted.
pub(super) fn stored(
    ty: &Type,
    what: &str,
    generics: &Generics,
    errors: &mut Errors,
) -> Option<Type> {
    let is_fine = !names_a_parameter(ty, generics) && check_owned(ty, what, errors);
    is_fine.then(|| ty.clone())
}

/// Notes a type that borrows or that has no name.
fn check_owned(ty: &Type, what: &str, errors: &mut Errors) -> bool {
    if let Some(reference) = borrowed(
        ty.to_token_stream(),
        matches!(plain(ty), Type::Reference(_)),
    ) {
        let owned = owned_form(ty);
        errors.at(
            reference,
            format!(
                "the {what} of a job is stored and read back, so it cannot borrow; write {owned}"
            ),
        );
        return false;
    }
    if let Some(word) = names::find("impl", ty.to_token_stream()) {
        errors.add(Error::new(
            word,
            format!("the {what} of a job is one type; write its name in place of `impl ...`"),
        ));
        return false;
    }
    true
}

fn owned_form(ty: &Type) -> String {
    let inner = match plain(ty) {
        Type::Reference(reference) => plain(&reference.elem),
        _ => return "an owned type, such as `String` or `Vec<T>`".to_owned(),
    };
    match inner {
        Type::Path(path) if path.path.is_ident("str") => "`String`".to_owned(),
        Type::Slice(slice) => format!("`Vec<{}>`", spelled(&slice.elem)),
        other => format!("`{}`", spelled(other)),
    }
}

pub(super) fn spelled(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "")
}

/// The type itself if it is a reference, else the first lifetime in it that is not `'static`.
fn borrowed(tokens: TokenStream, is_reference: bool) -> Option<TokenStream> {
    if is_reference {
        return Some(tokens);
    }
    let lifetime = lifetimes(tokens)
        .into_iter()
        .find(|lifetime| lifetime.ident != "static")?;
    Some(lifetime.into_token_stream())
}

fn lifetimes(tokens: TokenStream) -> Vec<Lifetime> {
    let mut found = Vec::new();
    let mut apostrophe = None;
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(lifetimes(group.stream())),
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                apostrophe = Some(punct.span());
                continue;
            }
            TokenTree::Ident(ident) => {
                found.extend(apostrophe.map(|apostrophe| Lifetime { apostrophe, ident }));
            }
            _ => {}
        }
        apostrophe = None;
    }
    found
}

/// Whether the type speaks of a parameter of the function, which was noted already and is unknown outside of it.
fn names_a_parameter(ty: &Type, generics: &Generics) -> bool {
    let mut parameters = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Type(parameter) => &parameter.ident,
        GenericParam::Const(parameter) => &parameter.ident,
        GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
    });
    parameters.any(|name| names::find(&names::bare(name), ty.to_token_stream()).is_some())
}
