//! Running what is due without a worker, one attempt after the other, until nothing is left.

use std::sync::Arc;

use jobs_core::rules::RESERVED_PREFIX;
use jobs_core::testing::{Ran, Turns};
use jobs_core::{Error, JobKey, Outcome, Run};

use super::hold::Hold;
use super::producer::describe;
use super::settler::Settler;
use super::{Doorbell, Plan};
use crate::PgBoss;
use crate::error::cannot;
use crate::store::{Attempt, Fetched, Store, Wanted, bounded};

/// How many jobs are fetched at once; they are active until their turn comes.
const BATCH: i32 = 100;

/// One drain of the queues of a plan.
pub(crate) struct Drain {
    boss: PgBoss,
    store: Arc<Store>,
    hold: Hold,
    settler: Settler,
    plan: Plan,
    wanted: Vec<Wanted>,
    turns: Turns<Attempt>,
    ran: Vec<Ran>,
}

impl Drain {
    pub(crate) fn new(
        boss: &PgBoss,
        store: &Arc<Store>,
        plan: Plan,
        doorbell: &Arc<Doorbell>,
    ) -> Self {
        let hold = Hold::new(Arc::clone(store));
        let settled = boss.settled().clone();
        let (settler, _) = Settler::new(hold.clone(), Arc::clone(doorbell), settled, &plan);
        let mut wanted: Vec<Wanted> = plan
            .lines
            .iter()
            .map(|(name, line)| Wanted {
                name,
                slots: BATCH,
                limits: line.limits.clone(),
            })
            .collect();
        wanted.sort_by_key(|queue| queue.name);
        Self {
            boss: boss.clone(),
            store: Arc::clone(store),
            hold,
            settler,
            plan,
            wanted,
            turns: Turns::default(),
            ran: Vec::new(),
        }
    }

    /// Runs the jobs that are due now, by priority and age; `false` if there is none, and none runs any more. Refuses to go
    /// on when that has no end.
    pub(crate) async fn run_due(&mut self) -> Result<bool, Error> {
        self.turns.check()?;
        let in_all = usize::try_from(BATCH).unwrap_or(usize::MAX);
        let fetched = self.hold.fetch(&self.wanted, in_all).await;
        let fetched = fetched.map_err(cannot("fetch what is due"))?;
        if fetched.is_empty() {
            let waits = !self.turns.all_ended();
            self.settle_until(None).await?;
            return Ok(waits);
        }
        for job in fetched {
            let attempt = job.attempt();
            // One that ran before it may have cancelled it.
            let ours = self.hold.refresh(vec![attempt.clone()]).await;
            let ours = ours.map_err(cannot("look at a job whose turn it is"))?;
            if ours.contains(&attempt.id) {
                self.begin(&attempt, job);
                self.settle_until(Some(&attempt)).await?;
            }
        }
        Ok(true)
    }

    /// What ran, in the order in which it ended, but for what the library runs for itself.
    pub(crate) fn into_ran(self) -> Vec<Ran> {
        self.ran
    }

    fn begin(&mut self, attempt: &Attempt, job: Fetched) {
        // What is fetched was asked for, by a name of the plan.
        let Some(line) = self.plan.lines.get(job.name.as_str()) else {
            return;
        };
        let (info, input) = describe(line, job);
        let run = Run::new(self.boss.clone(), info, input, self.boss.provided().clone());
        self.turns.begin(attempt.clone(), line.job, run);
    }

    /// Settles attempts as they end: until this one has, or as long as patience lasts.
    async fn settle_until(&mut self, begun: Option<&Attempt>) -> Result<(), Error> {
        while let Some((attempt, outcome)) = self.turns.ended().await {
            let is_it = begun == Some(&attempt);
            self.settle(attempt, outcome).await?;
            if is_it {
                break;
            }
        }
        Ok(())
    }

    async fn settle(&mut self, attempt: Attempt, outcome: Outcome) -> Result<(), Error> {
        let key = JobKey {
            name: attempt.name.to_string(),
            id: attempt.id,
        };
        let number = u32::try_from(attempt.retry_count)
            .unwrap_or(0)
            .saturating_add(1);
        let settled = bounded(async {
            self.settler.settle([(attempt, outcome)]).await;
            self.store.find_end(&key).await
        });
        let settled = settled.await.map_err(cannot("settle what ran"))?;
        // The row has the last word: the attempt may have been cancelled meanwhile, or the job deleted.
        if let Some((state, output)) = settled
            && !key.name.starts_with(RESERVED_PREFIX)
        {
            self.ran.push(Ran {
                name: key.name,
                id: key.id,
                attempt: number,
                state: state.parse()?,
                output,
            });
        }
        Ok(())
    }
}
