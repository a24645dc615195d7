//! The schedules that a program declares, and their rows.

use jobs_core::executor::{Declaration, Registry, Schedule};
use jobs_core::{Error, ErrorKind};
use serde_json::Value;

use super::Maintenance;
use crate::config::Settings;
use crate::namespace::Namespace;
use crate::store::{DeclaredRow, ScheduleChanges, Store};
use pg_boss::error::map_db_error;

/// The member of a row's options that names the application whose schedule it is. pg-boss passes over it.
const APPLICATION: &str = "application";

/// Makes the schedule rows of this application those that these jobs declare. What another executor in the program declares is
/// not removed. Rows without the application's mark belong to others; one of the same queue and key
/// becomes its own.
pub(crate) async fn reconcile(
    store: &Store,
    settings: &Settings,
    maintenance: &Maintenance,
    declared: &Registry,
    namespace: &Namespace,
) -> Result<(), Error> {
    let application = &namespace.application(&settings.application_name);
    let rows = schedules(declared)
        .map(|(job, schedule)| row(application, job, schedule))
        .collect::<Result<Vec<_>, _>>()?;
    let known: Vec<(&str, &str)> = schedules(namespace.linked()?)
        .map(|(job, schedule)| (job.queue_name, schedule.key))
        .collect();
    let kept = kept(store, settings, maintenance, application, &known).await?;
    let changes = store
        .declare_schedules(application, &rows, &known, &kept)
        .await
        .map_err(map_db_error("write the declared schedules"))?;
    report(&changes);
    Ok(())
}

/// The queues that these jobs have schedules for.
pub(crate) fn scheduled_queues(jobs: &Registry) -> Vec<&'static str> {
    let mut names: Vec<_> = schedules(jobs).map(|(job, _)| job.queue_name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn schedules(jobs: &Registry) -> impl Iterator<Item = (&'static Declaration, &'static Schedule)> {
    let declarations = jobs.iter().map(|job| job.declaration());
    declarations.flat_map(|job| job.schedules.iter().map(move |schedule| (job, schedule)))
}

/// The queues whose schedules are not removed: without a name of its own the application may be another program.
async fn kept(
    store: &Store,
    settings: &Settings,
    maintenance: &Maintenance,
    application: &str,
    known: &[(&str, &str)],
) -> Result<Vec<String>, Error> {
    if !settings.is_named_after_its_file() {
        return Ok(Vec::new());
    }
    let program = &settings.application_name;
    let kept = store
        .find_undeclared_schedules(application, known, program, maintenance.instance())
        .await
        .map_err(map_db_error("look for other programs of the same name"))?;
    if !kept.is_empty() {
        tracing::warn!(
            application,
            queues = ?kept,
            "another program of the same name is running and declares schedules for these queues; they are not removed. Give each \
             program a name of its own with `application_name`"
        );
    }
    Ok(kept)
}

fn report(changes: &ScheduleChanges) {
    let shown = |key: &String| (!key.is_empty()).then(|| key.clone());
    for (queue, key, is_new) in &changes.written {
        let key = shown(key);
        match is_new {
            true => tracing::info!(%queue, key, "added a schedule"),
            false => tracing::info!(%queue, key, "changed a schedule"),
        }
    }
    for (queue, key) in &changes.removed {
        tracing::info!(%queue, key = shown(key), "removed a schedule that is no longer declared");
    }
}

fn row(
    application: &str,
    job: &'static Declaration,
    schedule: &'static Schedule,
) -> Result<DeclaredRow, Error> {
    let timezone = schedule.tz.unwrap_or("UTC");
    // What the job says of its submissions holds for those of its schedule too.
    let mut options = schedule.options.clone().over(&job.options).to_json();
    options.insert(APPLICATION.into(), application.into());
    options.insert("tz".into(), timezone.into());
    if !schedule.key.is_empty() {
        options.insert("key".into(), schedule.key.into());
    }
    if let Some(missed) = schedule.missed {
        options.insert("missed".into(), missed.into());
    }
    let input = (schedule.input)().map_err(|error| {
        let message = format!(
            "cannot make the input of the schedule of the job `{}` ({})",
            job.name, job.place
        );
        Error::because(ErrorKind::Configuration, message, &error)
    })?;
    Ok(DeclaredRow {
        name: job.queue_name,
        key: schedule.key,
        cron: schedule.cron,
        timezone,
        data: input.to_string(),
        options: Value::Object(options).to_string(),
    })
}
