//! The group of a job.

use serde::{Deserialize, Serialize};

use crate::check_text;

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
    /// Checks the bounds of both texts, which pg-boss 12.38 wants not to be empty.
    pub(crate) fn check(&self) -> Result<(), String> {
        for text in [Some(&self.id), self.tier.as_ref()].into_iter().flatten() {
            if text.is_empty() {
                return Err("`group` must have an id and a tier that are not empty".to_owned());
            }
            check_text("a group", text).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}
