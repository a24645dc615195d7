//! The expressions of the schedules: each is parsed once, however many passes there are.

use std::collections::HashMap;

use jobs_rules::{Recurrence, RecurrenceError};

use crate::store::ScheduleRow;

/// What was parsed, by the kind, the expression and the time zone of its row.
#[derive(Debug, Default)]
pub(super) struct ParsedSchedules(HashMap<Source, Parsed>);

type Source = (String, String, Option<String>);
type Parsed = Result<Recurrence, RecurrenceError>;

impl ParsedSchedules {
    /// Returns what each row recurs by, and drops what no row needs any more. Parsing one expression may take some
    /// milliseconds, so other tasks have their turn after each.
    pub(super) async fn of<'a>(
        &mut self,
        rows: &'a [ScheduleRow],
    ) -> Vec<(&'a ScheduleRow, Parsed)> {
        let mut before = std::mem::take(&mut self.0);
        let mut parsed = Vec::with_capacity(rows.len());
        for row in rows {
            let source = (row.kind.clone(), row.cron.clone(), row.timezone.clone());
            let recurrence = match before
                .remove(&source)
                .or_else(|| self.0.get(&source).cloned())
            {
                Some(known) => known,
                None => {
                    tokio::task::yield_now().await;
                    Recurrence::parse_stored(&row.kind, &row.cron, row.timezone.as_deref())
                }
            };
            parsed.push((row, recurrence.clone()));
            self.0.insert(source, recurrence);
        }
        parsed
    }
}
