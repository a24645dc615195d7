//! Who makes the schema, and what the other then finds.

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tests::node::Node;
use tests::{Database, eventually};

use super::facts::{differences, facts};
use super::{Both, hold_lock, quiet, start};

const RACES: u32 = 50;

#[job(executor = PgBoss)]
async fn io_race() {}

#[tokio::test]
async fn case_01_ours_takes_nodes_schema_and_changes_nothing() {
    let Some(both) = Both::new().await else {
        return;
    };
    both.queue("theirs", json!({ "retryLimit": 7 })).await;
    let rows = "SELECT jsonb_build_object('version', (SELECT jsonb_agg(to_jsonb(v)) FROM pgboss.version v), \
                'queue', (SELECT to_jsonb(q) FROM pgboss.queue q WHERE name = 'theirs'))";
    let look = async || {
        (
            facts(both.database.pool()).await,
            both.value::<Value>(rows).await,
        )
    };
    let before = look().await;
    let ours = start(quiet(&both.database).only::<IoRace>()).await;
    let after = look().await;
    assert_eq!(after.1, before.1);
    let mut differing = differences(&before.0, &after.0);
    // Queues of our own may have partitions, and each of them narrows the one for the rest.
    differing.retain(|fact| !is_of_partition(fact));
    assert!(differing.is_empty(), "{differing:#?}");
    both.end(ours).await;
}

fn is_of_partition(fact: &str) -> bool {
    let table = |word: &str| {
        let digits = word.strip_prefix('j').and_then(|rest| rest.get(..56));
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    fact.starts_with("partition job_common ") || fact.split([' ', '.']).any(table)
}

#[tokio::test]
async fn case_02_node_starts_on_ours_which_is_as_its_own() {
    let Some(theirs) = Both::new().await else {
        return;
    };
    let database = Database::new().await;
    let ours = quiet(&database).work(false).connect().await.unwrap();
    // The queue of the job that it submits is all that it makes.
    IoRace::run_now().on(&ours).submit(()).await.unwrap();
    for migrate in [true, false] {
        let options = json!({ "migrate": migrate, "supervise": false, "schedule": false });
        let boss = theirs.node.boss(&database, &options).await;
        boss.call("start", json!([])).await;
        boss.stop().await;
    }
    let [made_by_node, made_by_us] = [
        facts(theirs.database.pool()).await,
        facts(database.pool()).await,
    ];
    let mut differing = differences(&made_by_node, &made_by_us);
    // The bodies are our own.
    differing.retain(|fact| !fact.starts_with("function "));
    assert!(differing.is_empty(), "{differing:#?}");
    theirs.end(ours).await;
}

#[tokio::test]
async fn case_04_node_that_waited_while_ours_installed_starts() {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let holder = hold_lock(&database, "pgboss", "").await;
    let ours = quiet(&database).work(false).connect().await.unwrap();
    let submission = IoRace::run_now().on(&ours);
    let options = json!({ "supervise": false, "schedule": false });
    let boss = node.boss(&database, &options).await;
    // Whoever asks first gets the lock first: ours installs, and Node finds everything there when its turn comes.
    let node_second = async {
        eventually("ours waits", async || {
            database.waiting_for_locks().await == 1
        })
        .await;
        let release = async {
            eventually("Node waits too", async || {
                database.waiting_for_locks().await == 2
            })
            .await;
            holder.commit().await.unwrap();
        };
        tokio::join!(boss.call("start", json!([])), release)
    };
    let (submitted, _) = tokio::join!(submission.submit(()), node_second);
    let fetched = boss.call("fetch", json!(["io_race"])).await;
    assert_eq!(fetched[0]["id"], submitted.unwrap().job_id.to_string());
    let bodies = "SELECT count(*) FROM pg_proc WHERE proname LIKE 'jobs\\_%'";
    let of_ours: i64 = sqlx::query_scalar(bodies)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert!(of_ours > 0, "Node installed");
    let diagnosis = node.doctor(&database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
    let errors = boss.events_named("error");
    assert!(errors.is_empty(), "{errors:?}");
    boss.stop().await;
}

#[tokio::test]
async fn ours_installs_again_where_pg_boss_has_uninstalled_it() {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let ours = start(quiet(&database).only::<IoRace>()).await;
    ours.stop().await.unwrap();
    let theirs = node.boss(&database, &json!({})).await;
    let plans = theirs.call("uninstallPlans", json!(["pgboss"])).await;
    let uninstall = sqlx::raw_sql(AssertSqlSafe(plans.as_str().unwrap().to_owned()));
    uninstall.execute(database.pool()).await.unwrap();
    let left = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgboss'::regnamespace";
    let left: i64 = sqlx::query_scalar(left)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert!(left > 0, "there is nothing to install over");
    let ours = start(quiet(&database).only::<IoRace>()).await;
    let submitted = IoRace::run_now().on(&ours).submit(()).await.unwrap();
    submitted.output().await.unwrap();
    ours.stop().await.unwrap();
    let diagnosis = node.doctor(&database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
}

#[tokio::test]
async fn case_03_both_start_at_once_on_nothing_fifty_times() {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let options = json!({ "supervise": false, "schedule": false, "max": 2 });
    let boss = node.boss(&database, &options).await;
    for race in 0..RACES {
        let schema = format!("race_{race}");
        let ours = quiet(&database)
            .pool(database.pool().clone())
            .schema(&schema);
        let ours = ours.connect().await.unwrap();
        let there = async |method: &str, args| boss.call("in", json!([schema, method, args])).await;
        // A submission installs as `start` does, without the queues of all jobs that there are.
        let submission = IoRace::run_now().on(&ours);
        let (_, submitted) = tokio::join!(there("start", json!([])), submission.submit(()));
        let fetched = there("fetch", json!(["io_race"])).await;
        there("complete", json!(["io_race", fetched[0]["id"]])).await;
        submitted.unwrap().output().await.unwrap();
        let drift = there("detectSchemaDrift", json!([])).await;
        assert_eq!(drift["ok"], true, "{drift:#}");
        let versions = format!("SELECT array_agg(version) FROM {schema}.version");
        let versions: Vec<i32> = sqlx::query_scalar(AssertSqlSafe(versions))
            .fetch_one(database.pool())
            .await
            .unwrap();
        assert_eq!(versions, [46]);
        there("stop", json!([{ "graceful": false }])).await;
    }
    let errors = boss.events_named("error");
    assert!(errors.is_empty(), "{errors:?}");
    boss.call("start", json!([])).await;
    boss.stop().await;
}
