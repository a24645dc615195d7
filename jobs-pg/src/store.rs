//! The statements: those of pg-boss, and the few on our own schema beside it.

mod own;
mod paused;
#[cfg(feature = "testing")]
mod test_schema;

use std::ops::Deref;
use std::sync::Arc;

pub(crate) use pg_boss::protocol::{
    Attempt, ClaimedQueue, Claims, DeclaredRow, Entry, Failed, FetchRequest, Fetched, GroupLimit,
    History, Limits, Match, NewJob, OverdueAttempt, QueueCount, QueueRow, Rest, ScheduleChanges,
    ScheduleRow, Signs, Target, Tick, Timestamp, Upsert, with_timeout,
};

#[cfg(feature = "testing")]
pub(crate) use pg_boss::protocol::{ClockSpan, Move, SubmittedRow};
#[cfg(feature = "testing")]
pub(crate) use test_schema::{
    TestSchema, name as test_schema_name, remove_left as remove_left_schemas,
};

use own::Own;

/// One schema of pg-boss, and our own beside it.
#[derive(Debug)]
pub(crate) struct Store {
    pg_boss: Arc<pg_boss::Store>,
    own: Own,
}

impl Store {
    pub(crate) fn new(pg_boss: &Arc<pg_boss::Store>) -> Self {
        Self {
            own: Own::new(pg_boss.schema()),
            pg_boss: Arc::clone(pg_boss),
        }
    }
}

impl Deref for Store {
    type Target = pg_boss::Store;

    fn deref(&self) -> &pg_boss::Store {
        &self.pg_boss
    }
}
