//! Schedules by hand: pg-boss's `schedule` and what goes with it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jobs_rules::{Error, ErrorKind};
use jobs_rules::{Recurrence, shorten};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::options::{IntoScheduleOptions, ScheduleOptions};
use crate::operation::read_all;
use crate::operation::split;
use crate::operation::{Operation, OperationError};
use crate::page::Page;
use crate::row_time;
use crate::schedule::NewSchedule;
use crate::submit::NewJob;
use crate::validate::{MOST_ROWS, ROWS, check_queue, check_rows, encoded};
use crate::{Boss, Host, Json};

/// A schedule's row, by the columns of schema 46.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScheduleDetails {
    /// The queue that it submits to.
    pub name: String,
    /// Tells it from others of the same queue; empty for the only one.
    pub key: String,
    /// What kind of expression it has, `cron` or `rrule`; schemas before 41 know cron alone.
    #[serde(default = "cron")]
    pub kind: String,
    /// The expression, of whatever kind.
    pub cron: String,
    /// The zone by whose wall clock it is read; none is UTC.
    pub timezone: Option<String>,
    /// The input of its jobs.
    pub data: Option<Json>,
    /// Everything else that was given, in pg-boss's spelling.
    pub options: Option<Json>,
    /// When it was created.
    #[serde(deserialize_with = "row_time::instant")]
    pub created_on: DateTime<Utc>,
    /// When it was changed last.
    #[serde(deserialize_with = "row_time::instant")]
    pub updated_on: DateTime<Utc>,
    /// The job that it submitted last.
    #[serde(default)]
    pub last_job_id: Option<Uuid>,
}

fn cron() -> String {
    "cron".to_owned()
}

/// A part of the schedules; at most 1,000, by queue and key.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ListSchedules {
    queue: Option<String>,
    key: Option<String>,
    after: Option<(String, String)>,
    limit: Option<u32>,
}

impl ListSchedules {
    /// All schedules, at most 1,000.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of this queue.
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = Some(queue.into());
        self
    }

    /// Those of this key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Those that come after this queue and key, the last of the page before.
    pub fn after(mut self, queue: impl Into<String>, key: impl Into<String>) -> Self {
        self.after = Some((queue.into(), key.into()));
        self
    }

    /// At most this number, 1 to 100,000.
    pub fn limit(mut self, schedules: u32) -> Self {
        self.limit = Some(schedules);
        self
    }
}

impl Boss {
    /// Sets the schedule of a queue and key: a cron expression, or a recurrence rule of RFC 5545. It is a row of
    /// pg-boss's own, fired by whichever process is there. The rules are those of the attribute: a cron expression has five fields, and
    /// a zone is not an abbreviation such as `PST`, though pg-boss and its programs may set schedules of these. One that a program declared by its attribute comes back as declared
    /// when that program starts.
    ///
    /// ```no_run
    /// # use pg_boss::ScheduleOptions; use serde_json::json;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// boss.set_schedule("report", "0 6 * * MON", json!({"kind": "weekly"}), ScheduleOptions::new().tz("Europe/Berlin")).await?;
    /// boss.set_schedule("report", "FREQ=MONTHLY;BYMONTHDAY=-1", (), json!({"key": "monthly"})).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for what is refused: a rule without an occurrence to come, or an input that does not fit
    /// the job that this program declares for the queue, among it;
    /// [`NotFound`](ErrorKind::NotFound) if there is no such queue.
    pub fn set_schedule(
        &self,
        queue: &str,
        expression: &str,
        data: impl Serialize,
        options: impl IntoScheduleOptions,
    ) -> Operation<()> {
        let options = options.into_schedule_options();
        let max_input = self.settings().max_input;
        let schedule = schedule(self.host(), queue, expression, &data, options, max_input);
        let (schedule, checked) = split(schedule.map(Some));
        let schedule = Arc::new(schedule);
        let doing = format!("set a schedule of queue `{queue}`");
        let queues = vec![queue.to_owned()];
        let operation = Operation::enqueue(self, doing, queues, move |store, connection| {
            let schedule = Arc::clone(&schedule);
            Box::pin(async move {
                let Some(schedule) = &*schedule else {
                    return Ok(());
                };
                match store.set_schedule(connection, schedule).await? {
                    true => Ok(()),
                    false => Err(OperationError::UnknownQueue(schedule.name.clone())),
                }
            })
        });
        operation.due(None).unless_refused(checked)
    }

    /// Stores the job of a tick that was checked, and records it at the schedule of this key. Gives whether the job is new.
    pub fn enqueue_of_schedule(&self, doing: String, job: NewJob, key: String) -> Operation<bool> {
        let queues = vec![job.queue().to_owned()];
        let tick = Arc::new((job, key));
        Operation::enqueue(self, doing, queues, move |store, connection| {
            let tick = Arc::clone(&tick);
            Box::pin(async move {
                let (job, key) = &*tick;
                Ok(store.insert_of_schedule(connection, job, key).await?)
            })
        })
    }

    /// Removes the schedule of a queue and key (empty for the only one); `false` if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn unschedule(&self, queue: &str, key: &str) -> Operation<bool> {
        let doing = format!("remove the schedule `{key}` of queue `{queue}`");
        let (name, key) = (queue.to_owned(), key.to_owned());
        Operation::new(self, doing, move |store, connection| {
            Box::pin(async move { Ok(store.delete_schedule(connection, &name, &key).await?) })
        })
    }

    /// Every schedule, by queue and key; the first 100,000 of them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn schedules(&self) -> Operation<Vec<ScheduleDetails>> {
        self.list_schedules(ListSchedules::new().limit(MOST_ROWS))
    }

    /// Some of the schedules, by queue and key.
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for a limit out of bounds.
    pub fn list_schedules(&self, part: ListSchedules) -> Operation<Vec<ScheduleDetails>> {
        let limit = part.limit.unwrap_or(ROWS);
        let page = Page {
            after: part.after,
            at_most: limit.into(),
        };
        let operation = Operation::new(self, "list the schedules", move |store, connection| {
            Box::pin(async move {
                let (queue, key) = (part.queue.as_deref(), part.key.as_deref());
                let rows = store.list_schedules(connection, queue, key, &page).await?;
                read_all("a schedule", &rows)
            })
        });
        operation.unless_refused(check_rows(limit))
    }
}

fn schedule(
    host: &dyn Host,
    queue: &str,
    expression: &str,
    data: &impl Serialize,
    options: ScheduleOptions,
    max_input: usize,
) -> Result<NewSchedule, Error> {
    check_queue(queue)?;
    options.check()?;
    let timezone = options.tz.clone().unwrap_or_else(|| "UTC".to_owned());
    let recurrence = Recurrence::parse_declared(expression, &timezone).map_err(|error| {
        let expression = shorten(expression);
        let message = format!("the schedule `{expression}` of queue `{queue}` is refused");
        Error::because(ErrorKind::BadInput, message, &error)
    })?;
    if recurrence.next(Utc::now(), 1).is_empty() {
        let expression = shorten(expression);
        let message =
            format!("the schedule `{expression}` of queue `{queue}` has no occurrence to come");
        return Err(Error::new(ErrorKind::BadInput, message));
    }
    let data = encoded("the input of the schedule", data, max_input)?;
    host.check_input(queue, data.as_deref())?;
    Ok(NewSchedule {
        name: queue.to_owned(),
        key: options.key.clone().unwrap_or_default(),
        expression: expression.to_owned(),
        kind: recurrence.kind(),
        timezone,
        data,
        options: Value::Object(options.members()).to_string(),
    })
}
