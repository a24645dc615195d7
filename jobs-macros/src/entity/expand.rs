//! The code of an entity. Only quoting: nothing is decided or refused here.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Fields};

use super::validate::Table;
use crate::library;

/// `impl Entity` and `impl TableRow`.
pub(super) fn expand(table: &Table<'_>) -> TokenStream {
    let Table {
        row,
        library,
        name,
        is_id_generated,
        ..
    } = table;
    let private = quote!(#library::private);
    let id = &table.columns[table.id];
    let (id_field, id_type, id_column) = (id.field, id.ty, &id.name);
    let columns = table.columns.iter().map(|column| &column.name);
    let values = table.columns.iter().map(|column| {
        let field = column.field;
        let push = if column.is_json {
            quote!(push_json)
        } else {
            quote!(push)
        };
        quote_spanned!(row.span()=> values.#push(&self.#field);)
    });
    // A struct that sqlx cannot read is reported at its name.
    quote_spanned! {row.span()=>
        impl #private::Entity for #row {
            type Delegate = #private::Table<#row>;

            fn delegate(provided: &#private::Extensions) -> ::core::result::Result<Self::Delegate, #private::Error> {
                #private::Table::from_provided(provided)
            }
        }
        // A field that is `Copy` is borrowed like the others.
        #[allow(clippy::needless_borrows_for_generic_args)]
        impl #private::TableRow for #row {
            type Id = #id_type;
            const TABLE: &'static [&'static str] = &[#(#name),*];
            const COLUMNS: &'static [&'static str] = &[#(#columns),*];
            const ID: &'static str = #id_column;
            const IS_ID_GENERATED: bool = #is_id_generated;

            fn id(&self) -> &Self::Id {
                &self.#id_field
            }

            fn push_values(&self, values: &mut #private::Values) {
                #(#values)*
            }
        }
    }
}

/// What keeps a wrong entity from being reported again by everything that speaks of it.
pub(super) fn stub(input: &DeriveInput) -> TokenStream {
    let Ok(library) = library::find_jobs_pg() else {
        return TokenStream::new();
    };
    let private = quote!(#library::private);
    let row = &input.ident;
    let (parameters, arguments, conditions) = input.generics.split_for_impl();
    let is_row =
        matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Named(_)));
    let table = (is_row && input.generics.params.is_empty()).then(|| {
        quote! {
            impl #private::TableRow for #row {
                type Id = i64;
                const TABLE: &'static [&'static str] = &[];
                const COLUMNS: &'static [&'static str] = &[];
                const ID: &'static str = "";
                const IS_ID_GENERATED: bool = false;

                fn id(&self) -> &Self::Id {
                    &0
                }

                fn push_values(&self, _: &mut #private::Values) {}
            }
        }
    });
    let delegate = match &table {
        Some(_) => quote!(#private::Table<#row>),
        None => quote!(()),
    };
    quote! {
        impl #parameters #private::Entity for #row #arguments #conditions {
            type Delegate = #delegate;
        }
        #table
    }
}
