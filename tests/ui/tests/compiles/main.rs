//! What must compile: each module is a program's way of using the library.

#![allow(dead_code, unreachable_pub, reason = "most of it need only compile")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod a_job_of_another_crate_name;
mod conditional;
mod entities_of_every_form;
mod every_argument;
mod every_call_of_the_handle;
mod every_error_converts;
mod every_function_shape;
mod every_path;
mod function_stays_callable;
mod handle_of_another_name;
mod inside_functions_and_modules;
mod made_by_a_macro;
mod passed_on_by_a_macro;
mod raw_identifiers;
mod shadowed_names;
mod shadowed_result;
mod traced;
pub mod visibility_and_lints;
mod whole_program;
