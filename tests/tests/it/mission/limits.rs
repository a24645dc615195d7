//! What a worker leaves alone for now: other priorities, and groups that are busy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use tests::Database;

use super::{idle, only, output_of, started};

#[job(executor = PgBoss, worker(min_priority = -1, max_priority = 2))]
async fn limits_of_priority() {}

#[tokio::test]
async fn a_worker_takes_jobs_of_its_priorities_only() {
    let database = Database::new().await;
    let boss = started::<LimitsOfPriority>(&database).await;
    let mut jobs = Vec::new();
    for priority in [3, -2, 2, -1, 0] {
        let submission = LimitsOfPriority::run_now().on(&boss).priority(priority);
        jobs.push(submission.submit(()).await.unwrap());
    }
    for job in &jobs[2..] {
        output_of(job).await.unwrap();
    }
    for job in &jobs[..2] {
        let row = job.pg_boss().details().await.unwrap();
        assert_eq!(row.state, JobState::Created);
    }
    boss.stop().await.unwrap();
}

/// How many jobs of each group run, the most that ever did, and who ran in which order.
#[derive(Default)]
struct Groups {
    now: HashMap<String, usize>,
    most: HashMap<String, usize>,
}

type Seen = Arc<Mutex<Groups>>;

/// Counts those of its group that run beside it, and waits until they have been as many as may.
#[job(executor = PgBoss, worker(concurrency = 8, group_concurrency = 2, group_tiers(pro = 3, "very free" = 1)))]
async fn limits_of_groups((group, limit): (String, usize), ctx: Context<LimitsOfGroups>) {
    let seen = ctx.app::<Seen>();
    {
        let mut seen = seen.lock().unwrap();
        let now = seen.now.entry(group.clone()).or_default();
        *now += 1;
        let now = *now;
        let most = seen.most.entry(group.clone()).or_default();
        *most = now.max(*most);
    }
    while seen.lock().unwrap().most[&group] < limit {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Time for one too many to begin.
    tokio::time::sleep(Duration::from_millis(300)).await;
    *seen.lock().unwrap().now.entry(group).or_default() -= 1;
}

#[tokio::test]
async fn a_group_never_has_more_jobs_that_run_than_its_tier_allows_over_all_processes() {
    let database = Database::new().await;
    let boss = idle::<LimitsOfGroups>(&database).await;
    let mut jobs = Vec::new();
    let new = || LimitsOfGroups::run_now().on(&boss);
    for (group, limit, submission) in [
        ("", 4, new()),
        ("a", 2, new().group("a")),
        ("b", 3, new().group(("b", "pro"))),
        ("c", 1, new().group(("c", "very free"))),
        ("d", 2, new().group(("d", "other"))),
    ] {
        let inputs = vec![(group.to_owned(), limit); 12];
        jobs.extend(submission.submit_many(inputs).await.unwrap());
    }
    let seen = Seen::default();
    let mut bosses = Vec::new();
    for _ in 0..3 {
        let working = only::<LimitsOfGroups>(&database).provide(Arc::clone(&seen));
        bosses.push(working.connect().await.unwrap());
    }
    for working in &bosses {
        working.start().await.unwrap();
    }
    for job in &jobs {
        output_of(job).await.unwrap();
    }
    let most = seen.lock().unwrap().most.clone();
    let most = |group: &str| most[group];
    assert_eq!([most("a"), most("b"), most("c"), most("d")], [2, 3, 1, 2]);
    assert!(most("") > 3, "{} without a group at once", most(""));
    for working in bosses {
        working.stop().await.unwrap();
    }
    boss.stop().await.unwrap();
}

type Order = Arc<Mutex<Vec<u32>>>;

/// Notes its number.
#[job(executor = PgBoss, worker(concurrency = 4, group_concurrency = 1))]
async fn limits_in_order(number: u32, ctx: Context<LimitsInOrder>) {
    ctx.app::<Order>().lock().unwrap().push(number);
    tokio::time::sleep(Duration::from_millis(20)).await;
}

#[tokio::test]
async fn a_busy_group_starves_no_other_and_goes_by_priority_and_age() {
    let database = Database::new().await;
    let boss = idle::<LimitsInOrder>(&database).await;
    let busy = LimitsInOrder::run_now().on(&boss).group("busy");
    let mut jobs = busy.submit_many(0..20).await.unwrap();
    let urgent = LimitsInOrder::run_now().on(&boss).group("busy");
    jobs.push(urgent.priority(1).submit(100).await.unwrap());
    let other = LimitsInOrder::run_now().on(&boss).group("other");
    jobs.push(other.submit(200).await.unwrap());
    let order = Order::default();
    let working = only::<LimitsInOrder>(&database).provide(Arc::clone(&order));
    let working = working.connect().await.unwrap();
    working.start().await.unwrap();
    for job in &jobs {
        output_of(job).await.unwrap();
    }
    let order = order.lock().unwrap().clone();
    // The other group comes with the first fetch.
    assert!(
        order[..2].contains(&100) && order[..2].contains(&200),
        "{order:?}"
    );
    let busy: Vec<u32> = order
        .iter()
        .copied()
        .filter(|number| *number < 100)
        .collect();
    let mut sorted = busy.clone();
    sorted.sort_unstable();
    assert_eq!(busy, sorted);
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}
