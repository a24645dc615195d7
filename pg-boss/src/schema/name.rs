//! The name of the schema, as configured and as Postgres keeps it.

use std::fmt;

use sha2::{Digest, Sha224};

use super::SchemaError;

/// Stands in a statement directly before a name that is in the schema.
const MARK: &str = "/* schema */";

/// Postgres cuts identifiers at 63 bytes; 50 is pg-boss's own bound.
const MAX_BYTES: usize = 50;

/// The name of the schema that holds the jobs.
///
/// It is written as in pg-boss's option `schema`: a bare name is folded to lower case by Postgres, one in double quotes
/// is taken as it is. The spelling matters beyond the catalog: the notification channel and the advisory locks that
/// every process on this schema shares are hashes of it, so all of them must be configured alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Schema {
    name: String,
    /// In pg-boss's spelling, without quotes that change nothing.
    hashed: String,
}

impl Schema {
    /// Reads the name as configured.
    ///
    /// # Errors
    /// If Postgres or pg-boss would not take the name; the error says what is wrong with it.
    pub fn new(configured: &str) -> Result<Self, SchemaError> {
        let inside = configured
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let problem = match inside {
            Some(name) => problem_when_quoted(name),
            None => problem_when_bare(configured),
        };
        if let Some(problem) = problem.or_else(|| problem_of_any(inside.unwrap_or(configured))) {
            return Err(SchemaError::Name {
                given: configured.to_owned(),
                problem,
            });
        }
        Ok(match inside {
            Some(name) => Self {
                name: name.to_owned(),
                hashed: (if quotes_matter(name) {
                    configured
                } else {
                    name
                })
                .to_owned(),
            },
            None => Self {
                name: configured.to_ascii_lowercase(),
                hashed: configured.to_owned(),
            },
        })
    }

    /// The name as the catalog has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name as pg-boss's option `schema` spells it.
    pub fn spelled(&self) -> &str {
        &self.hashed
    }

    /// The name as an identifier in SQL.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.name)
    }

    /// Puts the name before each table, type and function of a statement that has the mark `/* schema */` there.
    pub fn qualify(&self, statement: &str) -> String {
        statement.replace(MARK, &format!("{}.", self.quoted()))
    }

    /// The name of our own schema beside this one. It fits: this name has 50 bytes at most, and Postgres takes 63.
    pub fn own_name(&self) -> String {
        format!("{}_jobs", self.name)
    }

    /// That name as an identifier in SQL.
    pub fn quoted_own(&self) -> String {
        format!("\"{}\"", self.own_name())
    }

    /// The channel on which every process on this schema tells of new jobs.
    pub fn channel(&self) -> String {
        let digest = Sha224::digest(self.hashed.as_bytes());
        let hex: String = digest[..12].iter().map(|b| format!("{b:02x}")).collect();
        format!("pgboss_{hex}")
    }

    /// The key of the advisory lock that every process on this schema takes for the work named by `suffix`.
    pub fn lock_key(&self, database: &str, suffix: &str) -> i64 {
        let text = format!("{database}.pgboss.{}{suffix}", self.hashed);
        Sha224::digest(text.as_bytes())[..8]
            .iter()
            .fold(0, |key, byte| (key << 8) | i64::from(*byte))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.hashed).finish()
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Whether Postgres would read the bare name as another one.
fn quotes_matter(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
        || !name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn problem_when_bare(name: &str) -> Option<&'static str> {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        Some("starts with a digit, which only a name in double quotes may")
    } else if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Some("may hold only letters, digits and `_` unless it is in double quotes")
    } else {
        None
    }
}

/// These characters would break out of the texts that pg-boss builds around the name, quoted or not.
fn problem_when_quoted(name: &str) -> Option<&'static str> {
    if name.contains(['"', '\'', '%', '$', '.', '\\']) {
        Some("may not hold any of `\" ' % $ . \\`, even in double quotes")
    } else if name.contains(|c: char| c.is_ascii_control()) {
        Some("holds a control character")
    } else {
        None
    }
}

fn problem_of_any(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > MAX_BYTES {
        Some("is longer than 50 bytes")
    } else if name.to_ascii_lowercase().starts_with("pg_") {
        Some("starts with `pg_`, which Postgres keeps for itself")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;

    fn schema(configured: &str) -> Schema {
        Schema::new(configured).expect("a good name")
    }

    #[test]
    fn a_bare_name_is_folded_and_a_quoted_one_is_kept() {
        assert_eq!(schema("MixedCase").name(), "mixedcase");
        assert_eq!(schema("\"Quoted-S\"").name(), "Quoted-S");
        assert_eq!(schema("\"Quoted-S\"").quoted(), "\"Quoted-S\"");
    }

    #[test]
    fn the_channel_hashes_the_name_as_configured() {
        assert_eq!(
            schema("pgboss").channel(),
            "pgboss_454650302e472074f72063fd"
        );
        assert_ne!(schema("MixedCase").channel(), schema("mixedcase").channel());
        assert_ne!(schema("\"My-S\"").channel(), schema("\"my-s\"").channel());
    }

    #[test]
    fn quotes_that_change_nothing_do_not_count() {
        assert_eq!(schema("\"pgboss\"").channel(), schema("pgboss").channel());
        assert_eq!(schema("\"pgboss\""), schema("pgboss"));
    }

    #[test]
    fn the_lock_key_is_the_one_that_pg_boss_takes() {
        assert_eq!(
            schema("pgboss").lock_key("ctr_e1", ""),
            -8815271842052341992
        );
    }

    #[test]
    fn a_bad_name_is_refused_with_what_is_wrong() {
        for (name, word) in [
            ("", "empty"),
            ("\"\"", "empty"),
            ("1st", "digit"),
            ("my-schema", "letters"),
            ("pg_jobs", "pg_"),
            ("\"it's\"", "may not hold"),
            ("\"a\nb\"", "control"),
            ("\"", "letters"),
            (&"x".repeat(51), "50 bytes"),
        ] {
            let error = Schema::new(name).expect_err(name).to_string();
            assert!(error.contains(word), "{name}: {error}");
        }
    }
}
