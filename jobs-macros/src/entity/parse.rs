//! `#[entity(...)]` as written, and the arguments of `#[sqlx(...)]` that matter here.

use proc_macro2::{Ident, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, LitStr, Meta, Path, Result, Token};

use crate::arguments::{Form, Misread, Once, assigned, flag, read_each, text};
use crate::errors::Errors;

pub(super) const TABLE: Form = Form::new(
    "table",
    "the table's name as text",
    "#[entity(table = \"task\")]",
);
const CRATE: Form = Form::new("crate", "a path", "crate = path::to::jobs_pg");
const ID: Form = Form::new("id", "the word alone", "#[entity(id)]");
const GENERATED: Form = Form::new("generated", "the word alone", "#[entity(id, generated)]");
const SKIP: Form = Form::new("skip", "the word alone", "#[entity(skip)]");

/// The attributes of the struct.
#[derive(Default)]
pub(super) struct OnStruct {
    pub(super) table: Once<LitStr>,
    pub(super) library: Once<Path>,
    /// sqlx's: how the fields' names become the columns'.
    pub(super) rename_all: Once<LitStr>,
    misread: Misread,
}

/// The attributes of a field.
#[derive(Default)]
pub(super) struct OnField {
    pub(super) id: Once<bool>,
    /// The word, for messages.
    pub(super) generated: Once<Ident>,
    pub(super) skip: Once<bool>,
    /// sqlx's: the column's name.
    pub(super) rename: Once<LitStr>,
    /// sqlx's: whether the column holds JSON.
    pub(super) json: Once<bool>,
    /// sqlx's: the word, if the field is several columns.
    pub(super) flatten: Once<Ident>,
}

impl OnStruct {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut all = Self::default();
        let misread = each(attributes, "entity", errors, |key, input| {
            match key.to_string().as_str() {
                "table" => all.table.set(key, text(key, TABLE, input)),
                "crate" => all.library.set(key, assigned(key, CRATE, input)),
                "id" | "generated" | "skip" => Err(elsewhere(key, ID, "the field")),
                _ => Err(unknown(key, &[TABLE, CRATE])),
            }
        });
        all.misread = misread;
        each_of_sqlx(attributes, |key, input| match key.to_string().as_str() {
            "rename_all" => all.rename_all.set(key, text(key, TABLE, input)),
            _ => skip(input),
        });
        all
    }

    /// Whether there is no table, nor a misspelt one.
    pub(super) fn lacks_table(&self) -> bool {
        self.table.is_unset() && !self.misread.is_meant(TABLE.name)
    }

    /// Whether the struct has the attribute of the id, which belongs to a field.
    pub(super) fn means_id(&self) -> bool {
        self.misread.is_meant(ID.name)
    }
}

impl OnField {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut all = Self::default();
        each(attributes, "entity", errors, |key, input| {
            match key.to_string().as_str() {
                "id" => all.id.set(key, flag(key, ID, input)),
                "generated" => all
                    .generated
                    .set(key, flag(key, GENERATED, input).map(|_| key.clone())),
                "skip" => all.skip.set(key, flag(key, SKIP, input)),
                "table" => Err(elsewhere(key, TABLE, "the struct")),
                _ => Err(unknown(key, &[ID, GENERATED, SKIP])),
            }
        });
        each_of_sqlx(attributes, |key, input| match key.to_string().as_str() {
            "rename" => all.rename.set(key, text(key, TABLE, input)),
            "json" => all.json.set(key, skip(input).map(|()| true)),
            "skip" => all.skip.set(key, Ok(true)),
            "flatten" => all.flatten.set(key, Ok(key.clone())),
            _ => skip(input),
        });
        all
    }
}

fn each(
    attributes: &[Attribute],
    name: &str,
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Misread {
    let mut misread = Misread::default();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name))
    {
        let Meta::List(list) = &attribute.meta else {
            errors.at(
                attribute,
                format!("write `{}` or `{}`", TABLE.example, ID.example),
            );
            continue;
        };
        let read_all = |input: ParseStream<'_>| {
            misread.extend(read_each(input, errors, |key, input, _| read(key, input)));
            Ok(())
        };
        let read = read_all.parse2(list.tokens.clone());
        errors.check(read);
    }
    misread
}

/// Reads sqlx's attributes. sqlx's own derive reports their mistakes.
fn each_of_sqlx(attributes: &[Attribute], read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>) {
    each(attributes, "sqlx", &mut Errors::default(), read);
}

fn skip(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn elsewhere(key: &Ident, form: Form, place: &str) -> Error {
    Error::new(
        key.span(),
        format!(
            "`{key}` belongs to {place}; write `{}` over {place}",
            form.example
        ),
    )
}

fn unknown(key: &Ident, known: &[Form]) -> Error {
    let known: Vec<_> = known.iter().map(|form| form.name).collect();
    Error::new(
        key.span(),
        jobs_rules::unknown("argument", &key.to_string(), &known),
    )
}
