//! The same random calls on two schemas, one done by Node's pg-boss and one by ours, leave the same rows and get the same answers.
//!
//! Both live by one fake time, pg-boss's `TestClock`, which a second passes on with each call; so times are compared to the
//! microsecond. After each call all rows are compared, so the last call of a case that fails is the one to look at; proptest makes
//! the values of the case small for half a minute, and then calls that it does not need are left out. `PROPTEST_CASES` and
//! `PROPTEST_RNG_SEED` ask for more calls than the 2,000 of every run, and for others.

mod answers;
mod call;
mod calls;
mod given;
mod ours;
mod rows;
mod settling;
mod values;

use std::cell::RefCell;
use std::collections::HashSet;
use std::env;

use chrono::{DateTime, TimeDelta, Utc};
use jobs_pg::PgBoss;
use proptest::test_runner::{
    Config, RngSeed, TestCaseError, TestCaseResult, TestError, TestRunner,
};
use serde_json::{Value, json};
use tests::Database;
use tests::node::{Boss, Node};
use tokio::runtime::Runtime;

use super::quiet;
use call::Call;
use rows::Standing;

/// Some eighty calls each.
const CASES: u32 = 30;
const SEED: u64 = 46;

/// One database, two schemas, and the time in both.
struct Sides {
    node: Boss,
    ours: PgBoss,
    database: Database,
    now: DateTime<Utc>,
    case: u32,
    /// How many calls were done of this case.
    done: usize,
}

#[test]
fn two_thousand_random_calls_leave_the_same_rows_as_node() {
    let runtime = Runtime::new().unwrap();
    let Some(sides) = runtime.block_on(Sides::new()) else {
        return;
    };
    let sides = RefCell::new(sides);
    let compare = |calls: Vec<Call>| runtime.block_on(sides.borrow_mut().compare(&calls));
    let ran = TestRunner::new(config()).run(&calls::case(), compare);
    if let Err(TestError::Fail(_, mut calls)) = ran {
        // What comes after the call that differs was not done.
        let _ = compare(calls.clone());
        calls.truncate(sides.borrow().done);
        let calls = fewest(calls, |calls| compare(calls).is_err());
        let difference = compare(calls.clone()).expect_err("a difference");
        let calls: Vec<String> = calls.iter().map(|call| format!("  {call:?}")).collect();
        panic!(
            "after\n{}\nthe last call differs:\n{difference}",
            calls.join("\n")
        );
    }
    ran.unwrap();
    runtime.block_on(sides.into_inner().end());
}

/// Leaves out the calls that a difference does not need, in ever smaller parts; this is much faster than one by one.
fn fewest(mut calls: Vec<Call>, differ: impl Fn(Vec<Call>) -> bool) -> Vec<Call> {
    let mut part = calls.len() / 2;
    while part > 0 {
        let mut at = 0;
        while at < calls.len() {
            let mut fewer = calls.clone();
            fewer.drain(at..calls.len().min(at + part));
            match differ(fewer.clone()) {
                true => calls = fewer,
                false => at += part,
            }
        }
        part /= 2;
    }
    calls
}

fn config() -> Config {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 2_000,
        // Milliseconds.
        max_shrink_time: 30_000,
        ..Config::default()
    };
    if env::var("PROPTEST_CASES").is_err() {
        config.cases = CASES;
    }
    if env::var("PROPTEST_RNG_SEED").is_err() {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    config
}

impl Sides {
    async fn new() -> Option<Self> {
        let node = Node::ready().await?;
        let database = Database::new().await;
        rows::prepare(database.pool(), database.name()).await;
        let ours = quiet(&database).schema(rows::OURS).work(false);
        let ours = super::start(ours).await;
        let now = DateTime::from_timestamp(1_803_902_400, 0)?;
        let options = json!({
            "schema": rows::THEIRS, "supervise": false, "schedule": false, "testClock": now.timestamp_millis(),
        });
        let node = node.boss(&database, &options).await;
        node.call("start", json!([])).await;
        // Puts the clock into our schema too.
        node.call("in", json!([rows::OURS, "start", []])).await;
        Some(Self {
            node,
            ours,
            database,
            now,
            case: 0,
            done: 0,
        })
    }

    /// Stops both; Node must have seen no error.
    async fn end(self) {
        self.ours.stop().await.unwrap();
        let errors = self.node.events_named("error");
        self.node.stop().await;
        assert!(errors.is_empty(), "{errors:?}");
    }

    /// Does the calls one by one on both sides, until they differ.
    async fn compare(&mut self, calls: &[Call]) -> TestCaseResult {
        self.case += 1;
        self.done = 0;
        rows::clear(self.database.pool()).await;
        for call in calls {
            self.done += 1;
            self.pass(1).await;
            let standing = rows::standing(self.database.pool()).await;
            let call = call.filled(self.case, &standing);
            let Some(call) = self.determined(call, &standing).await else {
                continue;
            };
            if let Err(difference) = self.step(&call).await {
                return Err(TestCaseError::fail(format!("{call:?}\n{difference}")));
            }
        }
        Ok(())
    }

    /// Lets time pass in both schemas.
    async fn pass(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        self.node
            .call("setTime", json!([self.now.timestamp_millis()]))
            .await;
    }

    /// Does one call on both sides, and tells how they differ then.
    async fn step(&mut self, call: &Call) -> Result<(), String> {
        if call.method == "travel" {
            self.pass(call.args[0].as_i64().unwrap_or_default()).await;
            return Ok(());
        }
        let theirs = self.node.try_call(call.method, call.args.clone());
        let (theirs, ours) = tokio::join!(theirs, self.by_ours(call));
        let pool = self.database.pool();
        let renamed = tokio::join!(
            rows::settle(pool, rows::THEIRS, self.now),
            rows::settle(pool, rows::OURS, self.now)
        );
        let method = call.method;
        let theirs = theirs.map(|answer| answers::of_node(method, answer, &renamed.0));
        let ours = ours.map(|answer| answers::of_ours(method, answer, &renamed.1, &theirs));
        let rows = rows::difference(pool).await;
        if rows.is_empty() && answers::agree(method, &theirs, &ours) {
            return Ok(());
        }
        Err(format!("node: {theirs:?}\nours: {ours:?}\n{rows}"))
    }

    /// Does a call by ours. What lets children go is Node's on both sides: ours is no call but a duty of the upkeep.
    async fn by_ours(&self, call: &Call) -> Result<Value, jobs_pg::Error> {
        match call.method {
            "resolveFlow" => Ok(self
                .node
                .call("in", json!([rows::OURS, "resolveFlow", []]))
                .await),
            _ => ours::done(&self.ours, call).await,
        }
    }

    /// Takes from a call what pg-boss leaves open, and passes over one that it does wrong.
    async fn determined(&self, mut call: Call, standing: &[Standing]) -> Option<Call> {
        let pool = self.database.pool();
        if call.method == "fetch" {
            let policy = rows::policy(pool, call.queue()).await;
            let queue = call.queue().to_owned();
            // Node never takes dead letters from a strict queue; ours does.
            let mut waiting = standing.iter().filter(|job| job.name == queue);
            if policy.as_deref() == Some("key_strict_fifo") && waiting.any(|job| !job.has_policy) {
                return None;
            }
            let by_key = matches!(policy.as_deref(), Some("singleton" | "stately"));
            let options = call.args[1].as_object_mut()?;
            options.insert("includeMetadata".into(), true.into());
            // It limits the batch before it looks at keys and groups, so that a batch may come out smaller than it need be.
            if by_key || options.contains_key("groupConcurrency") {
                options.insert("batchSize".into(), 1.into());
            }
        } else if rows::has_policy(pool, "key_strict_fifo").await {
            // An empty key is none for Node where a strict queue asks for one, and one for Postgres and ours.
            call.name_empty_keys();
        }
        // Node's update changes every job of the ids that it finds, whatever the queue.
        let mut ids = HashSet::new();
        let is_update = matches!(call.method, "update" | "upsert");
        let is_clear = !is_update || standing.iter().all(|job| ids.insert(job.id));
        is_clear.then_some(call)
    }
}
