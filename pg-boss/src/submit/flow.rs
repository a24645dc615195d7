//! Jobs that wait for other jobs: pg-boss's `flow`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jobs_rules::shorten;
use jobs_rules::{Error, ErrorKind, IntoJobOptions, JobOptions};
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::Boss;
use crate::operation::split;
use crate::operation::{Operation, OperationError};
use crate::store::Store;
use crate::submit::{Edge, Inserted, NewJob};
use crate::validate::bad_input;

/// Jobs of which some wait for others. Each has a name of its own in the flow.
///
/// ```no_run
/// # use pg_boss::Flow; use serde_json::json;
/// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
/// let flow = Flow::new()
///     .job("left", "fetch_page", json!({"page": 1}))
///     .job("right", "fetch_page", json!({"page": 2}))
///     .job("report", "write_report", ())
///     .waits_for("report", ["left", "right"]);
/// let ids = boss.flow(flow).await?;
/// println!("{}", ids["report"]);
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct Flow {
    jobs: Vec<FlowJob>,
    edges: Vec<(String, String)>,
    refused: Option<Error>,
}

#[derive(Debug)]
struct FlowJob {
    name: String,
    queue: String,
    /// The queue is a declared job's name, and the program says where its queue is.
    is_declared: bool,
    data: serde_json::Value,
    options: JobOptions,
}

impl Flow {
    /// A flow without jobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a job of a queue.
    pub fn job(self, name: impl Into<String>, queue: &str, data: impl Serialize) -> Self {
        self.job_with(name, queue, data, JobOptions::new())
    }

    /// Adds a job of a queue with options: [`JobOptions`], or JSON in pg-boss's spelling.
    pub fn job_with(
        self,
        name: impl Into<String>,
        queue: &str,
        data: impl Serialize,
        options: impl IntoJobOptions,
    ) -> Self {
        self.push(name.into(), queue, false, data, options)
    }

    /// Adds a job that the program declares, by the job's name; the [`Host`](crate::Host) knows its queue.
    pub fn declared_job(
        self,
        name: impl Into<String>,
        job: &str,
        input: impl Serialize,
        options: JobOptions,
    ) -> Self {
        self.push(name.into(), job, true, input, options)
    }

    fn push(
        mut self,
        name: String,
        queue: &str,
        is_declared: bool,
        data: impl Serialize,
        options: impl IntoJobOptions,
    ) -> Self {
        let data = serde_json::to_value(data).map_err(|error| {
            let message = format!(
                "cannot encode the input for queue `{}` as JSON",
                shorten(queue)
            );
            Error::because(ErrorKind::BadInput, message, &error)
        });
        match data.and_then(|data| Ok((data, options.into_job_options()?))) {
            Ok((data, options)) => self.jobs.push(FlowJob {
                name,
                queue: queue.to_owned(),
                is_declared,
                data,
                options,
            }),
            Err(error) => self.refused = self.refused.or(Some(error)),
        }
        self
    }

    /// Lets a job wait until others of the flow are completed. What fails, is cancelled or deleted releases none of them.
    pub fn waits_for<P: Into<String>>(
        mut self,
        name: impl Into<String>,
        parents: impl IntoIterator<Item = P>,
    ) -> Self {
        let name = name.into();
        let edges = parents
            .into_iter()
            .map(|parent| (name.clone(), parent.into()));
        self.edges.extend(edges);
        self
    }

    /// The jobs with their places, and who waits for whom.
    fn checked(self, boss: &Boss) -> Result<Plan, Error> {
        if let Some(error) = self.refused {
            return Err(error);
        }
        let mut places = BTreeMap::new();
        for (at, job) in self.jobs.iter().enumerate() {
            if places.insert(job.name.as_str(), at).is_some() {
                return Err(bad_input(format!(
                    "two jobs of the flow are named `{}`; give one of them another name",
                    shorten(&job.name)
                )));
            }
        }
        let place = |name: &str| {
            places.get(name).copied().ok_or_else(|| {
                let known: Vec<_> = places.keys().copied().collect();
                bad_input(jobs_rules::unknown("job of the flow", name, &known))
            })
        };
        let edges = self
            .edges
            .iter()
            .map(|(child, parent)| {
                Ok(Edge {
                    child: place(child)?,
                    parent: place(parent)?,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        if self.jobs.len() < 2 || edges.is_empty() {
            return Err(bad_input(
                "a flow has two jobs or more, and one of them waits for another; send single jobs by `send`",
            ));
        }
        if let Some(at) = in_a_circle(self.jobs.len(), &edges) {
            let name = self.jobs.get(at).map_or("", |job| job.name.as_str());
            let name = shorten(name);
            return Err(bad_input(format!(
                "the job `{name}` of the flow would wait for itself"
            )));
        }
        let names = self.jobs.iter().map(|job| job.name.clone()).collect();
        let jobs = self
            .jobs
            .into_iter()
            .map(|job| {
                let (queue, options) = match job.is_declared {
                    true => boss.host().place(&job.queue, job.options),
                    false => (job.queue, job.options),
                };
                boss.new_job(&queue, job.data, options)
            })
            .collect::<Result<_, Error>>()?;
        Ok(Plan { names, jobs, edges })
    }
}

/// A flow that can be stored.
#[derive(Default)]
struct Plan {
    names: Vec<String>,
    jobs: Vec<NewJob>,
    edges: Vec<Edge>,
}

/// A job that waits for itself, by whatever way.
fn in_a_circle(jobs: usize, edges: &[Edge]) -> Option<usize> {
    let mut children = vec![Vec::new(); jobs];
    let mut parents_left = vec![0_usize; jobs];
    for edge in edges {
        children[edge.parent].push(edge.child);
        parents_left[edge.child] += 1;
    }
    let mut ready: Vec<usize> = (0..jobs).filter(|job| parents_left[*job] == 0).collect();
    while let Some(job) = ready.pop() {
        for child in &children[job] {
            parents_left[*child] -= 1;
            if parents_left[*child] == 0 {
                ready.push(*child);
            }
        }
    }
    // What is left waits for a circle, if it is not on one; going from parent to parent ends on one.
    let mut on_circle = parents_left.iter().position(|left| *left > 0)?;
    for _ in 0..jobs {
        let parent = |edge: &&Edge| edge.child == on_circle && parents_left[edge.parent] > 0;
        on_circle = edges.iter().find(parent)?.parent;
    }
    Some(on_circle)
}

impl Boss {
    /// Stores the jobs of a flow, all or none; gives their ids by their names in it. The process that does the maintenance, of this library or
    /// of Node's, lets a job go when the last one that it waits for is completed.
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for what is refused: a name twice, an unknown one, a circle.
    /// [`Refused`](ErrorKind::Refused) if one of them conflicts with a job that exists.
    pub fn flow(&self, flow: Flow) -> Operation<HashMap<String, Uuid>> {
        let (plan, checked) = split(flow.checked(self));
        let queues = plan.jobs.iter().map(|job| job.queue().to_owned()).collect();
        let plan = Arc::new(plan);
        let doing = "store the jobs of a flow";
        let operation = Operation::enqueue(self, doing, queues, move |store, connection| {
            let plan = Arc::clone(&plan);
            Box::pin(async move { plan.store(store, connection).await })
        });
        operation.unless_refused(checked)
    }
}

impl Plan {
    async fn store(
        &self,
        store: &Store,
        connection: &mut PgConnection,
    ) -> Result<HashMap<String, Uuid>, OperationError> {
        let Self { names, jobs, edges } = self;
        let mut transaction = connection.begin().await?;
        let stored = store.insert_flow(&mut transaction, jobs, edges).await?;
        if let Inserted::Conflict(at) = stored {
            transaction.rollback().await?;
            let name = shorten(names.get(at).map_or("", String::as_str));
            return Err(OperationError::bad_input(
                ErrorKind::Refused,
                format!(
                    "the job `{name}` of the flow conflicts with a job that exists; nothing was stored"
                ),
            ));
        }
        transaction.commit().await?;
        Ok(names
            .iter()
            .cloned()
            .zip(jobs.iter().map(NewJob::id))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: &[(usize, usize)]) -> Vec<Edge> {
        let edge = |&(child, parent)| Edge { child, parent };
        pairs.iter().map(edge).collect()
    }

    #[test]
    fn a_circle_is_found_and_a_diamond_is_none() {
        assert_eq!(
            in_a_circle(4, &edges(&[(1, 0), (2, 0), (3, 1), (3, 2)])),
            None
        );
        assert_eq!(in_a_circle(2, &edges(&[(1, 1)])), Some(1));
        // The first one only waits for the circle of the two others.
        let found = in_a_circle(3, &edges(&[(0, 1), (2, 1), (1, 2)]));
        assert!(matches!(found, Some(1 | 2)), "{found:?}");
    }
}
