//! From attributes as written to a table: every rule and every message about them.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Field, Fields, LitStr, Path, Type};

use super::parse::{OnField, OnStruct, TABLE};
use crate::errors::Errors;
use crate::{library, names};

/// A table as it is to be generated.
pub(super) struct Table<'a> {
    pub(super) row: &'a Ident,
    pub(super) library: Path,
    /// The table's name, behind its schema if it has one.
    pub(super) name: Vec<String>,
    pub(super) columns: Vec<Column<'a>>,
    /// The index of the column that is the id.
    pub(super) id: usize,
    /// Whether the database makes the id.
    pub(super) is_id_generated: bool,
}

/// A column and the field that holds its value.
pub(super) struct Column<'a> {
    pub(super) field: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) name: String,
    pub(super) is_json: bool,
    is_id: bool,
    is_generated: bool,
}

impl<'a> Table<'a> {
    /// Checks everything. Returns `None` only after it has noted an error.
    pub(super) fn new(input: &'a DeriveInput, errors: &mut Errors) -> Option<Self> {
        let written = OnStruct::read(&input.attrs, errors);
        let fields = named_fields(input, errors)?;
        if !input.generics.params.is_empty() {
            errors.at(
                &input.generics,
                "an entity cannot be generic: it is the row of one table; write the types themselves",
            );
        }
        if written.lacks_table() {
            errors.at(&input.ident, lacks_table(&input.ident));
        }
        let mut in_fields = Errors::default();
        let means_id = written.means_id();
        let case = written.rename_all.into_inner().map(|case| case.value());
        let fields = fields.into_iter();
        let columns: Vec<_> = fields
            .filter_map(|field| column(field, case.as_deref(), &mut in_fields))
            .collect();
        let id = id_of(&columns, &mut in_fields);
        if id.is_none() && in_fields.is_empty() && !means_id {
            errors.at(
                &input.ident,
                "the entity needs an id; write `#[entity(id)]` over the field that is the primary key",
            );
        }
        errors.extend(in_fields);
        let (id, name) = (id?, table_name(&written.table.into_inner()?, errors)?);
        let library = written
            .library
            .into_inner()
            .map_or_else(library::find_jobs_pg, Ok);
        Some(Self {
            row: &input.ident,
            library: errors.check(library)?,
            name,
            is_id_generated: columns[id].is_generated,
            columns,
            id,
        })
    }
}

fn named_fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<Vec<&'a Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields.named.iter().collect()),
            _ => errors.at(
                &input.ident,
                "the columns of an entity are its named fields; write `struct Name { id: i64, ... }`",
            ),
        },
        _ => errors.at(
            &input.ident,
            "an entity is a `struct` whose fields are the columns of a table",
        ),
    }
    None
}

fn lacks_table(row: &Ident) -> String {
    let example = names::snake(row);
    format!("the entity needs its table; write `#[entity(table = \"{example}\")]` over the struct")
}

fn table_name(given: &LitStr, errors: &mut Errors) -> Option<Vec<String>> {
    let parts: Vec<_> = given.value().split('.').map(str::to_owned).collect();
    let is_well_formed = |part: &String| !part.is_empty() && !part.contains('\0');
    if parts.len() > 2 || !parts.iter().all(is_well_formed) {
        errors.at(
            given,
            format!(
                "expected `table` or `schema.table`; write `{}`",
                TABLE.example
            ),
        );
        return None;
    }
    Some(parts)
}

fn column<'a>(field: &'a Field, case: Option<&str>, errors: &mut Errors) -> Option<Column<'a>> {
    let written = OnField::read(&field.attrs, errors);
    let ident = field.ident.as_ref()?;
    if written.skip.into_inner() == Some(true) {
        return None;
    }
    if let Some(word) = written.flatten.into_inner() {
        errors.at(word, "an entity cannot have a flattened field, which stands for several columns; declare a field for each column");
        return None;
    }
    let is_id = written.id.into_inner() == Some(true);
    let generated = written.generated.into_inner();
    if let Some(word) = generated.as_ref().filter(|_| !is_id) {
        errors.at(
            word,
            "only the id can be generated; write `#[entity(id, generated)]`",
        );
    }
    Some(Column {
        field: ident,
        ty: &field.ty,
        name: match (written.rename.into_inner(), case) {
            (Some(name), _) => name.value(),
            (None, Some(case)) => names::in_case(&names::bare(ident), case),
            (None, None) => names::bare(ident),
        },
        is_json: written.json.into_inner() == Some(true),
        is_id,
        is_generated: generated.is_some(),
    })
}

/// Where the id is; a second one is noted.
fn id_of(columns: &[Column<'_>], errors: &mut Errors) -> Option<usize> {
    let mut ids = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.is_id);
    let (id, _) = ids.next()?;
    for (_, other) in ids {
        errors.at(
            other.field,
            "there is a second id; write `#[entity(id)]` over one field only",
        );
    }
    Some(id)
}
