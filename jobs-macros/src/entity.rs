//! `#[derive(Entity)]`: from a struct that is a row to its table.

mod expand;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use validate::Table;

/// The implementations, or every mistake.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let table = Table::new(&input, &mut errors);
    match table.filter(|_| errors.is_empty()) {
        Some(table) => expand::expand(&table),
        None => {
            let errors = errors.into_tokens();
            let stub = expand::stub(&input);
            quote::quote!(#errors #stub)
        }
    }
}
