//! Gathers every mistake of one attribute, so that all are reported together.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds a mistake at the tokens that hold it.
    pub(crate) fn at(&mut self, place: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(place, message));
    }

    /// Adds a mistake.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// Adds the mistakes found elsewhere.
    pub(crate) fn extend(&mut self, more: Self) {
        if let Some(error) = more.0 {
            self.add(error);
        }
    }

    /// Notes the error of a result, and returns the value.
    pub(crate) fn check<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The mistakes as code that makes the compiler report them.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0
            .map(syn::Error::into_compile_error)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::Error;

    use super::Errors;

    #[test]
    fn every_mistake_is_kept_in_order() {
        let mut errors = Errors::default();
        assert!(errors.is_empty());
        assert_eq!(errors.check(Ok(1)), Some(1));
        for message in ["one", "two"] {
            assert_eq!(
                errors.check::<()>(Err(Error::new(Span::call_site(), message))),
                None
            );
        }
        assert!(!errors.is_empty());
        let tokens = errors.into_tokens().to_string();
        let at = |text: &str| tokens.find(text).expect(text);
        assert!(at("\"one\"") < at("\"two\""), "{tokens}");
    }

    #[test]
    fn no_mistake_makes_no_code() {
        assert!(Errors::default().into_tokens().is_empty());
    }
}
