//! What handles and submitted jobs can do beside submitting, and what is said of common mistakes.

use jobs_pg::operation::{Flow, JobUpdate, QueueOptions};
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, JobState, QueuePolicy};
use serde_json::json;
use tests::Database;

#[job(executor = PgBoss)]
async fn by_hand_index(id: u32) -> u32 {
    id
}

#[job(executor = PgBoss)]
async fn by_hand_sum(ids: Vec<u32>) -> usize {
    ids.len()
}

async fn boss(database: &Database) -> PgBoss {
    let boss = PgBoss::builder().url(database.url()).work(false);
    boss.connect().await.unwrap()
}

#[tokio::test]
async fn an_upsert_changes_the_job_of_its_key_that_waits_or_stores_one() {
    let database = Database::new().await;
    let boss = boss(&database).await;
    let upsert = async |input, priority| {
        let submission = ByHandIndex::delay(3600).singleton_key("k").on(&boss);
        submission.priority(priority).upsert(input).await.unwrap()
    };
    let first = upsert(1, 1).await;
    let second = upsert(2, 5).await;
    assert_eq!((first.is_new(), second.is_new()), (true, false));
    assert_eq!(second.job_id, first.job_id);
    let row = first.pg_boss().details().await.unwrap();
    assert_eq!((row.input::<u32>().unwrap(), row.priority), (2, 5));
    let wrong = row.input::<String>().unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::BadInput);

    let changed = first.pg_boss().update(JobUpdate::new().data(3)).await;
    assert!(changed.unwrap());
    let row = first.pg_boss().details().await.unwrap();
    assert_eq!(row.input::<u32>().unwrap(), 3);

    assert!(first.pg_boss().cancel().await.unwrap());
    assert!(
        !first
            .pg_boss()
            .update(JobUpdate::new().data(4))
            .await
            .unwrap()
    );
    assert!(upsert(5, 1).await.is_new());
    let nameless = ByHandIndex::run_now().on(&boss).upsert(1).await;
    let nameless = nameless.unwrap_err();
    assert_eq!(nameless.kind(), ErrorKind::BadInput);
    assert!(nameless.to_string().contains("singleton_key"), "{nameless}");
}

#[tokio::test]
async fn a_flow_of_handles_makes_their_queues_and_its_jobs_know_each_other() {
    let database = Database::new().await;
    let boss = boss(&database).await;
    let flow = Flow::new()
        .add::<ByHandIndex>("one", 1, JobOptions::new().priority(2))
        .add::<ByHandIndex>("two", 2, JobOptions::new())
        .add::<ByHandSum>("sum", vec![1, 2], JobOptions::new())
        .waits_for("sum", ["one", "two"]);
    let ids = boss.flow(flow).await.unwrap();
    let sum = ByHandSum::track(ids["sum"]).on(&boss);
    let row = sum.pg_boss().details().await.unwrap();
    assert_eq!((row.state, row.blocked), (JobState::Created, true));
    assert_eq!(sum.pg_boss().dependencies().await.unwrap().len(), 2);
    let one = ByHandIndex::track(ids["one"]).on(&boss);
    let dependents = one.pg_boss().dependents().await.unwrap();
    assert_eq!(dependents[0].id, ids["sum"]);
}

#[tokio::test]
async fn what_a_constraint_refuses_is_said_in_words() {
    let database = Database::new().await;
    let boss = boss(&database).await;
    let strict = QueueOptions::new().policy(QueuePolicy::KeyStrictFifo);
    boss.create_queue("strict", strict).await.unwrap();
    let short = QueueOptions::new().policy(QueuePolicy::Short);
    boss.create_queue("short", short).await.unwrap();
    let cancelled = boss.send("short", 1, ()).await.unwrap();
    boss.cancel("short", cancelled).await.unwrap();
    boss.send("short", 2, ()).await.unwrap();
    let lost = json!({ "deadLetter": "nowhere" });
    for (error, said) in [
        (boss.send("mial", 1, ()).await.err(), "no such queue"),
        (boss.subscribe("event", "mial").await.err(), "no such queue"),
        (
            boss.set_schedule("mial", "* * * * *", (), ()).await.err(),
            "no such queue",
        ),
        (
            boss.create_queue("mail", lost).await.err(),
            "no such dead letter queue `nowhere`",
        ),
        (boss.send("strict", 1, ()).await.err(), "no singleton key"),
        (
            boss.resume("short", cancelled).await.err(),
            "a job with the same key already exists",
        ),
    ] {
        let error = error.unwrap();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn asking_for_the_schema_installs_nothing() {
    let database = Database::new().await;
    let boss = boss(&database).await;
    assert!(!boss.is_installed().await.unwrap());
    assert_eq!(boss.schema_version().await.unwrap(), None);
    boss.install().await.unwrap();
    assert!(boss.is_installed().await.unwrap());
    assert_eq!(boss.schema_version().await.unwrap(), Some(46));
}
