//! X8: why a job is not running.

use jobs_pg::operation::Flow;
use jobs_pg::prelude::*;
use jobs_pg::{Cause, JobSet, JobState};
use serde_json::json;
use tests::{Database, eventually};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{idle, only, output_of};

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn ex_plain(fails: bool) -> Result<(), JobError> {
    match fails {
        true => Err(JobError::from("the printer burns")),
        false => Ok(()),
    }
}

#[job(executor = PgBoss)]
async fn ex_gives_up() -> Result<(), JobError> {
    Err(JobError::cancel("nobody wants it"))
}

/// Runs until the test lets it end.
#[job(executor = PgBoss)]
async fn ex_runs(ctx: Context<ExRuns>) {
    ctx.app::<Semaphore>().acquire().await.unwrap().forget();
}

#[job(executor = PgBoss, queue(policy = "singleton"))]
async fn ex_one_at_a_time() {}

#[job(executor = PgBoss, worker(group_concurrency = 1, group_tiers(pro = 2, big = 101)))]
async fn ex_of_group() {}

#[job(executor = PgBoss, queue(policy = "key_strict_fifo"))]
async fn ex_in_order() {}

/// What is said of the job, the causes with their facts.
async fn causes(boss: &PgBoss, id: Uuid) -> Vec<Cause> {
    boss.explain(id).await.unwrap().causes
}

/// What is said in sentences.
async fn sentences(boss: &PgBoss, id: Uuid) -> String {
    boss.explain(id).await.unwrap().to_string()
}

/// An executor that works none of the jobs, and one that is registered as working these.
async fn beside<Jobs: JobSet>(database: &Database) -> (PgBoss, PgBoss) {
    let boss = only::<(ExRuns,)>(database).connect().await.unwrap();
    let worker = only::<Jobs>(database).provide(Semaphore::new(0));
    let worker = worker.connect().await.unwrap();
    worker.start().await.unwrap();
    (boss, worker)
}

/// Takes jobs of a queue as a worker does that never ends them.
async fn take(boss: &PgBoss, queue: &str, jobs: u32) -> Vec<Uuid> {
    let options = jobs_pg::operation::FetchOptions::new().batch_size(jobs);
    let taken = boss.fetch(queue, options).await.unwrap();
    taken.iter().map(|job| job.id).collect()
}

#[tokio::test]
async fn x8_a_job_that_nobody_works_is_explained_by_all_that_keeps_it() {
    let database = Database::new().await;
    let boss = idle::<(ExPlain,)>(&database).await;
    let job = ExPlain::delay("1h").on(&boss).submit(false).await.unwrap();
    let [
        Cause::NotDue {
            until: Some(until), ..
        },
        Cause::NoWorker {
            last_seen: None, ..
        },
    ] = causes(&boss, job.job_id).await[..]
    else {
        panic!("{}", sentences(&boss, job.job_id).await);
    };
    assert_eq!(until, job.pg_boss().details().await.unwrap().start_after);
    boss.pause_queue("ex_plain").await.unwrap();
    let said = sentences(&boss, job.job_id).await;
    let start = format!(
        "job {} of queue `ex_plain` waits: it is not due before {until}; the queue is paused since ",
        job.job_id
    );
    assert!(
        said.starts_with(&start) && said.ends_with("; no registered process works the queue"),
        "{said}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x8_a_live_worker_is_no_cause_and_one_that_stopped_says_when_it_was_seen() {
    let database = Database::new().await;
    let (boss, worker) = beside::<(ExPlain,)>(&database).await;
    // Paused, so that it waits.
    boss.create_queue("ex_plain", ()).await.unwrap();
    boss.pause_queue("ex_plain").await.unwrap();
    let job = ExPlain::delay("1h").on(&boss).submit(false).await.unwrap();
    let is_worked = async || {
        let causes = causes(&boss, job.job_id).await;
        !causes
            .iter()
            .any(|cause| matches!(cause, Cause::NoWorker { .. }))
    };
    eventually("the worker is registered", is_worked).await;
    worker.stop().await.unwrap();
    let causes = causes(&boss, job.job_id).await;
    assert!(
        matches!(
            causes.last(),
            Some(Cause::NoWorker {
                last_seen: Some(_),
                ..
            })
        ),
        "{causes:?}"
    );
}

#[tokio::test]
async fn x8_a_queue_that_no_program_knows_is_said() {
    let database = Database::new().await;
    let boss = only::<(ExPlain,)>(&database).connect().await.unwrap();
    boss.create_queue("ex_nobodys", ()).await.unwrap();
    let id = boss.send("ex_nobodys", json!(1), ()).await.unwrap().id;
    assert_eq!(causes(&boss, id).await.last(), Some(&Cause::UnknownJob));
    assert_eq!(causes(&boss, Uuid::new_v4()).await, [Cause::NotFound]);
}

#[tokio::test]
async fn x8_parents_are_named_with_their_states() {
    let database = Database::new().await;
    let boss = idle::<(ExPlain, ExRuns)>(&database).await;
    boss.install().await.unwrap();
    let flow = Flow::new()
        .add::<ExPlain>("first", false, JobOptions::new())
        .add::<ExRuns>("second", (), JobOptions::new())
        .waits_for("second", ["first"]);
    let ids = boss.flow(flow).await.unwrap();
    boss.cancel("ex_plain", ids["first"]).await.unwrap();
    let causes = causes(&boss, ids["second"]).await;
    let Cause::Blocked { parents, .. } = &causes[0] else {
        panic!("{causes:?}");
    };
    let parents: Vec<_> = parents
        .iter()
        .map(|parent| (parent.name.as_str(), parent.id, parent.state))
        .collect();
    assert_eq!(
        parents,
        [("ex_plain", ids["first"], Some(JobState::Cancelled))]
    );
    let said = sentences(&boss, ids["second"]).await;
    assert!(
        said.contains("of queue `ex_plain`, which is cancelled"),
        "{said}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x8_jobs_that_hold_the_slot_of_a_policy_are_named() {
    let database = Database::new().await;
    let boss = idle::<(ExOneAtATime, ExInOrder)>(&database).await;
    for _ in 0..2 {
        ExOneAtATime::run_now().on(&boss).submit(()).await.unwrap();
    }
    let active = take(&boss, "ex_one_at_a_time", 1).await;
    let waiting = boss.submitted::<ExOneAtATime>().await.unwrap();
    let waiting = waiting
        .iter()
        .find(|job| job.state == JobState::Created)
        .unwrap();
    let causes_of_waiting = causes(&boss, waiting.job_id).await;
    let Cause::PolicySlot {
        policy, holders, ..
    } = &causes_of_waiting[0]
    else {
        panic!("{causes_of_waiting:?}");
    };
    assert_eq!((policy.as_str(), holders), ("singleton", &active));

    let in_order = || ExInOrder::run_now().on(&boss).singleton_key("acme");
    let first = in_order().submit(()).await.unwrap();
    let second = in_order().submit(()).await.unwrap();
    let causes_of_second = causes(&boss, second.job_id).await;
    assert!(
        matches!(&causes_of_second[0], Cause::PolicySlot { holders, .. } if holders == &[first.job_id]),
        "{causes_of_second:?}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x8_a_full_group_and_the_jobs_before_it_are_counted() {
    let database = Database::new().await;
    let boss = idle::<(ExOfGroup,)>(&database).await;
    let of_group = |group: (&'static str, &'static str)| {
        let submission = ExOfGroup::run_now().on(&boss);
        submission.group(group).submit(())
    };
    of_group(("acme", "free")).await.unwrap();
    let active = take(&boss, "ex_of_group", 1).await;
    let pro = of_group(("acme", "pro")).await.unwrap();
    let free = of_group(("acme", "free")).await.unwrap();
    let is_limited = |causes: &[Cause]| {
        causes
            .iter()
            .any(|cause| matches!(cause, Cause::GroupLimit { .. }))
    };
    assert!(!is_limited(&causes(&boss, pro.job_id).await));
    let causes = causes(&boss, free.job_id).await;
    let limited = causes.iter().find_map(|cause| match cause {
        Cause::GroupLimit {
            group,
            limit,
            active,
            ..
        } => Some((group.as_str(), *limit, active)),
        _ => None,
    });
    assert_eq!(limited, Some(("acme", 1, &active)));
    assert!(
        matches!(causes.last(), Some(Cause::Behind { ahead: 1, .. })),
        "{causes:?}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x8_a_full_group_of_more_jobs_than_are_named_is_full() {
    let database = Database::new().await;
    let boss = idle::<(ExOfGroup,)>(&database).await;
    let submission = ExOfGroup::run_now().on(&boss).group(("acme", "big"));
    submission.submit_many(vec![(); 102]).await.unwrap();
    assert_eq!(take(&boss, "ex_of_group", 101).await.len(), 101);
    let jobs = boss.submitted::<ExOfGroup>().await.unwrap();
    let last = jobs.iter().find(|job| job.state == JobState::Created);
    let causes = causes(&boss, last.unwrap().job_id).await;
    assert!(
        matches!(&causes[0], Cause::GroupLimit { limit: 101, active, .. } if active.len() == 100),
        "{causes:?}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x8_a_job_that_runs_or_has_ended_is_explained_too() {
    let database = Database::new().await;
    let (boss, worker) = beside::<(ExPlain, ExGivesUp, ExRuns)>(&database).await;
    let done = ExPlain::run_now().on(&worker).submit(false).await.unwrap();
    let failed = ExPlain::run_now().on(&worker).submit(true).await.unwrap();
    let gave_up = ExGivesUp::run_now().on(&worker).submit(()).await.unwrap();
    let cancelled = ExPlain::delay(60).on(&worker).submit(true).await.unwrap();
    cancelled.pg_boss().cancel().await.unwrap();
    let running = ExRuns::run_now().on(&worker).submit(()).await.unwrap();
    output_of(&done).await.unwrap();
    output_of(&failed).await.unwrap_err();
    output_of(&gave_up).await.unwrap_err();
    eventually("it runs", async || {
        matches!(
            causes(&boss, running.job_id).await[..],
            [Cause::Running {
                attempt: 1,
                since: Some(_),
                ..
            }]
        )
    })
    .await;
    for (id, words) in [
        (done.job_id, "was completed at "),
        (failed.job_id, ": the printer burns"),
        (gave_up.job_id, ": nobody wants it"),
        (cancelled.job_id, "was cancelled at "),
        (running.job_id, "runs since "),
    ] {
        let said = sentences(&boss, id).await;
        assert!(said.contains(words), "{said}");
    }
    worker.stop().await.unwrap();
}
