//! What must compile, and what must not and with which words.
//!
//! The words of a compiler error change with the compiler, so the cases that must fail run on one version only.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::process::Command;

/// The compiler that the `.stderr` files were written with.
const COMPILER: &str = "1.95.0";

#[test]
fn mistakes_are_told_while_compiling_and_the_rest_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    let compiler = compiler();
    if compiler == COMPILER {
        cases.compile_fail("ui/fail/*.rs");
    } else {
        println!(
            "SKIPPED: the cases that must not compile; their words are those of {COMPILER}, this is {compiler}"
        );
    }
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc)
        .arg("--version")
        .output()
        .unwrap()
        .stdout;
    let said = String::from_utf8(said).unwrap();
    said.split_whitespace()
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}
