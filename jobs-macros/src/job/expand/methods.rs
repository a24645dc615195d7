//! The calls of the handle: each one line, done by `Submission` or `SubmittedJob`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Parts, at};
use crate::job::validate::Job;

impl Parts<'_> {
    pub(super) fn methods(&self) -> TokenStream {
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
        let boxed = |output: &TokenStream| {
            quote! {
                ::std::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = #output> + ::core::marker::Send>>
            }
        };
        let (one_boxed, many_boxed) = (boxed(&one), boxed(&many));
        let submit_in = self.submit_in(&one);
        quote! {
            #[allow(dead_code)]
            impl #handle {
                /// Submits the job, due at once.
                ///
                /// # Errors
                /// `NoExecutor` if there is no executor, `BadInput` if an option, a time or the input is not valid, or an error of the storage.
                #visibility async fn submit(input: #input) -> #one {
                    #private::Submission::<Self>::new().submit(input).await
                }

                /// Submits the job with options: `JobOptions`, or JSON in pg-boss's spelling.
                ///
                /// # Errors
                /// As `submit`, and if the JSON has a member that is not an option.
                #visibility fn submit_with(input: #input, options: impl #private::IntoJobOptions) -> #one_boxed {
                    #private::Submission::<Self>::new().submit_with(input, options)
                }

                /// Submits many jobs in one statement: all of them, or none.
                ///
                /// # Errors
                /// As `submit`.
                #visibility fn submit_many(inputs: impl #private::Inputs<#input>) -> #many_boxed {
                    #private::Submission::<Self>::new().submit_many(inputs)
                }

                #submit_in

                /// Begins a submission that is due after seconds, a `Duration` or a text such as `"90s"`; or at a date, or an RFC 3339 text, in UTC
                /// if it names no zone.
                #visibility fn delay(delay: impl #private::IntoStartAfter) -> #private::Submission<Self> {
                    #private::Submission::new().delay(delay)
                }

                /// Begins a submission that is due at once.
                #visibility fn run_now() -> #private::Submission<Self> {
                    #private::Submission::new().run_now()
                }

                /// Begins a submission that is due at this instant.
                #visibility fn run_at(when: impl #private::IntoInstant) -> #private::Submission<Self> {
                    #private::Submission::new().run_at(when)
                }

                /// Begins a submission that is due after `n` units. Months, quarters and years are calendar steps.
                #visibility fn run_in(
                    n: impl ::core::convert::TryInto<i64>,
                    unit: impl #private::IntoUnit,
                ) -> #private::Submission<Self> {
                    #private::Submission::new().run_in(n, unit)
                }

                /// Begins a submission with these options, which win over the job's.
                #visibility fn with(options: #private::JobOptions) -> #private::Submission<Self> {
                    #private::Submission::new().with(options)
                }

                /// Names a job that was submitted before, perhaps by another process.
                #visibility fn track(job_id: #private::Uuid) -> #private::SubmittedJob<Self> {
                    #private::SubmittedJob::track(job_id)
                }
            }
        }
    }

    /// Reported at the executor's name, if that is not an executor and has no connection.
    fn submit_in(&self, returned: &TokenStream) -> TokenStream {
        let Self { private, job, .. } = self;
        let visibility = &job.function.visibility;
        let function = quote! {
            async fn submit_in(
                connection: &mut <<Self as #private::Job>::Executor as #private::Executor>::Connection,
                input: <Self as #private::Job>::Input,
            ) -> #returned {
                #private::Submission::<Self>::new().submit_in(connection, input).await
            }
        };
        let function = at(self.executor_place(), function);
        quote! {
            /// Submits the job through the caller's connection: it exists if and only if the caller's transaction commits.
            ///
            /// # Errors
            /// As `submit`.
            #visibility #function
        }
    }
}
