//! The grammar of all our attributes: `word`, `word = value` and `word(...)`, separated by commas.

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseBuffer, ParseStream};
use syn::{
    Error, Expr, ExprLit, ExprUnary, Lit, LitStr, Result, Token, UnOp, parenthesized, token,
};

use crate::errors::Errors;
use crate::names;

/// How an argument is written, for messages.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// The word that it begins with.
    pub(crate) name: &'static str,
    /// What its value must be.
    pub(crate) value: &'static str,
    /// An example.
    pub(crate) example: &'static str,
}

impl Form {
    pub(crate) const fn new(
        name: &'static str,
        value: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            value,
            example,
        }
    }
}

/// An argument that may be set once.
pub(crate) struct Once<T>(Option<T>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Once<T> {
    /// Sets the value. A second value is an error, and the first is kept.
    pub(crate) fn set(&mut self, key: &Ident, value: Result<T>) -> Result<()> {
        let value = value?;
        if self.0.is_some() {
            return Err(set_twice(key));
        }
        self.0 = Some(value);
        Ok(())
    }

    pub(crate) fn is_unset(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn into_inner(self) -> Option<T> {
        self.0
    }
}

pub(crate) fn set_twice(key: &Ident) -> Error {
    Error::new(
        key.span(),
        format!("`{key}` is set twice; keep one of them"),
    )
}

/// Reads every argument. After a mistake it continues after the next comma. Returns the words of the arguments with mistakes, so that
/// the argument that was meant is not also reported as missing.
pub(crate) fn read_each(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> Result<()>,
) -> Misread {
    let mut misread = Misread::default();
    while !input.is_empty() {
        if let Err(error) = read_one(input, errors, &mut read, &mut misread) {
            errors.add(error);
            skip_to_comma(input);
        }
        // Absent at the end; anything else has just been skipped.
        let _ = input.parse::<Option<Token![,]>>();
    }
    misread
}

fn read_one(
    input: ParseStream<'_>,
    errors: &mut Errors,
    read: &mut impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> Result<()>,
    misread: &mut Misread,
) -> Result<()> {
    let key = key(input)?;
    read(&key, input, errors).inspect_err(|_| misread.0.push(names::bare(&key)))?;
    end_of(&key, input)
}

/// The words of the arguments with mistakes.
#[derive(Default)]
pub(crate) struct Misread(Vec<String>);

impl Misread {
    pub(crate) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether one of them was meant to be this argument.
    pub(crate) fn is_meant(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|word| jobs_rules::nearest(word, &[name]).is_some())
    }
}

fn key(input: ParseStream<'_>) -> Result<Ident> {
    let error = |error: Error| Error::new(error.span(), "expected the name of an argument");
    input.call(Ident::parse_any).map_err(error)
}

fn end_of(key: &Ident, input: ParseStream<'_>) -> Result<()> {
    match input.is_empty() || input.peek(Token![,]) {
        true => Ok(()),
        false => Err(input.error(format!("expected `,` after the argument `{key}`"))),
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        // Cannot fail: there is a next token.
        let _ = input.parse::<TokenTree>();
    }
}

/// Reads `= value` behind a key.
pub(crate) fn assigned<T: Parse>(key: &Ident, form: Form, input: ParseStream<'_>) -> Result<T> {
    if !input.peek(Token![=]) {
        return Err(missing_value(key, form));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing_value(key, form));
    }
    input
        .parse()
        .map_err(|error: Error| Error::new(error.span(), expected(form)))
}

/// Reads `= value` behind a key, without the invisible brackets that a `macro_rules!` macro puts around `$value`.
pub(crate) fn value(key: &Ident, form: Form, input: ParseStream<'_>) -> Result<Expr> {
    let mut value = assigned(key, form, input)?;
    while let Expr::Group(group) = value {
        value = *group.expr;
    }
    Ok(value)
}

/// Reads `= "text"` behind a key.
pub(crate) fn text(key: &Ident, form: Form, input: ParseStream<'_>) -> Result<LitStr> {
    match value(key, form, input)? {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text),
        other => Err(unexpected(&other, form)),
    }
}

/// Reads `= true`, `= false`, or nothing, which means `true`, behind a key.
pub(crate) fn flag(key: &Ident, form: Form, input: ParseStream<'_>) -> Result<bool> {
    if !input.peek(Token![=]) {
        return Ok(true);
    }
    match value(key, form, input)? {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(truth),
            ..
        }) => Ok(truth.value),
        other => Err(unexpected(&other, form)),
    }
}

/// The value of a whole number, which may have a sign.
pub(crate) fn whole_number(value: &Expr) -> Option<i64> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => whole_number(expr)?.checked_neg(),
        Expr::Group(group) => whole_number(&group.expr),
        _ => None,
    }
}

/// Reads `(...)` behind a key, up to the content.
pub(crate) fn listed<'a>(
    key: &Ident,
    form: Form,
    input: ParseStream<'a>,
) -> Result<ParseBuffer<'a>> {
    if input.peek(Token![=]) || input.peek(token::Bracket) || input.peek(token::Brace) {
        let message = format!(
            "`{key}` takes its values in parentheses; write `{}`",
            form.example
        );
        return Err(Error::new(key.span(), message));
    }
    if !input.peek(token::Paren) {
        return Err(missing_value(key, form));
    }
    let content;
    parenthesized!(content in input);
    Ok(content)
}

fn missing_value(key: &Ident, form: Form) -> Error {
    Error::new(
        key.span(),
        format!("`{key}` needs a value; write `{}`", form.example),
    )
}

/// Says that a value is not what was expected.
pub(crate) fn unexpected(value: &Expr, form: Form) -> Error {
    Error::new_spanned(value, expected(form))
}

fn expected(form: Form) -> String {
    format!("expected {}; write `{}`", form.value, form.example)
}

#[cfg(test)]
mod tests {
    use syn::LitStr;
    use syn::parse::{ParseStream, Parser};

    use super::{Form, Misread, Once, read_each, text};
    use crate::errors::Errors;

    const NAME: Form = Form::new("name", "a name as text", "name = \"a\"");

    fn read(source: &str) -> (Option<String>, Misread, String) {
        let (mut name, mut errors) = (Once::<LitStr>::default(), Errors::default());
        let read_all = |input: ParseStream<'_>| {
            Ok(read_each(input, &mut errors, |key, input, _| {
                match key == "name" {
                    true => name.set(key, text(key, NAME, input)),
                    false => Err(syn::Error::new(key.span(), format!("unknown `{key}`"))),
                }
            }))
        };
        let misread = read_all.parse_str(source).unwrap_or_default();
        let name = name.into_inner().map(|name| name.value());
        (name, misread, errors.into_tokens().to_string())
    }

    #[test]
    fn reading_goes_on_after_a_mistake() {
        let (name, misread, errors) = read("nam = a::b(1, 2), other, name = \"right\"");
        assert_eq!(name.as_deref(), Some("right"));
        assert!(misread.is_meant("name") && !misread.is_meant("executor"));
        assert!(
            errors.contains("unknown `nam`") && errors.contains("unknown `other`"),
            "{errors}"
        );
    }

    #[test]
    fn the_first_of_two_values_stays() {
        let (name, _, errors) = read("name = \"a\", name = \"b\"");
        assert_eq!(name.as_deref(), Some("a"));
        assert!(errors.contains("`name` is set twice"), "{errors}");
    }

    #[test]
    fn a_value_that_is_missing_or_wrong_is_told_the_right_form() {
        for (source, message) in [
            ("name", "`name` needs a value; write `name ="),
            ("name =", "`name` needs a value; write `name ="),
            ("name = , name = \"b\"", "`name` needs a value"),
            ("name = 5", "expected a name as text; write `name ="),
            (
                "name = \"a\" other",
                "expected `,` after the argument `name`",
            ),
            ("5 = name", "expected the name of an argument"),
        ] {
            let (_, _, errors) = read(source);
            assert!(errors.contains(message), "{source}: {errors}");
        }
    }
}
