//! That CONTRIBUTING.md names no file and no folder that does not exist.

use std::path::Path;

/// Files and folders below a folder, by their paths from the root; a folder ends with a slash.
fn find_paths(folder: &Path, from_root: &str, paths: &mut Vec<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.is_dir() {
            true if ["target", ".git", "node_modules"].contains(&&*name) => {}
            true => {
                let below = format!("{from_root}{name}/");
                find_paths(&path, &below, paths);
                paths.push(below);
            }
            false => paths.push(format!("{from_root}{name}")),
        }
    }
}

#[test]
fn every_path_in_the_map_and_in_the_steps_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let mut paths = Vec::new();
    find_paths(&root, "/", &mut paths);
    let words = text.split(|c: char| c.is_whitespace() || "`(),;:".contains(c));
    let is_path = |word: &&str| {
        let is_file = [".rs", ".sql", ".md", ".toml"]
            .iter()
            .any(|ending| word.ends_with(ending));
        let is_plain = word
            .chars()
            .all(|c| c.is_alphanumeric() || "_-./".contains(c));
        is_plain && (is_file || word.ends_with('/')) && word.len() > 4
    };
    let named: Vec<&str> = words.filter(is_path).collect();
    assert!(named.len() > 50, "{named:?}");
    // One is named that must not exist, and one that is a pattern.
    let excepted = ["rust-toolchain.toml", "name.sql"];
    let named = named.into_iter().filter(|path| !excepted.contains(path));
    let missing: Vec<_> = named
        .filter(|path| {
            !paths
                .iter()
                .any(|there| there.ends_with(&format!("/{path}")))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
