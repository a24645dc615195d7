//! Which schemas are taken, and what is said of those that are not.

use super::*;

/// A layout of the version that we install, or of the oldest one of the family.
pub(crate) fn layout_of(version: i32) -> Layout {
    let missing = if version < NEWEST { &LATER[..] } else { &[] };
    layout_without(missing)
}

/// A layout of the family that lacks what came in these groups.
pub(crate) fn layout_without(missing: &[&'static str]) -> Layout {
    let version = if missing.is_empty() { NEWEST } else { OLDEST };
    let mut all = every_member();
    for member in missing.iter().copied().flat_map(words) {
        all.remove(member);
    }
    Layout::recognise(&pgboss(), "db".into(), version, all).expect("a layout of the family")
}

/// What came with later versions of the family, in groups.
pub(crate) fn later_groups() -> &'static [&'static str] {
    &LATER
}

fn pgboss() -> Schema {
    Schema::new("pgboss").expect("a good name")
}

fn members(lists: &[&'static str]) -> BTreeSet<String> {
    lists
        .iter()
        .flat_map(|list| words(list))
        .map(str::to_owned)
        .collect()
}

fn every_member() -> BTreeSet<String> {
    let mut all = members(&[ALWAYS]);
    all.extend(members(&LATER));
    all
}

fn refusal(version: i32, members: BTreeSet<String>) -> String {
    Layout::recognise(&pgboss(), "db".into(), version, members)
        .expect_err("a refusal")
        .to_string()
}

#[test]
fn the_family_is_taken_with_what_it_has() {
    assert!(layout_of(46).has("job.heartbeat_on"));
    assert!(!layout_of(26).has("job.heartbeat_on"));
    assert!(!layout_of(26).is_newer());
}

#[test]
fn a_newer_schema_is_taken_if_it_has_every_column_that_we_use() {
    let newer = Layout::recognise(&pgboss(), "db".into(), 47, every_member());
    assert!(newer.expect("taken").is_newer());
    let refusal = refusal(47, members(&[ALWAYS]));
    assert!(refusal.contains("job.heartbeat_on"), "{refusal}");
}

#[test]
fn an_older_family_is_refused_with_the_next_step() {
    let of_20 = refusal(20, members(&["job.startafter version.version"]));
    assert!(
        of_20.contains("version 20") && of_20.contains("import_from"),
        "{of_20}"
    );
    let of_24 = refusal(24, members(&["job.expire_in archive.id"]));
    assert!(of_24.contains("pg-boss 10"), "{of_24}");
    let of_25 = refusal(25, members(&[ALWAYS]));
    assert!(of_25.contains("start pg-boss 12 once"), "{of_25}");
}

#[test]
fn a_number_that_the_tables_belie_is_refused() {
    let fork = refusal(25, members(&["job.expire_in archive.id"]));
    assert!(fork.contains("says version 25"), "{fork}");
    let stranger = refusal(30, members(&["version.version"]));
    assert!(stranger.contains("no known version"), "{stranger}");
}
