//! Connections that the worker keeps for itself. No user code can take one away, and none is asked whether it lives before each
//! statement.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::store::Store;
use pg_boss::error::is_disconnected;

/// A few connections, opened when they are first needed.
#[derive(Debug)]
pub(crate) struct Connections {
    store: Arc<Store>,
    bound: Duration,
    permits: Semaphore,
    idle: Mutex<Vec<Open>>,
}

#[derive(Debug)]
struct Open {
    connection: PgConnection,
    /// What it was opened with. Where that has changed, as when the pool begins to read the test clock, it is closed.
    options: Arc<PgConnectOptions>,
}

/// A connection in use. It is closed when this is dropped, unless it was [given back](Self::give_back).
pub(crate) struct Kept<'a> {
    connections: &'a Connections,
    open: Open,
    _permit: SemaphorePermit<'a>,
}

impl Connections {
    /// Keeps at most `most` connections. A statement on one of them may take `bound`; the server gives it up a little sooner,
    /// so that nothing goes on there that no process waits for.
    pub(crate) fn new(store: &Arc<Store>, most: usize, bound: Duration) -> Self {
        Self {
            store: Arc::clone(store),
            bound,
            permits: Semaphore::new(most),
            idle: Mutex::default(),
        }
    }

    /// How long a statement may take.
    pub(crate) fn bound(&self) -> Duration {
        self.bound
    }

    /// Waits for a step on these connections, but not longer than their bound.
    pub(crate) async fn with_timeout<T>(
        &self,
        step: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        timeout(self.bound, step).await.unwrap_or_else(|_| {
            let silence = format!("the database did not answer within {:?}", self.bound);
            Err(io::Error::new(io::ErrorKind::TimedOut, silence).into())
        })
    }

    /// A connection, kept or new.
    pub(crate) async fn acquire(&self) -> sqlx::Result<Kept<'_>> {
        let permit = self.permits.acquire().await;
        let permit = permit.map_err(|_| sqlx::Error::PoolClosed)?;
        let open = match self.take_idle() {
            Some(open) => open,
            None => self.open().await?,
        };
        Ok(Kept {
            connections: self,
            open,
            _permit: permit,
        })
    }

    fn take_idle(&self) -> Option<Open> {
        let current = self.store.pool().connect_options();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|open| Arc::ptr_eq(&open.options, &current));
        idle.pop()
    }

    async fn open(&self) -> sqlx::Result<Open> {
        let options = self.store.pool().connect_options();
        let mut connection = options.connect().await?;
        let statement = self.bound.as_millis() * 4 / 5;
        let lock = self.bound.as_millis() / 4;
        let limits = format!("SET statement_timeout = {statement}; SET lock_timeout = {lock}");
        connection.execute(AssertSqlSafe(limits)).await?;
        Ok(Open {
            connection,
            options,
        })
    }
}

impl Kept<'_> {
    /// Keeps the connection for the next statement, unless this result says that it is broken.
    pub(crate) fn give_back<T>(self, result: sqlx::Result<T>) -> sqlx::Result<T> {
        if !result.as_ref().is_err_and(is_disconnected) {
            let idle = self.connections.idle.lock();
            idle.unwrap_or_else(PoisonError::into_inner).push(self.open);
        }
        result
    }
}

impl std::ops::Deref for Kept<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.open.connection
    }
}

impl std::ops::DerefMut for Kept<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.open.connection
    }
}
