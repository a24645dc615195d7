//! Which release of pg-boss made the tables of a schema. The columns decide, as forks of pg-boss count versions of their own.

use std::collections::BTreeSet;

/// The tables of a schema, by the releases of pg-boss that have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tables {
    Old(OldTables),
    /// Of pg-boss 11 and later.
    Current,
    Unknown,
}

/// Tables that no release of pg-boss migrates to those of today: jobs are imported from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OldTables {
    /// Of pg-boss 8 and 9, whose last version is 20.
    V20,
    /// Of pg-boss 10, whose last version is 24.
    V24,
}

impl Tables {
    /// Recognises the tables by their columns (`table.column`).
    pub(super) fn of(members: &BTreeSet<String>) -> Self {
        let have = |member| members.contains(member);
        if have("job.startafter") {
            Self::Old(OldTables::V20)
        } else if have("job.expire_in") {
            Self::Old(OldTables::V24)
        } else if have("job.expire_seconds") && have("queue.table_name") && have("job_common.id") {
            Self::Current
        } else {
            Self::Unknown
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Old(OldTables::V20) => "the tables of pg-boss 9 and before",
            Self::Old(OldTables::V24) => "the tables of pg-boss 10",
            Self::Current => "the tables of pg-boss 11 and later",
            Self::Unknown => "tables of no known version",
        }
    }
}
