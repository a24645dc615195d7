//! A job that no process handles, or that asks for a value that was not provided, is left alone, and the log says so.

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use tests::{Database, Log, eventually};

use super::{execute, number, on, only_job_of};

/// Is handled.
#[job(executor = PgBoss)]
async fn hs_neighbour() {}

/// What a job asks for.
struct HsMailbox(u32);

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_needy(ctx: Context<HsNeedy>) -> u32 {
    ctx.app::<HsMailbox>().0 + ctx.job.attempt
}

#[tokio::test]
async fn a_job_that_nobody_handles_is_left_alone_and_seen_in_a_warning() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsNeighbour>().connect().await.unwrap();
    let first = HsNeighbour::run_now().on(&boss).submit(()).await.unwrap();
    execute(
        database.pool(),
        "SELECT pgboss.create_queue('hs_nobody', '{\"policy\": \"standard\"}'); \
         INSERT INTO pgboss.job (name) VALUES ('hs_nobody')",
    )
    .await;
    let log = Log::new();
    boss.start().await.unwrap();
    let warnings = log.lines(&["WARN", "hs_nobody"]);
    drop(log);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(!warnings[0].contains("hs_neighbour"), "{warnings:?}");

    // Its neighbours run meanwhile.
    let second = HsNeighbour::run_now().on(&boss).submit(()).await.unwrap();
    first.output().await.unwrap();
    second.output().await.unwrap();
    let row = only_job_of(database.pool(), "hs_nobody").await;
    assert_eq!(
        (row.state.to_string().as_str(), row.started_on),
        ("created", None)
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_job_that_asks_for_a_missing_value_waits_for_a_process_that_provides_it() {
    let database = Database::new().await;
    let without = on(&database).only::<HsNeedy>().connect().await.unwrap();
    let job = HsNeedy::run_now().on(&without).submit(()).await.unwrap();
    let log = Log::new();
    without.start().await.unwrap();
    eventually("the job waits", async || {
        let waits = "SELECT count(*) FROM pgboss.job WHERE state < 'active' AND retry_count = 0 AND start_after > created_on + interval '30 s'";
        number(database.pool(), waits).await == 1
    })
    .await;
    without.stop().await.unwrap();
    let errors = log.lines(&["ERROR", "HsMailbox"]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains(".provide(value)"), "{errors:?}");

    execute(
        database.pool(),
        "UPDATE pgboss.job SET start_after = created_on",
    )
    .await;
    let with = on(&database)
        .provide(HsMailbox(5))
        .only::<HsNeedy>()
        .connect()
        .await
        .unwrap();
    with.start().await.unwrap();
    assert_eq!(job.on(&with).output().await.unwrap(), 6);
    with.stop().await.unwrap();
}

#[tokio::test]
async fn a_drain_that_runs_a_job_which_asks_for_a_missing_value_is_an_error_that_says_so() {
    let database = Database::new().await;
    let jobs = || on(&database).only::<(HsNeedy, HsNeighbour)>();
    let without = jobs().connect().await.unwrap();
    let needy = HsNeedy::run_now().on(&without).submit(()).await.unwrap();
    let neighbour = HsNeighbour::run_now().on(&without).submit(()).await;
    let error = without.drain().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let text = error.to_string();
    for part in [&*needy.job_id.to_string(), "HsMailbox`", ".provide(value)"] {
        assert!(text.contains(part), "{text}");
    }
    neighbour.unwrap().output().await.unwrap();

    let with = jobs().provide(HsMailbox(5)).connect().await.unwrap();
    with.travel("1 minute").await.unwrap();
    assert_eq!(with.drain().await.unwrap().len(), 1);
    assert_eq!(needy.on(&with).output().await.unwrap(), 6);
}
