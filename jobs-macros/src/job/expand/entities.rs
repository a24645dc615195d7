//! The struct behind `ctx.entities`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;
use syn::spanned::Spanned;

use super::{Parts, at, local};
use crate::job::validate::EntityField;

impl Parts<'_> {
    /// A field for each delegate.
    pub(super) fn entities_struct(&self) -> TokenStream {
        let Self {
            entities,
            conditions,
            job,
            private,
            ..
        } = self;
        let visibility = &job.function.visibility;
        let doc = format!("The type of `ctx.entities` of the job `{}`.", job.name);
        let item = match job.entities.is_empty() {
            true => quote!(type #entities = #private::NoEntitiesInJobAttribute;),
            false => {
                let fields = job.entities.iter().map(|entity| self.field(entity));
                quote!(struct #entities { #(#fields)* })
            }
        };
        let derive = (!job.entities.is_empty()).then(|| quote!(#[derive(::core::clone::Clone)]));
        quote! {
            #(#conditions)*
            #[doc = #doc]
            #derive
            #[allow(dead_code, private_interfaces)]
            #visibility #item
        }
    }

    fn field(&self, EntityField { field, entity }: &EntityField) -> TokenStream {
        let visibility = &self.job.function.visibility;
        let doc = format!("The delegate of `{}`.", entity.to_token_stream());
        let checked = self.checked(entity);
        quote!(#[doc = #doc] #visibility #field: #checked::Delegate,)
    }

    /// The function that collects the delegates.
    pub(super) fn entities_function(&self) -> TokenStream {
        let Self {
            entities,
            private,
            job,
            ..
        } = self;
        let provided = local("provided", Span::call_site());
        let fields = job.entities.iter().map(|EntityField { field, entity }| {
            let checked = self.checked(entity);
            quote!(#field: #checked::delegate(#provided)?,)
        });
        quote! {
            #[allow(unused_variables)]
            fn entities(#provided: &#private::Extensions) -> ::core::result::Result<Self::Entities, #private::Error> {
                ::core::result::Result::Ok(#entities { #(#fields)* })
            }
        }
    }

    /// The type as an entity. The constant is an error if it is none, and what follows from that is not reported again.
    fn checked(&self, ty: &Type) -> TokenStream {
        let private = &self.private;
        let checked = quote!(<#ty as #private::CheckedEntity<{ #private::is_entity::<#ty>() }>>);
        at(ty.span(), checked)
    }
}
