//! The modules of the crate use each other without a circle, so that each can be read by itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[test]
fn the_modules_form_no_circle() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    let homes = homes(&lib);
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_string_lossy().into_owned();
        if module != "lib" {
            let used = uses.entry(module.clone()).or_default();
            find_uses(&path, &homes, used);
            used.remove(&module);
        }
    }
    assert!(uses["settle"].contains("store"));
    // Takes away what uses nothing that is left, until nothing is left.
    while !uses.is_empty() {
        let before = uses.len();
        let left: BTreeSet<String> = uses.keys().cloned().collect();
        uses.retain(|_, used| used.intersection(&left).next().is_some());
        assert!(uses.len() < before, "a circle among {uses:#?}");
    }
}

/// What belongs to the crate alone: jobs-pg makes the pool, the schema's name and the host by itself.
const OF_THIS_CRATE: [&str; 5] = ["BossSettings", "Host", "HostFuture", "Schema", "Store"];

#[test]
fn jobs_pg_has_every_other_name_of_the_root() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let names = homes(&read("src/lib.rs")).into_keys();
    // Modules are written in lower case.
    let names = names.filter(|name| name.starts_with(char::is_uppercase));
    let shown = words(&(read("../jobs-pg/src/lib.rs") + &read("../jobs-pg/src/operation.rs")));
    let missing: Vec<String> = names.filter(|name| !shown.contains(name)).collect();
    assert_eq!(missing, OF_THIS_CRATE);
}

/// In which module each name of the crate's root is.
fn homes(lib: &str) -> BTreeMap<String, String> {
    let mut homes = BTreeMap::new();
    for statement in lib.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap();
        match statement.split_once("::") {
            // Shown again, in `protocol`.
            None | Some(("crate", _)) => {}
            Some((module, names)) => {
                homes.extend(
                    words(names)
                        .into_iter()
                        .map(|name| (name, module.to_owned())),
                );
            }
        }
    }
    homes
}

/// The modules that a file, or each file of a folder, names after `crate::`; tests are left out.
fn find_uses(path: &Path, homes: &BTreeMap<String, String>, used: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            find_uses(&entry.unwrap().path(), homes, used);
        }
        return;
    }
    let is_source = path.extension().is_some_and(|ending| ending == "rs");
    if !is_source || path.ends_with("tests.rs") {
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    for named in text.split("crate::").skip(1) {
        let names = match named.strip_prefix('{') {
            Some(list) => words(list.split('}').next().unwrap()),
            None => words(named).into_iter().take(1).collect(),
        };
        used.extend(
            names
                .into_iter()
                .map(|name| homes.get(&name).cloned().unwrap_or(name)),
        );
    }
}

fn words(text: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words = text.split(|c| !is_word(c)).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}
