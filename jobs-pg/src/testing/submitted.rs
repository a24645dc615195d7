//! The submitted jobs, for tests.

use jobs_core::testing::{Submissions, Submitted};
use jobs_core::{Error, Job};

use crate::PgBoss;
use crate::store::{SubmittedRow, with_timeout};
use pg_boss::error::map_db_error;

impl PgBoss {
    /// The jobs of one kind in the database, from any process and in any state, in the order of their submission; for tests.
    ///
    /// # Errors
    /// [`BadInput`](crate::ErrorKind::BadInput) naming the job whose input does not decode; or if the database does not respond.
    pub async fn submitted<J: Job>(&self) -> Result<Vec<Submitted<J>>, Error> {
        let store = self.store().await?;
        let doing = format!("look for submitted jobs of queue `{}`", J::NAME);
        let rows = with_timeout(store.submitted(&self.namespace().queue(J::NAME)))
            .await
            .map_err(map_db_error(doing))?;
        rows.into_iter().map(typed).collect()
    }
}

impl Submissions for PgBoss {
    async fn submitted<J: Job>(&self) -> Result<Vec<Submitted<J>>, Error> {
        Self::submitted(self).await
    }
}

fn typed<J: Job>(row: SubmittedRow) -> Result<Submitted<J>, Error> {
    let mut submitted = Submitted::read(row.id, row.data.as_deref(), row.created_on)?;
    submitted.state = row.state.parse()?;
    submitted.start_after = row.start_after;
    submitted.priority = row.priority;
    submitted.retry_limit = u32::try_from(row.retry_limit).unwrap_or(0);
    submitted.singleton_key = row.singleton_key;
    Ok(submitted)
}
