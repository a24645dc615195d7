//! What can be wrong with the schema that holds the jobs.

use jobs_rules::{Error, ErrorKind};

use crate::error::{DatabaseError, kind_of, why};

/// Why the schema that holds the jobs cannot be used.
///
/// Display says what we were doing and to what; [`source`](std::error::Error::source) is what the database said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The configured name is none.
    #[error("the schema name {given:?} {problem}")]
    Name {
        /// The name as configured.
        given: String,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// The server lacks what our functions are written in.
    #[error("PostgreSQL {found} is too old; this needs PostgreSQL 14 or newer")]
    PostgresTooOld {
        /// The server's version, as it says it.
        found: String,
    },

    /// There is no schema of jobs, and we were told not to make one.
    #[error(
        "there are no job tables in the schema `{schema}` of the database `{database}`, and `migrate` is off; \
         turn it on, or install them once by another program"
    )]
    NotInstalled {
        /// The schema that was looked at.
        schema: String,
        /// The database that was looked at.
        database: String,
    },

    /// There is no such schema, and we were told not to make one.
    #[error(
        "there is no schema `{schema}` in the database `{database}`, and `createSchema` is off; turn it on, or create \
         the schema by hand"
    )]
    NoSchema {
        /// The schema that was to be filled.
        schema: String,
        /// The database that it should be in.
        database: String,
    },

    /// The schema is of an older version.
    #[error(
        "the schema `{schema}` has version {version} ({tables}), and 46 is the oldest supported; {next_step}"
    )]
    TooOld {
        /// The schema that was looked at.
        schema: String,
        /// The number in its version table.
        version: i32,
        /// Whose tables it has.
        tables: &'static str,
        /// What to run, or to do.
        next_step: String,
    },

    /// Jobs cannot be imported from the schema.
    #[error("the schema `{schema}` {problem}; {next_step}")]
    NotImportable {
        /// The schema that was looked at.
        schema: String,
        /// What it is, or lacks.
        problem: String,
        /// What helps.
        next_step: &'static str,
    },

    /// Columns or functions that the statements name are not there.
    #[error(
        "the schema `{schema}` has version {version}, but lacks {missing}; \
         use a release of this library that knows that version, or choose another schema"
    )]
    Incomplete {
        /// The schema that was looked at.
        schema: String,
        /// The number in its version table.
        version: i32,
        /// The columns and functions, by name.
        missing: String,
    },

    /// The version table must have one row; with none or several, pg-boss's own passes stop.
    #[error(
        "the table `version` of the schema `{schema}` has {rows} rows where exactly one belongs"
    )]
    VersionRows {
        /// The schema that was looked at.
        schema: String,
        /// How many rows it has.
        rows: usize,
    },

    /// Something else exists where the tables should be.
    #[error(
        "cannot install the job tables into the schema `{schema}`: it has no version table, but other things of the \
         names that are needed; choose another schema, or remove what is left of an earlier installation"
    )]
    Occupied {
        /// The schema that was to be filled.
        schema: String,
        /// Which thing is in the way.
        source: DatabaseError,
    },

    /// The database role lacks a right.
    #[error(
        "cannot install the job tables into the schema `{schema}` of the database `{database}`: the role may not; \
         grant it CREATE there, or have the job tables installed by a role that may"
    )]
    Forbidden {
        /// The schema that was to be made or filled.
        schema: String,
        /// The database it is in.
        database: String,
        /// What the database said.
        source: DatabaseError,
    },

    /// The database failed us.
    #[error("cannot {doing} the schema `{schema}`")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The schema it was done to.
        schema: String,
        /// What the database said.
        source: DatabaseError,
    },
}

impl SchemaError {
    /// What a caller can tell apart.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Name { .. } | Self::NotInstalled { .. } | Self::NoSchema { .. } => {
                ErrorKind::Configuration
            }
            Self::PostgresTooOld { .. }
            | Self::TooOld { .. }
            | Self::NotImportable { .. }
            | Self::Incomplete { .. }
            | Self::VersionRows { .. }
            | Self::Occupied { .. } => ErrorKind::Incompatible,
            Self::Forbidden { .. } => ErrorKind::Refused,
            Self::Database { .. } => ErrorKind::Unavailable,
        }
    }
}

impl From<SchemaError> for Error {
    fn from(error: SchemaError) -> Self {
        let kind = match &error {
            SchemaError::Database { source, .. } => kind_of(&source.error),
            other => other.kind(),
        };
        let message = format!("cannot use the database for jobs: {error}");
        match error {
            SchemaError::Database { source, .. } => {
                let message = format!("{message}: {}", why(&source.error));
                Self::caused_by(kind, message, DatabaseError::behind(source.error))
            }
            SchemaError::Occupied { source, .. } | SchemaError::Forbidden { source, .. } => {
                Self::caused_by(kind, message, source)
            }
            _ => Self::new(kind, message),
        }
    }
}
