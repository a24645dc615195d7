//! The shape of the function under the attribute: what it takes and what it returns.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, FnArg, Path, ReturnType, Signature, Type, Visibility, parse_quote_spanned,
};

use crate::errors::Errors;
use crate::names;

/// A function, up to its body: that is the compiler's business.
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
        let message = format!(
            "`#[job]` stands on a function, not on a `{word}`; write it over an `async fn`"
        );
        Error::new(word.span(), message)
    })
}

/// The types that a job gets from its function.
pub(crate) struct Shape {
    /// What the caller gives; `None` for `()`.
    pub(crate) input: Option<Type>,
    /// The type of the context parameter, if there is one.
    pub(crate) context: Option<Type>,
    /// What it returns; `None` for `()`.
    pub(crate) returned: Option<Type>,
    /// Whether that is a `Result`, by whatever alias.
    pub(crate) is_result: bool,
}

impl Shape {
    /// Reads the shape; what is wrong with it is noted, and left out of it.
    pub(crate) fn of(
        function: &Function,
        handle: &Ident,
        is_blocking: bool,
        errors: &mut Errors,
    ) -> Self {
        let signature = &function.signature;
        check_asyncness(signature, is_blocking, errors);
        check_qualifiers(signature, errors);
        let (input, context) = parameters(signature, handle, errors);
        let returned = returned(signature, errors);
        let is_result = returned.as_ref().is_some_and(|ty| ends_in(ty, "Result"));
        Self {
            input,
            context,
            returned,
            is_result,
        }
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
            format!("a job is an `async fn`; write `async fn {name}`, or add `blocking` to run a plain function on its own thread"),
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
    if !signature.generics.params.is_empty() {
        errors.at(
            &signature.generics,
            "a job cannot be generic: its input is stored and read back as one type; write the types themselves",
        );
    } else if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause, "a job cannot be generic; remove the `where` clause");
    }
}

fn parameters(
    signature: &Signature,
    handle: &Ident,
    errors: &mut Errors,
) -> (Option<Type>, Option<Type>) {
    let mut types = Vec::new();
    for parameter in &signature.inputs {
        match parameter {
            FnArg::Receiver(receiver) => {
                errors.at(
                    receiver,
                    "a job is a free function and has no `self`; move it out of the `impl`, and give what it needs as its input",
                );
                return (None, None);
            }
            FnArg::Typed(typed) => types.push(&*typed.ty),
        }
    }
    let (input, context) = match types[..] {
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
        [_, second, ..] if is_context(second) => {
            errors.at(
                second,
                format!("the context is given twice; write `(input: T, ctx: Context<{handle}>)`"),
            );
            (None, None)
        }
        [_, second, ..] => {
            errors.at(
                second,
                format!("a job has one input, and then `ctx: Context<{handle}>`; put both values in a struct or a tuple"),
            );
            (None, None)
        }
    };
    let context = context.filter(|ty| check_context(ty, handle, errors));
    let generics = &signature.generics;
    let input =
        input.filter(|ty| check_owned(ty, "input", errors) && !names_a_parameter(ty, generics));
    (input.cloned(), context.cloned())
}

fn check_context(ty: &Type, handle: &Ident, errors: &mut Errors) -> bool {
    let is_owned = !matches!(plain(ty), Type::Reference(_));
    if !is_owned {
        errors.at(
            ty,
            format!("the context is given by value; write `ctx: Context<{handle}>`"),
        );
    }
    is_owned
}

fn returned(signature: &Signature, errors: &mut Errors) -> Option<Type> {
    let ReturnType::Type(_, ty) = &signature.output else {
        return None;
    };
    let is_fine = check_owned(ty, "output", errors) && !names_a_parameter(ty, &signature.generics);
    is_fine.then(|| (**ty).clone())
}

/// Notes what a stored value cannot be: borrowed, or of a type that nobody can name.
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

fn spelled(ty: &Type) -> String {
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

fn lifetimes(tokens: TokenStream) -> Vec<syn::Lifetime> {
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
                found.extend(apostrophe.map(|apostrophe| syn::Lifetime { apostrophe, ident }));
            }
            _ => {}
        }
        apostrophe = None;
    }
    found
}

/// Whether the type speaks of a type parameter, which was noted already and is unknown outside the function.
fn names_a_parameter(ty: &Type, generics: &syn::Generics) -> bool {
    let mut parameters = generics
        .type_params()
        .map(|parameter| parameter.ident.to_string());
    parameters.any(|name| names::find(&name, ty.to_token_stream()).is_some())
}

fn is_context(ty: &Type) -> bool {
    match plain(ty) {
        Type::Reference(reference) => ends_in(&reference.elem, "Context"),
        ty => ends_in(ty, "Context"),
    }
}

/// Whether the last word of the type's path is this one.
fn ends_in(ty: &Type, name: &str) -> bool {
    match plain(ty) {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == name),
        _ => false,
    }
}

/// The type without the invisible brackets that a macro puts around it.
fn plain(ty: &Type) -> &Type {
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

    /// The output's type: what is returned, or what the `Result` holds.
    pub(crate) fn output_type(&self, library: &Path) -> Type {
        match &self.returned {
            None => syn::parse_quote!(()),
            Some(ty) if self.is_result => {
                parse_quote_spanned! {ty.span()=> <#ty as #library::private::Returned>::Output}
            }
            Some(ty) => ty.clone(),
        }
    }
}
