//! The struct behind `ctx.entities`.

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::{Parts, at, enclosed, free_name, local};
use crate::job::validate::EntityField;

impl Parts<'_> {
    /// A field for each delegate. Their types are parameters, so that a type that is not an entity is reported where it is
    /// named and not again by everything that the struct is asked for.
    pub(super) fn entities_struct(&self) -> TokenStream {
        let Self {
            entities,
            conditions,
            job,
            ..
        } = self;
        let visibility = &job.function.visibility;
        let doc = format!("The type of `ctx.entities` of the job `{}`.", job.name);
        let (names, delegates) = (self.parameters(), self.delegates());
        let fields = job.entities.iter().zip(&names).map(|(entity, name)| {
            let field = &entity.field;
            let doc = format!("The delegate of `{}`.", entity.entity.to_token_stream());
            quote!(#[doc = #doc] #visibility #field: #name,)
        });
        quote! {
            #(#conditions)*
            #[doc = #doc]
            #[derive(::core::clone::Clone)]
            #[allow(dead_code, private_interfaces)]
            #visibility struct #entities<#(#names = #delegates),*> {
                #(#fields)*
            }
        }
    }

    /// The struct with the delegates of the declared entities.
    pub(super) fn entities_type(&self) -> TokenStream {
        let (entities, delegates) = (&self.entities, self.delegates());
        at(self.entities_place(), quote!(#entities<#(#delegates),*>))
    }

    /// The function that collects the delegates.
    pub(super) fn entities_function(&self) -> TokenStream {
        let Self {
            entities,
            private,
            job,
            ..
        } = self;
        let place = self.entities_place();
        let provided = local("provided", place);
        let fields = job
            .entities
            .iter()
            .map(|entity| self.field_value(entity, &provided));
        let literal = enclosed(place, Delimiter::Brace, quote!(#(#fields)*));
        let parameters = enclosed(
            place,
            Delimiter::Parenthesis,
            quote!(#provided: &#private::Extensions),
        );
        let [name, returned, ok] = [
            quote!(fn entities),
            quote!(-> ::core::result::Result<Self::Entities, #private::Error>),
            quote!(::core::result::Result::Ok),
        ]
        .map(|tokens| at(place, tokens));
        let mut entities = entities.clone();
        entities.set_span(place);
        let collected = enclosed(place, Delimiter::Parenthesis, quote!(#entities #literal));
        let body = enclosed(place, Delimiter::Brace, quote!(#ok #collected));
        quote! {
            #[allow(unused_variables)]
            #name #parameters #returned #body
        }
    }

    fn field_value(&self, entity: &EntityField, provided: &Ident) -> TokenStream {
        let private = &self.private;
        let EntityField { field, entity } = entity;
        let place = entity.span();
        let [delegate, arms] = [
            quote!(match <#entity as #private::Entity>::delegate),
            quote!({
                ::core::result::Result::Ok(delegate) => delegate,
                ::core::result::Result::Err(error) => return ::core::result::Result::Err(error),
            }),
        ]
        .map(|tokens| at(place, tokens));
        let given = enclosed(place, Delimiter::Parenthesis, provided.to_token_stream());
        quote!(#field: #delegate #given #arms,)
    }

    /// Where the first entity is named, so that nothing about entities is reported elsewhere.
    pub(super) fn entities_place(&self) -> Span {
        let first = self.job.entities.first();
        first.map_or_else(Span::call_site, |first| first.entity.span())
    }

    fn parameters(&self) -> Vec<Ident> {
        let all = &self.job.entities;
        let types = all.iter().map(|entity| &entity.entity);
        let types = quote!(#(#types)*);
        let named = all.iter().enumerate().map(|(i, entity)| {
            let mut name = free_name(&format!("D{i}"), &types);
            name.set_span(entity.entity.span());
            name
        });
        named.collect()
    }

    fn delegates(&self) -> Vec<TokenStream> {
        let private = &self.private;
        let types = self.job.entities.iter().map(|entity| &entity.entity);
        types
            .map(|ty| at(ty.span(), quote!(<#ty as #private::Entity>::Delegate)))
            .collect()
    }
}
