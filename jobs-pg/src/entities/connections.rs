//! Where the statements of a job's entities run: the one place that decides it.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use crate::connect::acquire;

/// What the tables of a job run their statements on.
#[derive(Debug, Clone)]
pub struct Connections {
    pool: PgPool,
}

/// Each statement on a connection of the pool, and so in a transaction of its own.
impl From<PgPool> for Connections {
    fn from(pool: PgPool) -> Self {
        Self { pool }
    }
}

impl Connections {
    pub(super) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        acquire(&self.pool).await.map(Connection)
    }
}

/// A connection on loan, for queries of one's own: `sqlx::query(...).execute(&mut *connection)`.
#[derive(Debug)]
pub struct Connection(PoolConnection<Postgres>);

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
