//! D8: environments and products keep their jobs apart, in one schema.

use jobs_pg::operation::Flow;
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, JobState, PgBossBuilder};
use serde_json::json;
use tests::Database;

use super::{only, output_of};

/// Returns where it runs.
#[job(executor = PgBoss, schedule(cron = "0 5 * * *", input = 1))]
async fn ns_where(number: u32, ctx: Context<NsWhere>) -> (String, String, String, u32) {
    let place = ctx.app::<&'static str>().to_string();
    let job = &ctx.job;
    (place, job.name.to_string(), job.queue.to_string(), number)
}

#[job(executor = PgBoss)]
async fn ns_dead(_number: u32) {}

#[job(executor = PgBoss, options(retry_limit = 0, dead_letter = "ns_dead"), queue(policy = "short"))]
async fn ns_fails(_number: u32) -> Result<(), JobError> {
    Err(JobError::from("no"))
}

type Jobs = (NsWhere, NsFails, NsDead);

/// An executor of the product `billing` in this environment.
fn in_env(database: &Database, env: &'static str) -> PgBossBuilder {
    let boss = only::<Jobs>(database).provide(env);
    boss.product("billing").env(env)
}

async fn at_work(database: &Database, env: &'static str) -> PgBoss {
    let boss = in_env(database, env).connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

async fn texts(database: &Database, query: &'static str) -> Vec<String> {
    let found = sqlx::query_scalar(query).fetch_all(database.pool());
    found.await.unwrap()
}

#[tokio::test]
async fn d8_a_worker_runs_the_jobs_of_its_own_environment_and_product_alone() {
    let database = Database::new().await;
    let prd = at_work(&database, "prd").await;
    let job = NsWhere::run_now().on(&prd).submit(1).await.unwrap();
    let ran = (
        "prd".into(),
        "ns_where".into(),
        "billing/prd/ns_where".into(),
        1,
    );
    assert_eq!(output_of(&job).await.unwrap(), ran);

    let dev = in_env(&database, "dev").connect().await.unwrap();
    let plain = only::<Jobs>(&database)
        .provide("none")
        .connect()
        .await
        .unwrap();
    let of_dev = NsWhere::run_now().on(&dev).submit(2).await.unwrap();
    let of_none = NsWhere::run_now().on(&plain).submit(3).await.unwrap();
    // What was submitted before it, and is for others, is left alone by the worker that runs this.
    let last = NsWhere::run_now().on(&prd).submit(4).await.unwrap();
    output_of(&last).await.unwrap();
    for job in [&of_dev, &of_none] {
        let details = job.pg_boss().details().await.unwrap();
        assert_eq!(details.state, JobState::Created);
    }
    assert_eq!(job.job_name, "ns_where");
    assert_eq!(
        of_dev.pg_boss().details().await.unwrap().name,
        "billing/dev/ns_where"
    );

    dev.start().await.unwrap();
    assert_eq!(output_of(&of_dev).await.unwrap().0, "dev");
    plain.start().await.unwrap();
    let ran = ("none".into(), "ns_where".into(), "ns_where".into(), 3);
    assert_eq!(output_of(&of_none).await.unwrap(), ran);
    for boss in [prd, dev, plain] {
        boss.stop().await.unwrap();
    }
}

#[tokio::test]
async fn d8_keys_and_policies_of_one_environment_do_not_hold_back_another() {
    let database = Database::new().await;
    let prd = in_env(&database, "prd").connect().await.unwrap();
    let dev = in_env(&database, "dev").connect().await.unwrap();
    for boss in [&prd, &dev] {
        let first = NsFails::delay(60).on(boss).submit(1).await.unwrap();
        let second = NsFails::delay(60).on(boss).submit(2).await.unwrap();
        assert_eq!((first.is_new(), second.is_new()), (true, false));
        let throttled = async || {
            let submission = NsWhere::run_now().on(boss).throttle("1h");
            submission.submit(1).await.unwrap().is_new()
        };
        assert_eq!((throttled().await, throttled().await), (true, false));
    }
}

#[tokio::test]
async fn d8_dead_letters_stay_in_their_environment() {
    let database = Database::new().await;
    let prd = in_env(&database, "prd").connect().await.unwrap();
    let dev = in_env(&database, "dev").connect().await.unwrap();
    let failed = NsFails::run_now().on(&dev).submit(7).await.unwrap();
    // By the submission too: both name the job.
    prd.install().await.unwrap();
    let options = json!({"deadLetter": "ns_where", "retryLimit": 0});
    let moved = NsFails::run_now()
        .on(&prd)
        .submit_with(8, options)
        .await
        .unwrap();
    dev.drain().await.unwrap();
    prd.drain().await.unwrap();
    for job in [&failed, &moved] {
        assert_eq!(output_of(job).await.unwrap_err().kind(), ErrorKind::Failed);
    }
    let jobs = "SELECT name || ' ' || data::text FROM pgboss.job WHERE name NOT LIKE '%ns_fails' ORDER BY 1";
    let jobs = texts(&database, jobs).await;
    assert_eq!(jobs, ["billing/dev/ns_dead 7", "billing/prd/ns_where 8"]);
}

#[tokio::test]
async fn d8_each_environment_has_the_schedules_that_it_declares() {
    let database = Database::new().await;
    let with_schedules = |boss: PgBossBuilder| async move {
        let boss = boss.schedule(true).work(false).connect().await.unwrap();
        boss.start().await.unwrap();
        boss.stop().await.unwrap();
        boss
    };
    let prd = with_schedules(in_env(&database, "prd")).await;
    with_schedules(in_env(&database, "dev")).await;
    with_schedules(only::<Jobs>(&database).provide("none")).await;
    // Again, beside those of the others.
    with_schedules(in_env(&database, "prd")).await;
    let schedules = texts(
        &database,
        "SELECT name FROM pgboss.schedule WHERE name LIKE '%ns\\_where' ORDER BY 1",
    )
    .await;
    assert_eq!(
        schedules,
        ["billing/dev/ns_where", "billing/prd/ns_where", "ns_where"]
    );

    prd.travel("24h").await.unwrap();
    let ran = prd.drain().await.unwrap();
    let of_prd = ran.iter().filter(|ran| ran.name == "ns_where");
    assert_eq!(of_prd.count(), 1, "{ran:?}");
}

#[tokio::test]
async fn d8_everything_that_a_handle_does_finds_the_queue_of_the_environment() {
    let database = Database::new().await;
    let boss = in_env(&database, "prd").connect().await.unwrap();
    let key = |key: &str| NsWhere::delay(60).on(&boss).singleton_key(key);
    let one = key("one").upsert(1).await.unwrap();
    let same = key("one").upsert(2).await.unwrap();
    assert_eq!(one.job_id, same.job_id);
    assert!(one.pg_boss().cancel().await.unwrap());
    assert!(one.pg_boss().resume().await.unwrap());

    let mut transaction = database.pool().begin().await.unwrap();
    let within = NsWhere::run_now().on(&boss);
    let within = within.submit_in(&mut transaction, 3).await.unwrap();
    transaction.commit().await.unwrap();

    let flow = Flow::new()
        .add::<NsWhere>("first", 4, JobOptions::new())
        .add::<NsFails>("second", 5, JobOptions::new())
        .waits_for("second", ["first"]);
    let flow = boss.flow(flow).await.unwrap();
    let first = SubmittedJob::<NsWhere>::track(flow["first"]).on(&boss);
    assert_eq!(
        first.pg_boss().dependents().await.unwrap()[0].name,
        "billing/prd/ns_fails"
    );

    let submitted = boss.submitted::<NsWhere>().await.unwrap();
    let inputs: Vec<u32> = submitted.iter().map(|job| job.input).collect();
    assert_eq!(inputs.len(), 3, "{inputs:?}");
    boss.drain().await.unwrap();
    assert_eq!(output_of(&within).await.unwrap().2, "billing/prd/ns_where");
    assert_eq!(output_of(&first).await.unwrap().3, 4);
}

#[tokio::test]
async fn d8_a_queue_that_was_deleted_is_made_again_and_inputs_by_hand_are_checked_by_type() {
    let database = Database::new().await;
    let boss = in_env(&database, "prd").connect().await.unwrap();
    boss.install().await.unwrap();
    let queue = boss.queue_of::<NsWhere>();
    assert_eq!(queue, "billing/prd/ns_where");
    boss.delete_queue(&queue).await.unwrap();
    NsWhere::run_now().on(&boss).submit(1).await.unwrap();
    boss.delete_queue(&queue).await.unwrap();
    boss.send(&queue, json!(2), ()).await.unwrap();
    let error = boss
        .set_schedule(&queue, "0 5 * * *", json!("five"), ())
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::BadInput);
}

#[tokio::test]
async fn d8_a_name_that_cannot_be_part_of_a_queues_name_is_refused() {
    let database = Database::new().await;
    let refused = async |product: Option<&str>, env: Option<&str>| {
        let mut boss = only::<Jobs>(&database);
        if let Some(product) = product {
            boss = boss.product(product);
        }
        if let Some(env) = env {
            boss = boss.env(env);
        }
        let error = boss.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    };
    let long = "x".repeat(201);
    for (product, env, why) in [
        (
            Some("billing"),
            None,
            "`product(\"..\")` needs `env(\"..\")`",
        ),
        (None, Some("prd"), "`env(\"..\")` needs `product(\"..\")`"),
        (Some("a/b"), Some("prd"), "the product `a/b` contains a `/`"),
        (Some("billing"), Some(""), "the environment is empty"),
        (Some("billing"), Some("p r d"), "contains ' '"),
        (Some("billing"), Some(long.as_str()), "at most 200"),
    ] {
        let said = refused(product, env).await;
        assert!(said.contains(why), "{said}");
    }
}
