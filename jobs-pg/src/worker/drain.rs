//! Running what is due without a worker, one attempt after the other, until nothing is left.

use std::sync::Arc;

use jobs_core::Error;
use jobs_core::executor::{JobKey, Outcome, Run};
use jobs_core::testing::{Ran, Turns, not_provided};
use jobs_rules::RESERVED_PREFIX;

use super::attempt::describe;
use super::connections::Connections;
use super::leases::{Lease, Leases};
use super::outcome::Ended;
use super::settler::Settler;
use super::{BOUND, Wakeups, WorkPlan};
use crate::PgBoss;
use crate::store::{Attempt, FetchRequest, Fetched, Store, with_timeout};
use pg_boss::error::map_db_error;

/// How many jobs are fetched at once; they are active until their turn comes.
const BATCH: i32 = 100;

/// One drain of the queues of a plan.
pub(crate) struct Drain {
    boss: PgBoss,
    store: Arc<Store>,
    connections: Arc<Connections>,
    leases: Arc<Leases>,
    settler: Settler,
    plan: WorkPlan,
    turns: Turns<Lease>,
    ran: Vec<Ran>,
    missing: Option<Error>,
}

impl Drain {
    pub(crate) fn new(
        boss: &PgBoss,
        store: &Arc<Store>,
        plan: WorkPlan,
        wakeups: &Arc<Wakeups>,
    ) -> Self {
        let connections = Arc::new(Connections::new(store, 1, BOUND));
        let settled = boss.settled();
        let settler = Settler::new(store, &connections, wakeups, settled, &plan, boss.health());
        Self {
            boss: boss.clone(),
            store: Arc::clone(store),
            connections,
            leases: Arc::default(),
            settler,
            plan,
            turns: Turns::default(),
            ran: Vec::new(),
            missing: None,
        }
    }

    /// Runs the jobs that are due now, by priority and age; `false` if there is none, and none runs any more. Refuses to go
    /// on when that has no end.
    pub(crate) async fn run_due(&mut self) -> Result<bool, Error> {
        self.turns.check()?;
        let fetched = self.connections.with_timeout(self.fetch()).await;
        let fetched = fetched.map_err(map_db_error("fetch what is due"))?;
        if fetched.is_empty() {
            let waits = !self.turns.all_ended();
            self.settle_until(None).await?;
            return Ok(waits);
        }
        for job in fetched {
            self.run(job).await?;
        }
        Ok(true)
    }

    async fn fetch(&self) -> sqlx::Result<Vec<Fetched>> {
        let paused = self.store.paused_queues().await?;
        let queues = self.plan.queues.iter();
        let is_open = |name: &str| !paused.iter().any(|paused| paused == name);
        let mut queues: Vec<_> = queues.filter(|(name, _)| is_open(name)).collect();
        queues.sort_by_key(|(name, _)| **name);
        let (limited, free): (Vec<_>, Vec<_>) = queues
            .into_iter()
            .partition(|(_, worker)| worker.limits.is_some());
        let request = |name: &&'static str| FetchRequest { name, slots: BATCH };
        let requests: Vec<FetchRequest> = free.iter().map(|(name, _)| request(name)).collect();
        let mut connection = self.connections.acquire().await?;
        let in_all = usize::try_from(BATCH).unwrap_or(usize::MAX);
        let together = self
            .store
            .fetch_together(&mut connection, &requests, in_all, 0);
        let mut fetched = together.await?;
        for (name, worker) in limited {
            if let Some(limits) = &worker.limits {
                let request = request(name);
                let alone = self.store.fetch_alone(&mut connection, &request, limits, 0);
                fetched.extend(alone.await?);
            }
        }
        fetched.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.created_on, job.id));
        connection.give_back(Ok(fetched))
    }

    /// What ran, in the order in which it ended, but for what the library runs for itself.
    ///
    /// # Errors
    /// If a function asked for a value that was not provided.
    pub(crate) fn into_ran(self) -> Result<Vec<Ran>, Error> {
        self.missing.map_or(Ok(self.ran), Err)
    }

    async fn run(&mut self, job: Fetched) -> Result<(), Error> {
        let attempt = job.attempt();
        // One that ran before it may have cancelled it.
        let look = async {
            let mut connection = self.connections.acquire().await?;
            let found = self
                .store
                .renew_leases(&mut connection, &[job.attempt()])
                .await;
            connection.give_back(found)
        };
        let found = self.connections.with_timeout(look).await;
        let found = found.map_err(map_db_error("look at a job whose turn it is"))?;
        // What is fetched was asked for, by a name of the plan.
        let Some(worker) = self
            .plan
            .queues
            .get(job.name.as_str())
            .filter(|_| !found.is_empty())
        else {
            return Ok(());
        };
        let lease = self.leases.hold(&job);
        match describe(worker, job) {
            Ok((info, input)) => {
                let run = Run::new(self.boss.clone(), info, input, self.boss.provided().clone());
                self.turns.begin(lease, worker.job, run);
                self.settle_until(Some(&attempt)).await
            }
            Err(failure) => self.settle(lease, Outcome::Fatal(failure)).await,
        }
    }

    /// Settles attempts as they end: until this one has, or as long as patience lasts.
    async fn settle_until(&mut self, begun: Option<&Attempt>) -> Result<(), Error> {
        while let Some((lease, outcome)) = self.turns.ended().await {
            let is_it = begun == Some(&lease.attempt);
            self.settle(lease, outcome).await?;
            if is_it {
                break;
            }
        }
        Ok(())
    }

    async fn settle(&mut self, lease: Lease, outcome: Outcome) -> Result<(), Error> {
        let attempt = lease.attempt.clone();
        let key = JobKey {
            name: attempt.name.to_string(),
            id: attempt.id,
        };
        self.missing = self.missing.take().or_else(|| not_provided(&key, &outcome));
        let number = u32::try_from(attempt.retry_count)
            .unwrap_or(0)
            .saturating_add(1);
        let ended = Ended::new(lease, outcome, self.boss.settings().max_output);
        let settled = with_timeout(async {
            self.settler.settle(ended).await;
            self.store.find_end(&key).await
        });
        let settled = settled.await.map_err(map_db_error("settle what ran"))?;
        // The row has the last word: the attempt may have been cancelled meanwhile, or the job deleted.
        if let Some((state, output)) = settled
            && !key.name.starts_with(RESERVED_PREFIX)
        {
            let job = self.boss.namespace().job(&key.name)?;
            let key = JobKey {
                name: job.map_or(key.name, |job| job.declaration().name.to_owned()),
                ..key
            };
            let ran = Ran::new(key, number, state.parse()?, output);
            self.ran.push(ran);
        }
        Ok(())
    }
}
