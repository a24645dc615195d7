//! What must not compile, and the messages that say why: one mistake a file.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::process::Command;

/// The compiler that wrote the `.stderr` files: others phrase their messages in another way.
const COMPILER: &str = "1.95.0";

/// All cases are checked by one call of cargo. A case that must compile would make it one call for each, so those are in `compiles/`.
#[test]
fn each_mistake_has_its_message() {
    let compiler = compiler();
    assert_eq!(
        compiler, COMPILER,
        "the expected messages are those of rustc {COMPILER}; use it for this test, or write the messages of this compiler \
         with TRYBUILD=overwrite and set COMPILER"
    );
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .unwrap()
        .stdout;
    let version = String::from_utf8(version).unwrap();
    let number = version.split_whitespace().nth(1);
    number.unwrap_or_default().to_owned()
}
