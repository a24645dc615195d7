//! The group of a job.

use serde::{Deserialize, Serialize};

/// The group of a job. A worker with a group limit counts the active jobs of each group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The name of the group.
    pub id: String,
    /// Selects one of the worker's limits by its name.
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

/// The id and the tier.
impl<Id: Into<String>, Tier: Into<String>> From<(Id, Tier)> for Group {
    fn from((id, tier): (Id, Tier)) -> Self {
        Self {
            id: id.into(),
            tier: Some(tier.into()),
        }
    }
}

impl Group {
    /// Whether both texts are not empty, as pg-boss 12.38 requires.
    pub(super) fn is_named(&self) -> bool {
        !self.id.is_empty() && self.tier.as_deref() != Some("")
    }
}
