//! Structs that are rows of a table, and their values as arguments of a statement.

use serde::Serialize;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::types::Json;
use sqlx::{Arguments, Encode, FromRow, Postgres, Type};

/// A struct that is a row of a table. `#[derive(Entity)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of a table",
    label = "not a `TableRow`",
    note = "derive it: `#[derive(sqlx::FromRow, Entity)] #[entity(table = \"...\")]`"
)]
pub trait TableRow: ReadRow {
    /// The type of the primary key.
    type Id: for<'q> Encode<'q, Postgres> + Type<Postgres> + Send + Sync;

    /// The table's name, after its schema if that is named.
    const TABLE: &'static [&'static str];

    /// The columns, in the order in which their values are pushed.
    const COLUMNS: &'static [&'static str];

    /// The column of the primary key.
    const ID: &'static str;

    /// Whether the database generates the id of a new row.
    const IS_ID_GENERATED: bool;

    /// The row's id.
    fn id(&self) -> &Self::Id;

    /// Pushes the value of each column.
    fn push_values(&self, values: &mut Values);
}

/// A struct that can be read from a row. Every struct with `#[derive(sqlx::FromRow)]` is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    label = "add `#[derive(sqlx::FromRow)]`"
)]
pub trait ReadRow: Sized + Send + Sync + 'static {
    /// Reads a row.
    ///
    /// # Errors
    /// If a column is missing or of another type.
    fn read(row: &PgRow) -> Result<Self, sqlx::Error>;
}

// Not recommended: the compiler would list everything else that sqlx can read.
#[diagnostic::do_not_recommend]
impl<T: for<'r> FromRow<'r, PgRow> + Send + Sync + 'static> ReadRow for T {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Self::from_row(row)
    }
}

/// The values to bind to a statement, in order.
#[derive(Default)]
pub struct Values {
    arguments: PgArguments,
    refused: Option<BoxDynError>,
}

impl Values {
    /// Adds a value. If it cannot be encoded, the statement fails.
    pub fn push<'q, V: Encode<'q, Postgres> + Type<Postgres>>(&mut self, value: V) {
        if let Err(error) = self.arguments.add(value) {
            self.refused.get_or_insert(error);
        }
    }

    /// Adds a value as JSON.
    pub fn push_json<V: Serialize>(&mut self, value: &V) {
        self.push(Json(value));
    }

    pub(super) fn of<'q, V: Encode<'q, Postgres> + Type<Postgres>>(value: V) -> Self {
        let mut values = Self::default();
        values.push(value);
        values
    }

    pub(super) fn of_row<T: TableRow>(row: &T) -> Self {
        let mut values = Self::default();
        row.push_values(&mut values);
        values
    }

    pub(super) fn into_arguments(self) -> Result<PgArguments, sqlx::Error> {
        match self.refused {
            None => Ok(self.arguments),
            Some(error) => Err(sqlx::Error::Encode(error)),
        }
    }
}
