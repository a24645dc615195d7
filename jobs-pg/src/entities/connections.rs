//! The connections on which the statements of a job's entities run.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use pg_boss::connect::acquire;

/// The connections of a [`Table`](crate::Table): made of a pool with `Connections::from(pool)`.
#[derive(Debug, Clone)]
pub struct Connections {
    pool: PgPool,
}

/// Each statement runs on a connection of the pool, and so in a transaction of its own.
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

/// A connection of a pool, to which it returns when it is dropped: `sqlx::query(...).execute(&mut *connection)`.
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
