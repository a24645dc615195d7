//! Declared jobs in a flow.

use jobs_core::{Job, JobOptions};
use pg_boss::Flow;

use crate::PgBoss;
use crate::sealed::Sealed;

/// Adds declared jobs to a [`Flow`]. Only this crate implements it.
pub trait PgBossFlow: Sealed {
    /// Adds a job by its handle. Its queue is created if it does not exist.
    ///
    /// ```no_run
    /// # use jobs_pg::prelude::*;
    /// # use jobs_pg::operation::Flow;
    /// #[job(executor = PgBoss)]
    /// async fn fetch_page(page: u32) {}
    /// #[job(executor = PgBoss)]
    /// async fn write_report() {}
    ///
    /// # async fn example(boss: PgBoss) -> Result<(), jobs_pg::Error> {
    /// let flow = Flow::new()
    ///     .add::<FetchPage>("page", 1, JobOptions::new())
    ///     .add::<WriteReport>("report", (), JobOptions::new())
    ///     .waits_for("report", ["page"]);
    /// boss.flow(flow).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn add<J: Job<Executor = PgBoss>>(
        self,
        name: impl Into<String>,
        input: J::Input,
        options: JobOptions,
    ) -> Self;
}

impl PgBossFlow for Flow {
    fn add<J: Job<Executor = PgBoss>>(
        self,
        name: impl Into<String>,
        input: J::Input,
        options: JobOptions,
    ) -> Self {
        let options = options.over(&J::declaration().options);
        self.declared_job(name, J::NAME, input, options)
    }
}
