//! The code of a job. Only quoting: nothing is decided or refused here.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Type};

use super::options::{OptionSet, Value};
use super::validate::{Job, QueueSettings, Schedule};
use crate::names;

/// Everything beside the function itself.
pub(crate) fn expand(job: &Job) -> TokenStream {
    let parts = Parts::of(job);
    let handle = parts.handle_type();
    let entities = parts.entities_type();
    let implementation = parts.implementation();
    let methods = parts.methods();
    let registration = parts.registration();
    let conditions = &parts.conditions;
    quote! {
        #handle
        #entities
        #(#conditions)*
        #[allow(non_upper_case_globals, deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            #implementation
            #methods
            #registration
        };
    }
}

/// What several parts of the expansion speak of.
struct Parts<'a> {
    job: &'a Job,
    private: TokenStream,
    entities: Ident,
    input: Type,
    output: Type,
    /// The function's `#[cfg(...)]`, which hold for everything.
    conditions: Vec<&'a Attribute>,
}

impl<'a> Parts<'a> {
    fn of(job: &'a Job) -> Self {
        let library = &job.library;
        let attributes = job.function.attributes.iter();
        Self {
            private: quote!(#library::private),
            entities: format_ident!(
                "{}Entities",
                names::bare(&job.handle),
                span = job.handle.span()
            ),
            input: job.shape.input_type(),
            output: job.shape.output_type(library),
            conditions: attributes
                .filter(|attribute| attribute.path().is_ident("cfg"))
                .collect(),
            job,
        }
    }

    fn handle_type(&self) -> TokenStream {
        let Self {
            input,
            output,
            conditions,
            job,
            ..
        } = self;
        let Job {
            handle, function, ..
        } = job;
        let visibility = &function.visibility;
        let docs = function
            .attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"));
        let summary = format!(
            "The handle of the job `{}`: submits it, and names its types.",
            job.name
        );
        let [input_name, output_name] =
            ["Input", "Output"].map(|name| free_name(name, &quote!(#input #output)));
        quote! {
            #(#conditions)*
            #[doc = #summary]
            #[doc = ""]
            #(#docs)*
            #[allow(dead_code, private_interfaces)]
            #visibility struct #handle<#input_name = #input, #output_name = #output> {
                types: ::core::marker::PhantomData<fn(#input_name) -> #output_name>,
            }
        }
    }

    fn entities_type(&self) -> TokenStream {
        let Self {
            entities,
            conditions,
            private,
            job,
            ..
        } = self;
        let visibility = &job.function.visibility;
        let doc = format!("What `ctx.entities` of the job `{}` holds.", job.name);
        let fields = job.entities.iter().map(|entity| {
            let (field, ty) = (&entity.field, &entity.entity);
            let doc = format!("Reaches `{}`.", ty.to_token_stream());
            quote! {
                #[doc = #doc]
                #visibility #field: <#ty as #private::Entity>::Delegate,
            }
        });
        quote! {
            #(#conditions)*
            #[doc = #doc]
            #[derive(::core::clone::Clone)]
            #[allow(dead_code, private_interfaces)]
            #visibility struct #entities {
                #(#fields)*
            }
        }
    }

    fn implementation(&self) -> TokenStream {
        let Self {
            private,
            entities,
            input,
            output,
            job,
            ..
        } = self;
        let Job { handle, name, .. } = job;
        let executor = match &job.executor {
            Some(executor) => executor.to_token_stream(),
            None => quote!(#private::NoExecutor),
        };
        let declaration = self.declaration();
        let fields = job.entities.iter().map(|entity| {
            let (field, ty) = (&entity.field, &entity.entity);
            quote!(#field: <#ty as #private::Entity>::delegate(provided)?,)
        });
        let provided = if job.entities.is_empty() {
            quote!(_)
        } else {
            quote!(provided)
        };
        quote! {
            impl #private::Job for #handle {
                type Input = #input;
                type Output = #output;
                type Executor = #executor;
                type Entities = #entities;
                const NAME: &'static str = #name;

                fn declaration() -> &'static #private::Declaration {
                    static __DECLARATION: ::std::sync::LazyLock<#private::Declaration> =
                        ::std::sync::LazyLock::new(|| { #declaration });
                    &__DECLARATION
                }

                fn entities(#provided: &#private::Provided) -> ::core::result::Result<#entities, #private::Error> {
                    ::core::result::Result::Ok(#entities { #(#fields)* })
                }
            }
        }
    }

    fn declaration(&self) -> TokenStream {
        let Self { private, job, .. } = self;
        let name = &job.name;
        let declaration = local("declaration");
        let mut statements = Vec::new();
        if job.options.iter().next().is_some() {
            let options = options(private, &job.options);
            statements.push(quote!(#declaration.options = #options;));
        }
        statements.extend(queue(&declaration, private, &job.queue));
        if let Some(concurrency) = job.concurrency {
            statements.push(quote!(#declaration.worker.concurrency = ::core::option::Option::Some(#concurrency);));
        }
        for schedule in &job.schedules {
            let schedule = self.schedule(schedule);
            statements.push(quote!(#declaration.schedules.push(#schedule);));
        }
        quote! {
            #[allow(unused_mut)]
            let mut #declaration = #private::Declaration::new(
                #name,
                #private::Place { file: ::core::file!(), line: ::core::line!() },
            );
            #(#statements)*
            #declaration
        }
    }

    fn schedule(&self, schedule: &Schedule) -> TokenStream {
        let Self { private, input, .. } = self;
        let Schedule { key, cron, .. } = schedule;
        let (tz, missed) = (
            optional(schedule.tz.as_deref()),
            optional(schedule.missed.as_deref()),
        );
        let options = options(private, &schedule.options);
        let value_name = local("value");
        let value = match &schedule.input {
            Some(expression) => quote!(#expression),
            None => {
                let assured = quote_spanned!(schedule.place=> <#input as #private::DefaultInput>::default_input);
                quote!(#assured())
            }
        };
        quote! {
            #private::Schedule {
                key: #key,
                cron: #cron,
                tz: #tz,
                missed: #missed,
                input: || {
                    let #value_name: #input = #value;
                    #private::serde_json::to_value(#value_name)
                },
                options: #options,
            }
        }
    }

    fn methods(&self) -> TokenStream {
        let Self {
            private,
            input,
            job,
            ..
        } = self;
        let Job {
            handle, function, ..
        } = job;
        let visibility = &function.visibility;
        let result = |ok: TokenStream| quote!(::core::result::Result<#ok, #private::Error>);
        let one = result(quote!(#private::SubmittedJob<Self>));
        let many = result(quote!(::std::vec::Vec<#private::SubmittedJob<Self>>));
        quote! {
            #[allow(dead_code)]
            impl #handle {
                /// Submits the job, due at once.
                ///
                /// # Errors
                /// If there is no executor, if something given is refused, or if the storage does not take it.
                #visibility async fn submit(input: #input) -> #one {
                    #private::Submission::<Self>::new().submit(input).await
                }

                /// Submits the job with options of its own: `JobOptions`, or JSON in pg-boss's spelling.
                ///
                /// # Errors
                /// As `submit`, and if the JSON has a member that is no option.
                #visibility async fn submit_with(input: #input, options: impl #private::IntoJobOptions) -> #one {
                    #private::Submission::<Self>::new().submit_with(input, options).await
                }

                /// Submits many jobs in one statement: all of them, or none.
                ///
                /// # Errors
                /// As `submit`.
                #visibility async fn submit_many(inputs: impl ::core::iter::IntoIterator<Item = #input>) -> #many {
                    #private::Submission::<Self>::new().submit_many(inputs).await
                }

                /// Submits the job in the caller's transaction: it exists if and only if that commits.
                ///
                /// # Errors
                /// As `submit`.
                #visibility async fn submit_in(
                    connection: &mut <<Self as #private::Job>::Executor as #private::Executor>::Connection,
                    input: #input,
                ) -> #one {
                    #private::Submission::<Self>::new().submit_in(connection, input).await
                }

                /// Due after seconds or a `Duration`, or at a date or an RFC 3339 text.
                #visibility fn delay(delay: impl #private::IntoStartAfter) -> #private::Submission<Self> {
                    #private::Submission::new().delay(delay)
                }

                /// Due at once.
                #visibility fn run_now() -> #private::Submission<Self> {
                    #private::Submission::new().run_now()
                }

                /// Due at this instant.
                #visibility fn run_at(when: impl #private::IntoInstant) -> #private::Submission<Self> {
                    #private::Submission::new().run_at(when)
                }

                /// Due after `n` units; months, quarters and years are calendar steps.
                #visibility fn run_in(
                    n: impl ::core::convert::TryInto<i64>,
                    unit: impl #private::IntoUnit,
                ) -> #private::Submission<Self> {
                    #private::Submission::new().run_in(n, unit)
                }

                /// With these options, which win over the job's own.
                #visibility fn with(options: #private::JobOptions) -> #private::Submission<Self> {
                    #private::Submission::new().with(options)
                }

                /// Follows a job that was submitted before, perhaps by another process.
                #visibility fn track(job_id: #private::Uuid) -> #private::SubmittedJob<Self> {
                    #private::SubmittedJob::track(job_id)
                }
            }
        }
    }

    fn registration(&self) -> TokenStream {
        let Self { private, job, .. } = self;
        let Job {
            handle, function, ..
        } = job;
        let run = local("run");
        let (parameters, called) = self.call();
        let handler = match job.is_blocking {
            true => quote!(#private::run_blocking::<#handle, _>(#run, |#parameters| #called)),
            // A future that is not `Send` is told at the function's name.
            false => quote_spanned! {function.signature.ident.span()=>
                #private::run_async::<#handle, _, _>(#run, |#parameters| async move { #called })
            },
        };
        quote! {
            #private::inventory::submit! {
                #private::Registered::new::<#handle>(|#run| #handler)
            }
        }
    }

    /// The parameters of the closure that calls the function, and its body.
    fn call(&self) -> (TokenStream, TokenStream) {
        let Self { private, job, .. } = self;
        let Job {
            handle,
            function,
            shape,
            ..
        } = job;
        let (input, context) = (local("input"), local("context"));
        let given_input = shape.input.as_ref().map(|_| quote!(#input,));
        let given_context = shape.context.as_ref().map(|ty| {
            let of = quote_spanned!(ty.span()=> <#ty as #private::ContextOf<#handle>>::of);
            quote!(#of(#context),)
        });
        let name = &function.signature.ident;
        let awaited = (!job.is_blocking).then(|| quote!(.await));
        let call = quote!(#name(#given_input #given_context) #awaited);
        let called = match &shape.returned {
            Some(ty) if shape.is_result => {
                let converted = quote_spanned!(ty.span()=> #private::converted);
                quote!(#converted(#call))
            }
            _ => quote!(::core::result::Result::Ok(#call)),
        };
        let parameters =
            quote!(#[allow(unused_variables)] #input, #[allow(unused_variables)] #context);
        (parameters, called)
    }
}

/// A local variable that the user's code neither sees nor hides.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A name for a type parameter that hides none of the user's own types.
fn free_name(wanted: &str, types: &TokenStream) -> Ident {
    let mut name = wanted.to_owned();
    while names::find(&name, types.clone()).is_some() {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

fn optional(value: Option<&str>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn options(private: &TokenStream, options: &OptionSet) -> TokenStream {
    let calls = options.iter().map(|option| {
        let method = Ident::new(option.option.rust_name(), Span::call_site());
        let value = match &option.value {
            // A limit is never negative; the option's method takes it unsigned.
            Value::Integer(number) if *number >= 0 => {
                proc_macro2::Literal::i32_unsuffixed(*number).into_token_stream()
            }
            Value::Integer(number) => quote!(#number),
            Value::Seconds(seconds) => quote!(#seconds),
            Value::Flag(flag) => quote!(#flag),
            Value::Name(name) => quote!(#name),
            Value::NameOf(handle) => quote!(<#handle as #private::Job>::NAME),
        };
        quote!(.#method(#value))
    });
    quote!(#private::JobOptions::new()#(#calls)*)
}

fn queue(declaration: &Ident, private: &TokenStream, queue: &QueueSettings) -> Vec<TokenStream> {
    let policy = queue.policy.map(|policy| {
        let variant = format_ident!("{policy:?}");
        quote!(policy = ::core::option::Option::Some(#private::QueuePolicy::#variant))
    });
    let flag = |name: &str, value: Option<bool>| {
        let name = format_ident!("{name}");
        value.map(|value| quote!(#name = ::core::option::Option::Some(#value)))
    };
    let settings = [
        policy,
        flag("partition", queue.partition),
        flag("notify", queue.notify),
    ];
    settings
        .into_iter()
        .flatten()
        .map(|setting| quote!(#declaration.queue.#setting;))
        .collect()
}
