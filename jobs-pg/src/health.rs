//! Whether the library's own tasks work, for an application's health check.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::outage::DatabaseOutage;

/// The last problem of each task of one executor. Clones share the record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    problems: Arc<Mutex<BTreeMap<&'static str, Problem>>>,
    database: DatabaseOutage,
}

#[derive(Debug)]
struct Problem {
    reason: String,
    is_panic: bool,
}

/// Why an executor is not healthy: the tasks of the library that fail at the moment.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", reasons.join("; "))]
pub struct Unhealthy {
    reasons: Vec<String>,
}

impl Unhealthy {
    /// One sentence for each failing task, such as "cannot end overdue attempts: ...".
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

impl Health {
    /// Records that a task fails. `task` completes "cannot ...".
    pub(crate) fn failed(&self, task: &'static str, reason: impl Into<String>) {
        self.record(task, reason.into(), false);
    }

    /// Records that a task works, whatever was recorded before.
    pub(crate) fn works(&self, task: &'static str) {
        self.problems().remove(task);
    }

    pub(crate) fn panicked(&self, task: &'static str, reason: String) {
        self.record(task, reason, true);
    }

    /// Removes the record of a panic, and keeps that of a failure.
    pub(crate) fn recovered(&self, task: &'static str) {
        let mut problems = self.problems();
        if problems.get(task).is_some_and(|problem| problem.is_panic) {
            problems.remove(task);
        }
    }

    /// What all tasks have in common: whether the database is away.
    pub(crate) fn database(&self) -> &DatabaseOutage {
        &self.database
    }

    pub(crate) fn check(&self) -> Result<(), Unhealthy> {
        let problems = self.problems();
        let reason =
            |(task, problem): (&&str, &Problem)| format!("cannot {task}: {}", problem.reason);
        let reasons: Vec<String> = problems.iter().map(reason).collect();
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(Unhealthy { reasons }),
        }
    }

    fn record(&self, task: &'static str, reason: String, is_panic: bool) {
        self.problems().insert(task, Problem { reason, is_panic });
    }

    fn problems(&self) -> MutexGuard<'_, BTreeMap<&'static str, Problem>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_reported_until_the_task_works_again() {
        let health = Health::default();
        assert!(health.check().is_ok());
        health.failed("fetch jobs", "no route");
        health.recovered("fetch jobs");
        health.panicked("write outcomes", "panicked: odd".into());
        let unhealthy = health.check().unwrap_err();
        assert_eq!(
            unhealthy.to_string(),
            "cannot fetch jobs: no route; cannot write outcomes: panicked: odd"
        );
        assert_eq!(unhealthy.reasons().len(), 2);
        health.works("fetch jobs");
        health.recovered("write outcomes");
        assert!(health.check().is_ok());
    }
}
