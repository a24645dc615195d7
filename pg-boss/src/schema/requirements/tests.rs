//! Which schemas are used, and what is said of the others.

use super::*;

fn check_members(version: i32, members: &[&str]) -> Result<(), SchemaError> {
    let schema = Schema::new("pgboss").expect("a good name");
    let members = members.iter().map(|member| (*member).to_owned());
    check(&schema, version, &members.collect())
}

fn refusal(version: i32, members: &[&str]) -> String {
    check_members(version, members)
        .expect_err("a refusal")
        .to_string()
}

#[test]
fn version_46_and_newer_ones_are_used_whatever_else_they_have() {
    let members: Vec<String> = required().chain(["job.of_tomorrow".to_owned()]).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    for version in [46, 47, 99] {
        check_members(version, &members).expect("used");
    }
}

#[test]
fn a_schema_that_lacks_what_is_used_is_refused_by_the_names_of_what_is_missing() {
    let members: Vec<String> = required().collect();
    for missing in [
        "job.heartbeat_on",
        "warning.message",
        "instance.id",
        "bam.status",
        "queue_stats.wait_bins",
        "job_now()",
    ] {
        let others = members.iter().map(String::as_str);
        let others: Vec<&str> = others.filter(|member| *member != missing).collect();
        for version in [46, 47] {
            let said = refusal(version, &others);
            let lacks = format!("has version {version}, but lacks {missing};");
            assert!(said.contains(&lacks), "{said}");
        }
    }
}

#[test]
fn versions_25_to_45_are_refused_with_the_command_that_migrates_them() {
    let members = ["job.expire_seconds", "queue.table_name", "job_common.id"];
    for version in [25, 26, 45] {
        let said = refusal(version, &members);
        assert!(said.contains(&format!("has version {version} ")), "{said}");
        assert!(said.contains("46 is the oldest supported"), "{said}");
        assert!(
            said.contains("npx pg-boss@12.38 migrate --schema 'pgboss'"),
            "{said}"
        );
    }
}

#[test]
fn versions_20_and_24_are_refused_with_the_way_to_import_them() {
    for (version, member) in [
        (20, "job.startafter"),
        (24, "job.expire_in"),
        (25, "job.expire_in"),
    ] {
        let said = refusal(version, &[member]);
        assert!(said.contains("import_from"), "{said}");
        assert!(!said.contains("npx"), "{said}");
    }
}

#[test]
fn an_old_version_with_tables_of_nobody_is_refused_without_advice_to_migrate() {
    let said = refusal(30, &["version.version"]);
    assert!(said.contains("choose another schema"), "{said}");
    assert!(!said.contains("npx"), "{said}");
}
