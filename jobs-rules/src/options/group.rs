//! The group of a job.

use serde::{Deserialize, Serialize};

/// The group of a job: workers that limit groups count its active jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Which group.
    pub id: String,
    /// Which of the worker's limits counts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

impl From<&str> for Group {
    fn from(id: &str) -> Self {
        id.to_owned().into()
    }
}

impl From<String> for Group {
    fn from(id: String) -> Self {
        Self { id, tier: None }
    }
}

/// A group and its tier.
impl<Id: Into<String>, Tier: Into<String>> From<(Id, Tier)> for Group {
    fn from((id, tier): (Id, Tier)) -> Self {
        Self {
            id: id.into(),
            tier: Some(tier.into()),
        }
    }
}

impl Group {
    /// pg-boss 12.38 takes no empty text for either.
    pub(super) fn is_named(&self) -> bool {
        !self.id.is_empty() && self.tier.as_deref() != Some("")
    }
}
