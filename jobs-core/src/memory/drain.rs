//! Running what is due in memory.

use std::cmp::Reverse;

use super::Memory;
use super::row::Row;
use crate::testing::{Ran, Turns, not_provided};
use crate::{Error, JobKey, JobState, Outcome, Run};

/// One drain. While there is one, a job that is waited for may still end.
pub(super) struct Drain<'a> {
    memory: &'a Memory,
    turns: Turns<JobKey>,
    ran: Vec<Ran>,
    missing: Option<Error>,
}

impl<'a> Drain<'a> {
    pub(super) fn begin(memory: &'a Memory) -> Self {
        memory.state().draining += 1;
        Self {
            memory,
            turns: Turns::default(),
            ran: Vec::new(),
            missing: None,
        }
    }

    /// Runs what is due until nothing is.
    pub(super) async fn run(mut self) -> Result<Vec<Ran>, Error> {
        loop {
            let begun = self.begin_next();
            if begun.is_none() && self.turns.all_ended() {
                let ran = std::mem::take(&mut self.ran);
                return self.missing.take().map_or(Ok(ran), Err);
            }
            self.settle_until(begun).await;
            self.turns.check()?;
        }
    }

    /// Begins the next job, and returns which one that is.
    fn begin_next(&mut self) -> Option<JobKey> {
        let memory = self.memory;
        let mut state = memory.state();
        let now = state.now;
        let handled = |row: &&mut Row| row.is_due(now) && row.registered.is_some();
        let due = state.rows.iter_mut().filter(handled);
        // Of the same priority the first: it was submitted before the others.
        let row = due.min_by_key(|row| (Reverse(row.priority()), row.created_on))?;
        let registered = row.registered?;
        let info = row.begin(now);
        let provided = memory.provided.clone();
        let run = Run::new(memory.clone(), info, row.input.clone(), provided);
        let key = row.key();
        self.turns.begin(key.clone(), registered, run);
        Some(key)
    }

    /// Settles attempts as they end: until this one has, or until none ends for a moment.
    async fn settle_until(&mut self, begun: Option<JobKey>) {
        while let Some((key, outcome)) = self.turns.ended().await {
            self.settle(&key, outcome);
            if begun.as_ref() == Some(&key) {
                return;
            }
        }
    }

    fn settle(&mut self, key: &JobKey, outcome: Outcome) {
        self.missing = self.missing.take().or_else(|| not_provided(key, &outcome));
        let mut state = self.memory.state();
        let now = state.now;
        let Some(row) = state.rows.iter_mut().find(|row| row.is(key)) else {
            return;
        };
        self.ran.push(row.settle(outcome, now));
        let copy = row.dead_letter(now);
        state.rows.extend(copy);
        drop(state);
        self.memory.kept.changed.send_replace(());
    }
}

impl Drop for Drain<'_> {
    fn drop(&mut self) {
        let mut state = self.memory.state();
        state.draining -= 1;
        // A drain that was dropped leaves attempts that do not run any more.
        if state.draining == 0 {
            let left = state.rows.iter_mut();
            left.filter(|row| row.state == JobState::Active)
                .for_each(Row::release);
        }
        drop(state);
        self.memory.kept.changed.send_replace(());
    }
}
