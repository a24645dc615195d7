//! Creates the queues and schedules that the attributes declare.

use std::collections::{BTreeSet, HashMap};

use jobs_core::executor::{Declaration, Registered, Registry};
use jobs_core::{Error, ErrorKind, QueuePolicy};
use serde_json::{Map, Value};

use crate::config::Settings;
use crate::namespace::Namespace;
use crate::store::{QueueRow, Store, with_timeout};
use crate::supervise::{self, Maintenance};
use crate::worker::{QueueWorker, WorkPlan};
use jobs_rules::JobOption;
use pg_boss::error::map_db_error;
use pg_boss::protocol::OPTIONS_OF_JOBS;

/// What a queue that we create has, by default otherwise: a dead worker's jobs are noticed after this many seconds.
const HEARTBEAT_SECONDS: i32 = 15;

/// Creates the queues of these jobs, and of the jobs that get their dead letters. An existing one gets what its attribute
/// states, and nothing else is changed.
pub(crate) async fn queues(
    store: &pg_boss::Store,
    jobs: &[&'static Declaration],
    namespace: &Namespace,
) -> Result<(), Error> {
    let jobs = with_dead_letters(jobs, namespace)?;
    let dead_letters: BTreeSet<&str> = jobs
        .iter()
        .filter_map(|job| job.options.values().dead_letter.as_deref())
        .collect();
    let names: Vec<&str> = jobs
        .iter()
        .map(|job| job.queue_name)
        .chain(dead_letters.iter().copied())
        .collect();
    let standing = find(store, &names).await?;
    let (stand, missing): (Vec<&Declaration>, Vec<&Declaration>) = jobs
        .iter()
        .copied()
        .partition(|job| standing.contains_key(job.queue_name));
    let mut new: Vec<(&str, Map<String, Value>)> = dead_letters
        .into_iter()
        .filter(|name| {
            !standing.contains_key(*name) && !jobs.iter().any(|job| job.queue_name == *name)
        })
        .map(|name| (name, wanted(None)))
        .collect();
    for job in targets_first(missing)? {
        new.push((job.queue_name, wanted(Some(job))));
    }
    create(store, &new).await?;
    for job in stand {
        if let Some(queue) = standing.get(job.queue_name) {
            adapt(store, queue, job).await?;
        }
    }
    Ok(())
}

/// Adds the jobs whose queues get dead letters of these, and so on. Made by its name alone, such a queue would not have what the
/// job's own attribute states.
fn with_dead_letters(
    jobs: &[&'static Declaration],
    namespace: &Namespace,
) -> Result<Vec<&'static Declaration>, Error> {
    let mut all = jobs.to_vec();
    let mut looked_at = 0;
    while let Some(job) = all.get(looked_at) {
        looked_at += 1;
        if let Some(queue) = &job.options.values().dead_letter
            && let Some(target) = namespace.job(queue)?
            && !all
                .iter()
                .any(|job| job.queue_name == target.declaration().queue_name)
        {
            all.push(target.declaration());
        }
    }
    Ok(all)
}

/// Orders jobs so that the queue that takes the dead letters of another comes before it.
fn targets_first(jobs: Vec<&'static Declaration>) -> Result<Vec<&'static Declaration>, Error> {
    let mut ordered = Vec::with_capacity(jobs.len());
    let mut rest = jobs;
    while !rest.is_empty() {
        let waits = |job: &&Declaration| {
            let target = job.options.values().dead_letter.as_deref();
            target.is_some_and(|target| rest.iter().any(|other| other.queue_name == target))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = rest.iter().copied().partition(waits);
        if ready.is_empty() {
            let names: Vec<&str> = waiting.iter().map(|job| job.queue_name).collect();
            let message = format!(
                "the dead letter queues of `{}` form a cycle",
                names.join("`, `")
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        ordered.extend(ready);
        rest = waiting;
    }
    Ok(ordered)
}

/// How this process runs these jobs, and forwards ticks if it fires schedules.
pub(crate) async fn plan(
    store: &Store,
    settings: &Settings,
    registry: &Registry,
) -> Result<WorkPlan, Error> {
    let mut jobs: Vec<&'static Registered> = registry.iter().collect();
    if settings.schedule {
        jobs.push(supervise::cron_forwarder());
    }
    let names: Vec<&str> = jobs
        .iter()
        .map(|job| job.declaration().queue_name)
        .collect();
    let standing = find(store, &names).await?;
    let worker = |job: &'static Registered| {
        let name = job.declaration().queue_name;
        let is_limited = standing
            .get(name)
            .is_some_and(QueueRow::looks_at_active_jobs);
        (name, QueueWorker::new(job, is_limited))
    };
    let paused = with_timeout(store.paused_queues())
        .await
        .map_err(map_db_error("look for paused queues"))?;
    Ok(WorkPlan {
        paused,
        queues: jobs.into_iter().map(worker).collect(),
        concurrency: settings.concurrency,
    })
}

/// Says which queues have due jobs that no function of this program is for: perhaps another program's, perhaps a job that was
/// renamed while its jobs waited.
pub(crate) async fn warn_of_unhandled(store: &Store, namespace: &Namespace) -> Result<(), Error> {
    let linked = namespace.linked()?.iter();
    let handled: Vec<&str> = linked.map(|job| job.declaration().queue_name).collect();
    let mut queues = with_timeout(store.find_unhandled(&handled))
        .await
        .map_err(map_db_error("look for jobs that nobody handles"))?;
    queues.retain(|queue| namespace.has(queue));
    if !queues.is_empty() {
        tracing::warn!(
            ?queues,
            "jobs wait that no function of this program handles; they are left alone"
        );
    }
    Ok(())
}

/// Makes the schedule rows of this application those that it declares.
pub(crate) async fn schedules(
    store: &Store,
    settings: &Settings,
    maintenance: &Maintenance,
    declared: &Registry,
    namespace: &Namespace,
) -> Result<(), Error> {
    queues(
        store,
        &[supervise::cron_forwarder().declaration()],
        namespace,
    )
    .await?;
    supervise::reconcile(store, settings, maintenance, declared, namespace).await
}

async fn find(store: &pg_boss::Store, names: &[&str]) -> Result<HashMap<String, QueueRow>, Error> {
    let found = with_timeout(store.find_queues(names))
        .await
        .map_err(map_db_error("look for the queues of the jobs"))?;
    Ok(found
        .into_iter()
        .map(|queue| (queue.name.clone(), queue))
        .collect())
}

async fn create(
    store: &pg_boss::Store,
    queues: &[(&str, Map<String, Value>)],
) -> Result<(), Error> {
    if queues.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = queues.iter().map(|(name, _)| *name).collect();
    let created = with_timeout(async {
        let mut connection = store.connection().await?;
        store.create_queues(&mut connection, queues).await
    });
    created.await.map(drop).map_err(map_db_error(format!(
        "create the queues `{}`",
        names.join("`, `")
    )))
}

/// The options with which a queue is created, in pg-boss's spelling.
fn wanted(job: Option<&Declaration>) -> Map<String, Value> {
    let mut options = job.map(stated).unwrap_or_default();
    options
        .entry("policy")
        .or_insert_with(|| QueuePolicy::Standard.as_str().into());
    // What pg-boss itself works has no heartbeat that it would keep.
    if job.is_none_or(|job| !job.queue_name.starts_with(jobs_rules::RESERVED_PREFIX)) {
        options.entry("notify").or_insert(true.into());
        options
            .entry("heartbeatSeconds")
            .or_insert(HEARTBEAT_SECONDS.into());
    }
    options
}

/// What the attribute states of the queue, in pg-boss's spelling.
fn stated(job: &Declaration) -> Map<String, Value> {
    let mut options = job.options.to_json();
    let of_queue = OPTIONS_OF_JOBS.map(JobOption::json_name);
    options.retain(|name, _| of_queue.contains(&name.as_str()));
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            options.insert(key.into(), value);
        }
    };
    put(
        "policy",
        job.queue.policy.map(|policy| policy.as_str().into()),
    );
    put("partition", job.queue.partition.map(Value::from));
    put("notify", job.queue.notify.map(Value::from));
    options
}

async fn adapt(store: &pg_boss::Store, queue: &QueueRow, job: &Declaration) -> Result<(), Error> {
    let stands = queue.options();
    let mut changes = stated(job);
    changes.retain(|key, value| stands.get(key) != Some(value));
    for fixed in ["policy", "partition"] {
        if let Some(stated) = changes.get(fixed) {
            let Declaration {
                queue_name: name,
                place,
                ..
            } = job;
            let stands = stands.get(fixed).unwrap_or(&Value::Null);
            return Err(Error::new(
                ErrorKind::Configuration,
                format!(
                    "the queue `{name}` has the {fixed} {stands}, and the job at {place} states {stated}; that cannot be \
                     changed: state {stands}, or delete the queue and its jobs with `boss.delete_queue(\"{name}\")` before \
                     `boss.start()`"
                ),
            ));
        }
    }
    if changes.is_empty() {
        return Ok(());
    }
    let changed = with_timeout(async {
        let mut connection = store.connection().await?;
        store
            .change_queue(&mut connection, job.queue_name, &changes)
            .await
    });
    changed.await.map(drop).map_err(map_db_error(format!(
        "change the queue `{}`",
        job.queue_name
    )))
}
