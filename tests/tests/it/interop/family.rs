//! The other schemas of the family, made and worked by older releases of pg-boss: the cases run again beside these, each
//! release in a process of its own.
//!
//! Left out is what those releases cannot do: their schemas have no clock of their own (so nobody can move it), no flows
//! and no `NOTIFY` before 12.6, no RRULE; and what only the release of our own schema can judge, such as its `doctor`.

use std::env;
use std::process::Stdio;
use std::time::Duration;

use tests::node::Node;
use tokio::process::Command;
use tokio::time::timeout;

/// How long all cases beside one release may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// What holds beside every release, by the beginnings of the tests' names.
const EVERYWHERE: [&str; 17] = [
    "install::case_01",
    "settle::case_38",
    "settle::case_40",
    "settle::case_41",
    "submit::case_15",
    "submit::case_16",
    "submit::case_18",
    "submit::case_19",
    "submit::case_20",
    "submit::case_21",
    "lives::case_44",
    "lives::case_45",
    "schedule::case_58_a_minute",
    "by_hand::sending::case_22",
    "by_hand::sending::case_23",
    "by_hand::policies::case_33",
    "limits::case_29",
];

/// What came with schema 37 at the latest.
const FROM_37: [&str; 17] = [
    "fetch::case_28",
    "flows::case_65",
    "flows::case_66",
    "flows::case_67",
    "lives::case_46",
    "lives::case_47",
    "lives::case_53",
    "names::case_07",
    "notify::case_26",
    "notify::case_27",
    "settle::case_39",
    "limits::case_30",
    "limits::case_31",
    "limits::case_34",
    "limits::case_35",
    "limits::case_36",
    "by_hand::policies::case_37",
];

#[tokio::test]
async fn the_cases_hold_on_schema_26_beside_pg_boss_11_1_2() {
    run_beside("pg-boss-11", &EVERYWHERE).await;
}

#[tokio::test]
async fn the_cases_hold_on_schema_37_beside_pg_boss_12_27() {
    let cases: Vec<&str> = EVERYWHERE.iter().chain(&FROM_37).copied().collect();
    run_beside("pg-boss-12-27", &cases).await;
}

/// Runs cases of this very program beside a release.
async fn run_beside(release: &str, cases: &[&str]) {
    if Node::ready().await.is_none() {
        return;
    }
    let mut program = Command::new(env::current_exe().unwrap());
    program
        .args(cases.iter().map(|case| format!("interop::{case}")))
        .args(["--test-threads", "2"])
        .env("JOBS_TEST_PG_BOSS", release)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(PATIENCE, program.output()).await;
    let output = output.expect("the cases take too long").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "beside {release}: {said}");
    for case in cases {
        assert!(
            said.contains(&format!("interop::{case}")),
            "no test is named `{case}`"
        );
    }
}
