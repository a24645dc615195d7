//! Maintenance on demand, for processes that do none by themselves, and for moments that cannot wait.

use crate::Boss;
use crate::maintain::{BamEntry, BamStatus, Instance, Warning};
use crate::operation::Operation;
use crate::validate::check_rows;

/// How many rows a list holds at most.
const LONGEST_LIST: i64 = 10_000;

impl Boss {
    /// The newest warnings that processes with the option `persistWarnings` have kept, at most `at_most`: 1 to 100,000.
    ///
    /// # Errors
    /// If the number is out of bounds, or the database does not answer.
    pub fn warnings(&self, at_most: u32) -> Operation<Vec<Warning>> {
        self.warnings_like(None, at_most)
    }

    /// As [`warnings`](Self::warnings), of one kind, such as `queue_backlog`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn warnings_of(&self, kind: &str, at_most: u32) -> Operation<Vec<Warning>> {
        self.warnings_like(Some(kind.to_owned()), at_most)
    }

    /// The processes, Node's and others, that have entered themselves into the table of instances, the oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn instances(&self) -> Operation<Vec<Instance>> {
        Operation::new(self, "list the instances", |store, connection| {
            Box::pin(async move { Ok(store.find_instances(connection, LONGEST_LIST).await?) })
        })
    }

    /// The index builds that migrations of pg-boss left for later, in the order in which pg-boss does them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn bam_entries(&self) -> Operation<Vec<BamEntry>> {
        Operation::new(self, "list the index builds", |store, connection| {
            Box::pin(async move { Ok(store.find_bam(connection, LONGEST_LIST).await?) })
        })
    }

    /// How many of them have each status.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn bam_status(&self) -> Operation<Vec<BamStatus>> {
        Operation::new(self, "count the index builds", |store, connection| {
            Box::pin(async move { Ok(store.count_bam(connection).await?) })
        })
    }

    fn warnings_like(&self, kind: Option<String>, at_most: u32) -> Operation<Vec<Warning>> {
        let operation = Operation::new(self, "list the warnings", move |store, connection| {
            Box::pin(async move {
                let kind = kind.as_deref();
                Ok(store
                    .find_warnings(connection, kind, at_most.into())
                    .await?)
            })
        });
        operation.unless_refused(check_rows(at_most))
    }
}
