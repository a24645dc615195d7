//! The shape of the function under the attribute: what it takes and what it returns.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, FnArg, Path, ReturnType, Signature, Type, Visibility, parse_quote_spanned,
};

use super::context::{check_context, is_context};
use super::owned::stored;
use crate::errors::Errors;

/// A function without its body, which only the compiler reads.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let begin = input.fork();
        let signature = input
            .parse()
            .map_err(|error| not_a_function(&begin).unwrap_or(error))?;
        // The body, or the `;` of a declaration, which the compiler refuses by itself.
        input.parse::<TokenStream>()?;
        Ok(Self {
            attributes,
            visibility,
            signature,
        })
    }
}

fn not_a_function(item: ParseStream<'_>) -> Option<Error> {
    let word = item.call(Ident::parse_any).ok()?;
    let others = [
        "struct",
        "enum",
        "union",
        "trait",
        "impl",
        "mod",
        "type",
        "use",
        "static",
        "macro_rules",
    ];
    let is_other = others.iter().any(|other| word == other)
        || (word == "const" && !item.peek(syn::Token![fn]));
    is_other.then(|| {
        let message =
            format!("expected a function, found `{word}`; write `#[job]` over an `async fn`");
        Error::new(word.span(), message)
    })
}

/// The types that a job gets from its function.
pub(crate) struct Shape {
    /// Whether the function takes several jobs at once.
    pub(crate) takes_several: bool,
    /// The type of one job's input; `None` for `()`.
    pub(crate) input: Option<Type>,
    /// The type of the context parameter, if there is one.
    pub(crate) context: Option<Type>,
    /// The return type; `None` for `()`.
    pub(crate) returned: Option<Type>,
}

impl Shape {
    /// Reads the shape. A type that is not valid is noted and left out. A method has no shape.
    pub(crate) fn of(
        function: &Function,
        handle: &Ident,
        is_blocking: bool,
        errors: &mut Errors,
    ) -> Option<Self> {
        let signature = &function.signature;
        check_asyncness(signature, is_blocking, errors);
        check_qualifiers(signature, errors);
        let (input, context) = parameters(&typed(signature, errors)?, handle, errors);
        let generics = &signature.generics;
        let returned = match &signature.output {
            ReturnType::Type(_, ty) => stored(ty, "output", generics, errors),
            ReturnType::Default => None,
        };
        Some(Self {
            takes_several: false,
            input: input.and_then(|ty| stored(ty, "input", generics, errors)),
            context: context
                .filter(|ty| check_context(ty, &signature.ident, handle, errors))
                .cloned(),
            returned,
        })
    }
}

fn check_asyncness(signature: &Signature, is_blocking: bool, errors: &mut Errors) {
    let name = &signature.ident;
    match (&signature.asyncness, is_blocking) {
        (Some(word), true) => errors.at(
            word,
            "a `blocking` job is a plain function; remove `async`, or remove `blocking` from the attribute",
        ),
        (None, false) => errors.at(
            signature.fn_token,
            format!("a job is an `async fn`; write `async fn {name}`, or add `blocking` to the attribute to run a plain function on a thread of its own"),
        ),
        _ => {}
    }
}

fn check_qualifiers(signature: &Signature, errors: &mut Errors) {
    if let Some(word) = &signature.constness {
        errors.at(word, "a job cannot be `const`; remove the word");
    }
    if let Some(word) = &signature.unsafety {
        errors.at(
            word,
            "a job cannot be `unsafe`: the worker calls it; put the `unsafe` block inside",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a job is a Rust function; remove `extern`");
    }
    if let Some(dots) = &signature.variadic {
        errors.at(dots, "a job has one input; write `input: T`");
    }
    let generics = &signature.generics;
    if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        errors.at(
            generics,
            "a job cannot be generic: its input is stored and read back as one type; write the types themselves",
        );
    } else if !generics.params.is_empty() {
        errors.at(
            generics,
            "a job cannot borrow: its input is stored and read back; remove the lifetimes and write owned types",
        );
    } else if let Some(clause) = &generics.where_clause {
        errors.at(clause, "a job cannot be generic; remove the `where` clause");
    }
}

/// The types of the parameters; a method is noted and has none.
fn typed<'a>(signature: &'a Signature, errors: &mut Errors) -> Option<Vec<&'a Type>> {
    let mut types = Vec::new();
    for parameter in &signature.inputs {
        match parameter {
            FnArg::Receiver(receiver) => {
                errors.at(
                    receiver,
                    "a job is a free function and has no `self`; move it out of the `impl`, and pass what it needs as its input",
                );
                return None;
            }
            FnArg::Typed(typed) => types.push(&*typed.ty),
        }
    }
    Some(types)
}

/// The input and the context.
fn parameters<'a>(
    types: &[&'a Type],
    handle: &Ident,
    errors: &mut Errors,
) -> (Option<&'a Type>, Option<&'a Type>) {
    match types[..] {
        [] => (None, None),
        [only] if is_context(only) => (None, Some(only)),
        [only] => (Some(only), None),
        [first, second] if is_context(first) && !is_context(second) => {
            errors.at(
                first,
                format!("the context comes last; write `(input: T, ctx: Context<{handle}>)`"),
            );
            (Some(second), Some(first))
        }
        [first, second] if !is_context(first) && is_context(second) => (Some(first), Some(second)),
        [_, second] if is_context(second) => {
            errors.at(
                second,
                format!("there are two contexts; write `(input: T, ctx: Context<{handle}>)`"),
            );
            (None, None)
        }
        [_, second, ..] => {
            let surplus = types
                .iter()
                .skip(1)
                .find(|ty| !is_context(ty))
                .unwrap_or(&second);
            errors.at(
                surplus,
                format!("a job has one input, and then `ctx: Context<{handle}>`; put both values in a struct or a tuple"),
            );
            (None, None)
        }
    }
}

/// The type without the invisible brackets that a macro puts around it.
pub(super) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        ty => ty,
    }
}

impl Shape {
    /// The input's type.
    pub(crate) fn input_type(&self) -> Type {
        self.input.clone().unwrap_or_else(|| syn::parse_quote!(()))
    }

    /// The output's type: the return type, or the success type of the `Result`; with several jobs, that of each.
    pub(crate) fn output_type(&self, library: &Path) -> Type {
        let Some(ty) = &self.returned else {
            return syn::parse_quote!(());
        };
        let library = quote!(#library::private);
        match self.kind_of_return(&library) {
            Some(kind) if self.takes_several => {
                parse_quote_spanned! {ty.span()=> <#ty as #library::BatchReturned<#kind>>::Output}
            }
            Some(kind) => {
                parse_quote_spanned! {ty.span()=> <#ty as #library::Returned<#kind>>::Output}
            }
            None => ty.clone(),
        }
    }

    /// A constant that is true if the function returns a `Result`, or, with several jobs, one of the allowed types: only the compiler
    /// can resolve an alias. `None` if it returns nothing, or a type that cannot be a `Result`.
    pub(crate) fn kind_of_return(&self, private: &TokenStream) -> Option<TokenStream> {
        let ty = self.returned.as_ref()?;
        let may_be_alias = matches!(plain(ty), Type::Path(_) | Type::Macro(_));
        let (fallback, constant) = match self.takes_several {
            true => (quote!(NotForBatch), quote!(BatchProbe::<#ty>::IS_FOR_BATCH)),
            false if may_be_alias => (quote!(NotAResult), quote!(Probe::<#ty>::IS_RESULT)),
            false => return None,
        };
        Some(quote_spanned! {ty.span()=> {
            #[allow(unused_imports)]
            use #private::#fallback as _;
            #private::#constant
        }})
    }
}
