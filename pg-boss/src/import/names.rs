//! Which queues are imported, and under which names.

use std::collections::{BTreeMap, BTreeSet};

use jobs_rules::check_own_name;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::import::statements::QueueMove;

/// What pg-boss 8 to 10 keep for themselves, and pg-boss 12 makes anew.
const INTERNAL: &str = "__pgboss__";
/// Jobs that pg-boss 8 makes of ended ones; dead letter queues came in their place.
const COMPLETION: &str = "__state__completed__";

/// Gives each queue its new name, and the dead letter queues in its options too. The error lists everything that is wrong.
pub(super) fn plan(
    known: Vec<(String, Json<Map<String, Value>>)>,
    renames: &BTreeMap<String, String>,
) -> Result<Vec<QueueMove>, String> {
    let mut problems = unknown(&known, renames);
    let new_name = |old: &str| renames.get(old).map_or(old, String::as_str).to_owned();
    let mut taken = BTreeMap::new();
    let mut queues = Vec::new();
    for (old, Json(mut options)) in known {
        if old.starts_with(INTERNAL) || old.starts_with(COMPLETION) {
            continue;
        }
        let new = new_name(&old);
        if let Err(error) = check_own_name("queue name", &new) {
            problems.push(error.to_string());
        }
        if let Some(other) = taken.insert(new.clone(), old.clone()) {
            problems.push(format!("both `{other}` and `{old}` would become `{new}`"));
        }
        if let Some(Value::String(dead_letter)) = options.get_mut("deadLetter") {
            *dead_letter = new_name(dead_letter);
        }
        queues.push(QueueMove { old, new, options });
    }
    match problems.is_empty() {
        true => Ok(queues),
        false => Err(format!(
            "{}; `Import::rename` gives a queue another name",
            problems.join("; ")
        )),
    }
}

/// Renames of queues that there are not: most likely a slip of the pen, which leaves the right one as it is.
fn unknown(
    known: &[(String, Json<Map<String, Value>>)],
    renames: &BTreeMap<String, String>,
) -> Vec<String> {
    let known: BTreeSet<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    renames
        .keys()
        .filter(|old| !known.contains(old.as_str()))
        .map(|old| format!("it has no queue `{old}` that could be renamed"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(names: &[&str], renames: &[(&str, &str)]) -> Result<Vec<QueueMove>, String> {
        let known = names.iter().map(|name| {
            let options = Map::from_iter([("deadLetter".to_owned(), Value::from("my grave"))]);
            ((*name).to_owned(), Json(options))
        });
        let renames = renames
            .iter()
            .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
        plan(known.collect(), &renames.collect())
    }

    #[test]
    fn what_belongs_to_pg_boss_itself_stays() {
        let queues = planned(&["__pgboss__cron", "__state__completed__mail", "mail"], &[]).unwrap();
        assert_eq!(queues.len(), 1);
        assert_eq!(
            (queues[0].old.as_str(), queues[0].new.as_str()),
            ("mail", "mail")
        );
    }

    #[test]
    fn a_dead_letter_queue_is_renamed_wherever_it_is_named() {
        let queues = planned(&["mail", "my grave"], &[("my grave", "my-grave")]).unwrap();
        assert_eq!(queues[1].new, "my-grave");
        assert_eq!(queues[0].options["deadLetter"], "my-grave");
    }

    #[test]
    fn all_that_is_wrong_with_the_names_is_said_at_once() {
        let problems = planned(&["a b", "käse", "c", "d"], &[("c", "d"), ("e", "f")]).unwrap_err();
        for part in [
            "\"a b\"",
            "\"käse\"",
            "both `c` and `d` would become `d`",
            "no queue `e`",
        ] {
            assert!(problems.contains(part), "{part}: {problems}");
        }
    }
}
