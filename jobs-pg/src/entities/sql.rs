//! The statements for an application's table.

use jobs_core::{Error, ErrorKind};
use jobs_rules as rules;

use super::TableRow;

/// In place of a column to search by.
pub(super) const EVERY_ROW: &str = "";

/// The rows whose column equals `$1`, or every row.
pub(super) fn select<T: TableRow>(by: &str) -> String {
    let (columns, table, id) = (list(T::COLUMNS), table::<T>(), quoted(T::ID));
    match by {
        EVERY_ROW => format!("SELECT {columns} FROM {table} ORDER BY {id}"),
        column => format!(
            "SELECT {columns} FROM {table} WHERE {} = $1 ORDER BY {id}",
            quoted(column)
        ),
    }
}

pub(super) fn count<T: TableRow>() -> String {
    format!("SELECT count(*) FROM {}", table::<T>())
}

/// A new row. All values are bound, in the order of the columns; that of a generated id is not used.
pub(super) fn insert<T: TableRow>() -> String {
    let given = || numbered::<T>().filter(|(_, column)| !(T::IS_ID_GENERATED && *column == T::ID));
    let (table, all) = (table::<T>(), list(T::COLUMNS));
    if given().next().is_none() {
        return format!("INSERT INTO {table} DEFAULT VALUES RETURNING {all}");
    }
    let columns: Vec<_> = given().map(|(_, column)| quoted(column)).collect();
    let values: Vec<_> = given().map(|(number, _)| format!("${number}")).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({}) RETURNING {all}",
        columns.join(", "),
        values.join(", ")
    )
}

/// The row of the bound id becomes the bound row.
pub(super) fn update<T: TableRow>() -> String {
    // A generated id cannot be set, not even to itself; but a row may be nothing else.
    let is_set = |column: &str| column != T::ID || T::COLUMNS.len() == 1;
    let sets = numbered::<T>().filter(|(_, column)| is_set(column));
    let sets: Vec<_> = sets
        .map(|(number, column)| format!("{} = ${number}", quoted(column)))
        .collect();
    let id = numbered::<T>()
        .find(|(_, column)| *column == T::ID)
        .map_or(0, |(number, _)| number);
    format!(
        "UPDATE {} SET {} WHERE {} = ${id}",
        table::<T>(),
        sets.join(", "),
        quoted(T::ID)
    )
}

pub(super) fn delete<T: TableRow>() -> String {
    format!("DELETE FROM {} WHERE {} = $1", table::<T>(), quoted(T::ID))
}

/// Refuses a column that the row does not have.
pub(super) fn check_column<T: TableRow>(column: &str) -> Result<(), Error> {
    if T::COLUMNS.contains(&column) {
        return Ok(());
    }
    let message = format!(
        "table {}: {}",
        spoken::<T>(),
        rules::unknown("column", column, T::COLUMNS)
    );
    Err(Error::new(ErrorKind::BadInput, message))
}

/// The table in messages.
pub(super) fn spoken<T: TableRow>() -> String {
    format!("`{}`", T::TABLE.join("."))
}

fn numbered<T: TableRow>() -> impl Iterator<Item = (usize, &'static str)> {
    T::COLUMNS
        .iter()
        .enumerate()
        .map(|(i, column)| (i + 1, *column))
}

fn table<T: TableRow>() -> String {
    let parts: Vec<_> = T::TABLE.iter().map(|part| quoted(part)).collect();
    parts.join(".")
}

fn list(columns: &[&str]) -> String {
    let columns: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
    columns.join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use crate::entities::{TableRow, Values};

    #[derive(sqlx::FromRow)]
    struct Row {
        id: i64,
    }

    impl TableRow for Row {
        type Id = i64;
        const TABLE: &'static [&'static str] = &["my app", "task\"s"];
        const COLUMNS: &'static [&'static str] = &["id", "isDone"];
        const ID: &'static str = "id";
        const IS_ID_GENERATED: bool = true;

        fn id(&self) -> &i64 {
            &self.id
        }

        fn push_values(&self, values: &mut Values) {
            values.push(self.id);
            values.push(true);
        }
    }

    #[test]
    fn names_are_quoted_and_values_are_bound() {
        let table = r#""my app"."task""s""#;
        let cases = [
            (
                super::select::<Row>(""),
                format!(r#"SELECT "id", "isDone" FROM {table} ORDER BY "id""#),
            ),
            (
                super::select::<Row>("isDone"),
                format!(r#"SELECT "id", "isDone" FROM {table} WHERE "isDone" = $1 ORDER BY "id""#),
            ),
            (
                super::insert::<Row>(),
                format!(r#"INSERT INTO {table} ("isDone") VALUES ($2) RETURNING "id", "isDone""#),
            ),
            (
                super::update::<Row>(),
                format!(r#"UPDATE {table} SET "isDone" = $2 WHERE "id" = $1"#),
            ),
            (
                super::delete::<Row>(),
                format!(r#"DELETE FROM {table} WHERE "id" = $1"#),
            ),
            (
                super::count::<Row>(),
                format!("SELECT count(*) FROM {table}"),
            ),
        ];
        for (made, expected) in cases {
            assert_eq!(made, expected);
        }
    }

    #[test]
    fn an_unknown_column_lists_the_columns() {
        assert!(super::check_column::<Row>("isDone").is_ok());
        let error = super::check_column::<Row>("is_done")
            .expect_err("there is no such column")
            .to_string();
        assert_eq!(
            error,
            "table `my app.task\"s`: unknown column `is_done`; did you mean `isDone`? known: id, isDone"
        );
    }
}
