//! Schedules set by hand on either side, fired by the other, on a clock that the test moves.

use jobs_pg::ErrorKind;
use jobs_pg::operation::{ListSchedules, ScheduleOptions};
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::eventually;

use super::clock::Frozen;
use super::{quiet, start};

const NOON: &str = "2026-06-10T12:00:10Z";

#[job(executor = PgBoss)]
async fn io_hand(_input: Value) {}

/// Works nothing.
#[job(executor = PgBoss)]
async fn io_nothing() {}

/// Who takes the pass over the schedules.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Ours,
    Node,
}

impl Frozen {
    /// Ours, doing nothing by itself.
    async fn submitting(&self) -> PgBoss {
        start(quiet(&self.database).work(false)).await
    }

    /// Lets one side take a pass now, and send on what it filed.
    async fn pass(&self, side: Side) {
        match side {
            Side::Ours => {
                let ours = quiet(&self.database).schedule(true).only::<IoNothing>();
                let ours = start(ours).await;
                self.settled().await;
                ours.stop().await.unwrap();
            }
            Side::Node => {
                let node = self.start(json!({ "cronWorkerIntervalSeconds": 1 })).await;
                self.settled().await;
                node.stop().await;
            }
        }
    }

    async fn settled(&self) {
        eventually("the pass is made and sent on", async || self.passed().await).await;
    }

    /// Takes passes at these times, and gives what was filed for a queue in all.
    async fn passes(&self, side: Side, times: &[&str], queue: &str) -> Vec<String> {
        for time in times {
            self.move_to(time).await;
            self.pass(side).await;
        }
        self.filed(queue).await
    }

    async fn jobs(&self, queue: &str) -> Vec<Value> {
        let jobs = "SELECT to_jsonb(j) FROM pgboss.job j WHERE name = $1 ORDER BY created_on, id";
        let jobs = sqlx::query_scalar(jobs).bind(queue);
        jobs.fetch_all(self.database.pool()).await.unwrap()
    }
}

#[tokio::test]
async fn case_59_node_fires_our_schedule_with_its_options() {
    let Some(frozen) = Frozen::at(NOON).await else {
        return;
    };
    let ours = frozen.submitting().await;
    let options = ScheduleOptions::new()
        .tz("Europe/Paris")
        .key("noon")
        .missed("once")
        .with(
            JobOptions::new()
                .priority(7)
                .singleton_key("s")
                .retry_limit(4),
        );
    ours.set_schedule("io_hand", "0 14 * * *", json!({ "a": [1, null] }), options)
        .await
        .unwrap();
    frozen.pass(Side::Node).await;
    let jobs = frozen.jobs("io_hand").await;
    assert_eq!(jobs.len(), 1);
    let job = &jobs[0];
    assert_eq!(
        json!([
            job["data"],
            job["priority"],
            job["singleton_key"],
            job["retry_limit"]
        ]),
        json!([{ "a": [1, null] }, 7, "s", 4])
    );
    let rows = ours.list_schedules(ListSchedules::new().queue("io_hand"));
    let rows = rows.await.unwrap();
    assert_eq!(rows[0].last_job_id.unwrap().to_string(), job["id"]);
    assert_eq!(rows[0].timezone.as_deref(), Some("Europe/Paris"));

    // What Node reads of it is what it would have stored itself.
    let node = frozen.start(json!({ "schedule": false })).await;
    let by_node = json!({
        "tz": "Europe/Paris", "key": "by_node", "missed": "once", "priority": 7, "singletonKey": "s", "retryLimit": 4,
    });
    let row = json!(["io_hand", "0 14 * * *", { "a": [1, null] }, by_node]);
    node.call("schedule", row).await;
    let mut both = Vec::new();
    for key in ["noon", "by_node"] {
        let mut row = node.call("getSchedule", json!(["io_hand", key])).await;
        for own in ["key", "createdOn", "updatedOn", "lastJobId"] {
            row[own] = Value::Null;
        }
        row["options"]["key"] = Value::Null;
        both.push(row);
    }
    assert_eq!(both[0], both[1]);
    assert!(ours.unschedule("io_hand", "by_node").await.unwrap());
    let gone = node
        .call("getSchedule", json!(["io_hand", "by_node"]))
        .await;
    assert!(gone.is_null());
    node.stop().await;
    ours.stop().await.unwrap();
}

#[tokio::test]
async fn case_60_after_an_outage_one_job_is_caught_up_if_the_schedule_says_once() {
    let mut filed = Vec::new();
    for side in [Side::Ours, Side::Node] {
        let Some(frozen) = Frozen::at("2026-06-10T08:30:30Z").await else {
            return;
        };
        let ours = frozen.submitting().await;
        for missed in ["once", "skip"] {
            let options = json!({ "key": missed, "missed": missed });
            ours.set_schedule("io_hand", "0 * * * *", (), options)
                .await
                .unwrap();
        }
        let times = [
            "2026-06-10T08:31:10Z",
            "2026-06-10T11:31:10Z",
            "2026-06-10T11:32:10Z",
        ];
        filed.push(frozen.passes(side, &times, "io_hand").await);
        assert_eq!(frozen.jobs("io_hand").await.len(), 1, "{side:?}");
        ours.stop().await.unwrap();
    }
    assert_eq!(filed[0], ["once 2026-06-10 11:00:00"]);
    assert_eq!(filed[0], filed[1]);
}

#[tokio::test]
async fn case_61_both_fire_alike_where_the_clock_jumps() {
    // In Berlin the clock goes from 2 to 3 at 01:00 UTC in spring, and from 3 to 2 at 01:00 UTC in autumn.
    let spring = [
        "2026-03-29T00:30:20Z",
        "2026-03-29T01:00:20Z",
        "2026-03-29T01:30:20Z",
    ];
    let autumn = [
        "2026-10-25T00:30:20Z",
        "2026-10-25T01:00:20Z",
        "2026-10-25T01:30:20Z",
    ];
    let mut filed = Vec::new();
    for side in [Side::Ours, Side::Node] {
        let Some(frozen) = Frozen::at("2026-03-28T00:00:00Z").await else {
            return;
        };
        let ours = frozen.submitting().await;
        for (key, cron) in [
            ("hour", "0 * * * *"),
            ("half", "30 2 * * *"),
            ("three", "0 3 * * *"),
        ] {
            let options = ScheduleOptions::new().tz("Europe/Berlin").key(key);
            ours.set_schedule("io_hand", cron, (), options)
                .await
                .unwrap();
        }
        frozen.passes(side, &spring, "io_hand").await;
        filed.push(frozen.passes(side, &autumn, "io_hand").await);
        ours.stop().await.unwrap();
    }
    assert_eq!(filed[0], filed[1]);
    let half: Vec<&String> = filed[0]
        .iter()
        .filter(|one| one.starts_with("half"))
        .collect();
    // Not at all in spring, twice in autumn.
    assert_eq!(
        half,
        ["half 2026-10-25 00:30:00", "half 2026-10-25 01:30:00"]
    );
}

#[tokio::test]
async fn case_62_a_recurrence_rule_of_node_fires_with_ours_at_the_claim() {
    let mut filed = Vec::new();
    for side in [Side::Ours, Side::Node] {
        let Some(frozen) = Frozen::at("2026-06-10T09:15:20Z").await else {
            return;
        };
        let ours = frozen.submitting().await;
        let node = frozen.start(json!({ "schedule": false })).await;
        let options = json!({ "tz": "America/New_York", "key": "theirs" });
        let rule = "FREQ=HOURLY;BYMINUTE=15,45";
        node.call("schedule", json!(["io_hand", rule, null, options]))
            .await;
        ours.set_schedule("io_hand", rule, (), json!({ "key": "ours" }))
            .await
            .unwrap();
        let rows = ours.list_schedules(ListSchedules::new().queue("io_hand"));
        let rows = rows.await.unwrap();
        assert!(rows.iter().all(|row| row.kind == "rrule"), "{rows:?}");
        let times = ["2026-06-10T09:15:30Z", "2026-06-10T09:45:30Z"];
        filed.push(frozen.passes(side, &times, "io_hand").await);
        node.stop().await;
        ours.stop().await.unwrap();
    }
    assert_eq!(filed[0].len(), 4);
    assert_eq!(filed[0], filed[1]);
}

#[tokio::test]
async fn case_63_a_schedule_that_cannot_be_read_keeps_no_other_from_firing() {
    let mut filed = Vec::new();
    for side in [Side::Ours, Side::Node] {
        let Some(frozen) = Frozen::at(NOON).await else {
            return;
        };
        let ours = frozen.submitting().await;
        ours.set_schedule("io_hand", "* * * * *", (), json!({ "key": "right" }))
            .await
            .unwrap();
        frozen
            .execute(
                "INSERT INTO pgboss.schedule (name, key, cron, timezone) VALUES
                 ('io_hand', 'wrong', 'every now and then', 'UTC'), ('io_hand', 'nowhere', '* * * * *', 'Europe/Atlantis')",
            )
            .await;
        let times = ["2026-06-10T12:00:20Z", "2026-06-10T12:01:20Z"];
        filed.push(frozen.passes(side, &times, "io_hand").await);
        ours.stop().await.unwrap();
    }
    assert_eq!(
        filed[0],
        ["right 2026-06-10 12:00:00", "right 2026-06-10 12:01:00"]
    );
    assert_eq!(filed[0], filed[1]);
}

#[tokio::test]
async fn case_64_names_and_keys_with_underscores_are_filed_once_by_both() {
    let Some(frozen) = Frozen::at(NOON).await else {
        return;
    };
    let ours = frozen.submitting().await;
    // Without escapes, these two would be filed under one name.
    for (queue, key) in [("io_h_a", "b__c"), ("io_h_a__b", "c")] {
        ours.create_queue(queue, ()).await.unwrap();
        ours.set_schedule(queue, "* * * * *", (), json!({ "key": key }))
            .await
            .unwrap();
    }
    for side in [Side::Ours, Side::Node, Side::Ours, Side::Node] {
        frozen
            .execute("UPDATE pgboss.version SET cron_on = NULL")
            .await;
        frozen.pass(side).await;
    }
    for (queue, filed) in [
        ("io_h_a", "b__c 2026-06-10 12:00:00"),
        ("io_h_a__b", "c 2026-06-10 12:00:00"),
    ] {
        assert_eq!(frozen.filed(queue).await, [filed]);
        assert_eq!(frozen.jobs(queue).await.len(), 1);
    }
    ours.stop().await.unwrap();
}

#[tokio::test]
async fn a_schedule_that_is_wrong_is_refused_and_leaves_no_row() {
    let Some(frozen) = Frozen::at(NOON).await else {
        return;
    };
    let ours = frozen.submitting().await;
    for (expression, options, part) in [
        ("61 * * * *", json!({}), "61"),
        ("", json!({}), "cron"),
        ("* * * * *", json!({ "tz": "Europe/Atlantis" }), "Atlantis"),
        ("* * * * *", json!({ "key": "a b" }), "' '"),
        ("* * * * *", json!({ "missed": "sometimes" }), "skip"),
        ("* * * * *", json!({ "prioritty": 3 }), "`priority`"),
        (
            "DTSTART:20200101T000000Z\nRRULE:FREQ=DAILY;COUNT=2",
            json!({}),
            "to come",
        ),
    ] {
        let refused = ours.set_schedule("io_hand", expression, (), options).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BadInput, "{refused:?}");
        assert!(format!("{refused:?}").contains(part), "{refused:?}");
    }
    let unknown = ours.set_schedule("io_no_such", "* * * * *", (), ()).await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(
        ours.list_schedules(ListSchedules::new().queue("io_hand"))
            .await
            .unwrap()
            .is_empty()
    );
    ours.stop().await.unwrap();
}
