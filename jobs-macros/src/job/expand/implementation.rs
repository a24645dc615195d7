//! `impl Job`, with everything that the attribute declares.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{Parts, at, local};
use crate::job::options::{OptionSet, Value};
use crate::job::schedules::Schedule;
use crate::job::validate::{Job, QueueSettings};
use crate::job::worker::WorkerSettings;

impl Parts<'_> {
    pub(super) fn implementation(&self) -> TokenStream {
        let Self {
            private,
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
        let entities = &self.entities;
        let entities_function = self.entities_function();
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

                #entities_function
            }
        }
    }

    fn declaration(&self) -> TokenStream {
        let Self { private, job, .. } = self;
        let name = &job.name;
        let declaration = local("declaration", Span::call_site());
        let options = options(private, &job.options);
        let settings = queue(private, &job.queue);
        let worker = worker(&job.worker);
        let schedules = job.schedules.iter().map(|schedule| self.schedule(schedule));
        quote! {
            let mut #declaration = #private::Declaration::new(
                #name,
                #private::SourceLocation { file: ::core::file!(), line: ::core::line!() },
            );
            #declaration.options = #options;
            #(#declaration.queue.#settings;)*
            #(#declaration.worker.#worker;)*
            #(#declaration.schedules.push(#schedules);)*
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
        let [value, declared] = ["value", "schedule"].map(|name| local(name, Span::call_site()));
        let made = match &schedule.input {
            Some(expression) => expression.to_token_stream(),
            None => at(schedule.place, quote!(#private::default_input())),
        };
        quote! {
            {
                let mut #declared = #private::Schedule::new(#key, #cron, || {
                    let #value: #input = #made;
                    #private::serde_json::to_value(#value)
                });
                #declared.tz = #tz;
                #declared.missed = #missed;
                #declared.options = #options;
                #declared
            }
        }
    }
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
            // Without a suffix it is signed or not, as the option's method likes it.
            Value::Integer(number) => Literal::i32_unsuffixed(*number).into_token_stream(),
            Value::Seconds(seconds) => seconds.into_token_stream(),
            Value::Flag(flag) => flag.into_token_stream(),
            Value::Name(name) => name.value().into_token_stream(),
            Value::NameOf(handle) => quote!(<#handle as #private::Job>::NAME),
        };
        quote!(.#method(#value))
    });
    quote!(#private::JobOptions::new()#(#calls)*)
}

fn queue(private: &TokenStream, queue: &QueueSettings) -> Vec<TokenStream> {
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
    settings.into_iter().flatten().collect()
}

fn worker(worker: &WorkerSettings) -> Vec<TokenStream> {
    let number = |name: &str, value: Option<TokenStream>| {
        let name = format_ident!("{name}");
        value.map(|value| quote!(#name = ::core::option::Option::Some(#value)))
    };
    let count = |value: Option<u32>| value.map(ToTokens::into_token_stream);
    let priority = |value: Option<i32>| value.map(ToTokens::into_token_stream);
    let tiers = worker.group_tiers.iter();
    let tiers: Vec<_> = tiers.map(|(name, limit)| quote!((#name, #limit))).collect();
    let has_tiers = !tiers.is_empty();
    let settings = [
        number("concurrency", count(worker.concurrency)),
        number("batch", count(worker.batch)),
        number("min_priority", priority(worker.min_priority)),
        number("max_priority", priority(worker.max_priority)),
        number("group_concurrency", count(worker.group_concurrency)),
        has_tiers.then(|| quote!(group_tiers = &[#(#tiers),*])),
    ];
    settings.into_iter().flatten().collect()
}
