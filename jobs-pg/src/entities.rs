//! The application's tables as jobs reach them: `ctx.entities.task` is a [`Table`] of the entity `Task`.
//!
//! These statements are made for tables that only the application knows, so they are composed here and not among the
//! statements of the store: names are quoted identifiers, values are always bound.

#![expect(
    clippy::disallowed_methods,
    reason = "these statements are for tables of the application, which have no file in sql/"
)]

mod connections;
mod row;
mod sql;

use std::fmt;
use std::marker::PhantomData;

use jobs_core::executor::Extensions;
use jobs_core::{Error, ErrorKind};
use sqlx::{AssertSqlSafe, Encode, Postgres, Type};

use pg_boss::error::map_db_error;

pub use connections::{Connection, Connections};
pub use row::{ReadRow, TableRow, Values};

/// The table of an entity: what a job gets in `ctx.entities`. Clones are of the same table.
///
/// ```no_run
/// # use jobs_pg::prelude::*;
/// #[derive(sqlx::FromRow, Entity)]
/// #[entity(table = "task")]
/// struct Task {
///     #[entity(id, generated)]
///     id: i64,
///     description: String,
///     is_done: bool,
/// }
///
/// #[job(executor = PgBoss, entities = [Task])]
/// async fn finish(description: String, ctx: Context<Finish>) -> Result<u64, JobError> {
///     let tasks = ctx.entities.task;
///     for mut task in tasks.find_by("description", description).await? {
///         task.is_done = true;
///         tasks.update(&task).await?;
///     }
///     Ok(tasks.count().await?)
/// }
/// ```
pub struct Table<T> {
    connections: Connections,
    row: PhantomData<fn() -> T>,
}

impl<T: TableRow> Table<T> {
    /// Makes a table of the connections that an executor provides.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if it is an executor without a database.
    pub fn from_provided(provided: &Extensions) -> Result<Self, Error> {
        let connections = provided.find::<Connections>().ok_or_else(|| {
            let table = sql::spoken::<T>();
            Error::new(
                ErrorKind::Configuration,
                format!("table {table} needs connections; add `.provide(Connections::from(pool))` to the executor's builder"),
            )
        })?;
        Ok(Self::new(connections.clone()))
    }

    /// Makes a table of these connections.
    pub fn new(connections: Connections) -> Self {
        Self {
            connections,
            row: PhantomData,
        }
    }

    /// All rows, in the order of their ids.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn find_many(&self) -> Result<Vec<T>, Error> {
        self.rows("list", sql::select::<T>(sql::EVERY_ROW), Values::default())
            .await
    }

    /// The row with this id, if there is one.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn find(&self, id: T::Id) -> Result<Option<T>, Error> {
        let mut rows = self
            .rows("read", sql::select::<T>(T::ID), Values::of(id))
            .await?;
        Ok(rows.pop())
    }

    /// The rows with this value in this column, in the order of their ids. No row equals SQL's null.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] listing the columns if there is none with this name; or if the query fails.
    pub async fn find_by<V>(&self, column: &str, value: V) -> Result<Vec<T>, Error>
    where
        V: for<'q> Encode<'q, Postgres> + Type<Postgres>,
    {
        sql::check_column::<T>(column)?;
        self.rows("search", sql::select::<T>(column), Values::of(value))
            .await
    }

    /// Inserts a row and returns it as it is stored. An id that the database generates replaces the one in `row`.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn insert(&self, row: &T) -> Result<T, Error> {
        let mut rows = self
            .rows("insert into", sql::insert::<T>(), Values::of_row(row))
            .await?;
        rows.pop().ok_or_else(|| {
            let table = sql::spoken::<T>();
            Error::new(
                ErrorKind::Refused,
                format!("table {table} did not keep the row that was inserted"),
            )
        })
    }

    /// Updates the row with the same id; `false` if there is none.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn update(&self, row: &T) -> Result<bool, Error> {
        let changed = self
            .execute("update", sql::update::<T>(), Values::of_row(row))
            .await?;
        Ok(changed > 0)
    }

    /// Deletes the row with this id; `false` if there is none.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn delete(&self, id: T::Id) -> Result<bool, Error> {
        let changed = self
            .execute("delete from", sql::delete::<T>(), Values::of(id))
            .await?;
        Ok(changed > 0)
    }

    /// The number of rows.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn count(&self) -> Result<u64, Error> {
        let refused = refused::<T>("count");
        let mut connection = self.connections.acquire().await.map_err(&refused)?;
        let query = sqlx::query_scalar(AssertSqlSafe(sql::count::<T>()));
        let count: i64 = query.fetch_one(&mut *connection).await.map_err(refused)?;
        Ok(count.unsigned_abs())
    }

    /// A connection for other queries.
    ///
    /// # Errors
    /// If there is none within the time limit of the pool.
    pub async fn connection(&self) -> Result<Connection, Error> {
        self.connections
            .acquire()
            .await
            .map_err(refused::<T>("reach"))
    }

    async fn rows(&self, doing: &str, sql: String, values: Values) -> Result<Vec<T>, Error> {
        let refused = refused::<T>(doing);
        let arguments = values.into_arguments().map_err(&refused)?;
        let mut connection = self.connections.acquire().await.map_err(&refused)?;
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
        let rows = query.fetch_all(&mut *connection).await.map_err(&refused)?;
        rows.iter()
            .map(|row| T::read(row).map_err(&refused))
            .collect()
    }

    async fn execute(&self, doing: &str, sql: String, values: Values) -> Result<u64, Error> {
        let refused = refused::<T>(doing);
        let arguments = values.into_arguments().map_err(&refused)?;
        let mut connection = self.connections.acquire().await.map_err(&refused)?;
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
        let done = query.execute(&mut *connection).await.map_err(refused)?;
        Ok(done.rows_affected())
    }
}

fn refused<T: TableRow>(doing: &str) -> impl Fn(sqlx::Error) -> Error {
    let doing = format!("{doing} table {}", sql::spoken::<T>());
    move |error| map_db_error(doing.clone())(error)
}

// Derived, they would ask the same of `T`, which is not stored here.
impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            connections: self.connections.clone(),
            row: PhantomData,
        }
    }
}

impl<T: TableRow> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", sql::spoken::<T>())
    }
}
