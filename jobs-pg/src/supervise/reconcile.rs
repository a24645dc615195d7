//! The schedules that a program declares, and the rows that stand for them.

use jobs_core::{Declaration, Error, ErrorKind, Schedule};
use serde_json::Value;

use crate::error::cannot;
use crate::store::{DeclaredRow, Store};

/// The member of a row's options that names the application whose schedule it is. pg-boss passes over it.
const APPLICATION: &str = "application";

/// Makes the schedule rows of this application those that these jobs declare. Rows without its mark are nobody's to remove;
/// one of the same queue and key becomes its own.
pub(crate) async fn reconcile(
    store: &Store,
    application: &str,
    declared: &[&'static Declaration],
) -> Result<(), Error> {
    let rows = declared
        .iter()
        .flat_map(|job| job.schedules.iter().map(|schedule| (*job, schedule)))
        .map(|(job, schedule)| row(application, job, schedule))
        .collect::<Result<Vec<_>, _>>()?;
    store
        .declare_schedules(application, &rows)
        .await
        .map_err(cannot("write the declared schedules"))
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
        Error::caused_by(ErrorKind::Configuration, message, error)
    })?;
    Ok(DeclaredRow {
        name: job.name,
        key: schedule.key,
        cron: schedule.cron,
        timezone,
        data: input.to_string(),
        options: Value::Object(options).to_string(),
    })
}
