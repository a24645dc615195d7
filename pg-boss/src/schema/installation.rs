//! Whether there is anything to work on.

use std::time::Duration;

use jobs_rules::{Error, ErrorKind};
use tokio::time::timeout;

use crate::Boss;
use crate::schema::installed_version;

const BOUND: Duration = Duration::from_secs(60);

impl Boss {
    /// The version of the schema's tables, whatever it is; `None` if none are installed. Nothing is installed by asking.
    ///
    /// # Errors
    /// If the database does not answer, or the version table has no row or several.
    pub async fn schema_version(&self) -> Result<Option<i32>, Error> {
        let look = installed_version(self.pool(), self.schema());
        let version = timeout(BOUND, look).await.map_err(|_| {
            let message = format!("the schema's version was not told within {BOUND:?}");
            Error::new(ErrorKind::Unavailable, message)
        })?;
        Ok(version?)
    }

    /// Whether the tables are installed. Nothing is installed by asking.
    ///
    /// # Errors
    /// As [`schema_version`](Self::schema_version).
    pub async fn is_installed(&self) -> Result<bool, Error> {
        Ok(self.schema_version().await?.is_some())
    }
}
