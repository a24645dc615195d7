//! W6: no option of a job is forgotten where jobs are stored or changed.

use std::collections::BTreeSet;

use jobs_pg::operation::JobUpdate;
use jobs_pg::prelude::*;
use jobs_rules::{JobOption, OptionKind};
use serde_json::{Map, Value, json};
use tests::Database;
use uuid::Uuid;

use super::idle;

const ID: Uuid = Uuid::from_u128(1);
const OTHER_ID: Uuid = Uuid::from_u128(2);

#[job(executor = PgBoss)]
async fn every_option() {}

/// A value that no queue has by default.
fn value_of(option: JobOption) -> Value {
    match option.kind() {
        OptionKind::Integer { .. } | OptionKind::Seconds { .. } | OptionKind::Time => 77.into(),
        OptionKind::Flag => true.into(),
        OptionKind::Name | OptionKind::Text => "every_option".into(),
        OptionKind::Uuid => OTHER_ID.to_string().into(),
        OptionKind::Group => json!({ "id": "tenant", "tier": "pro" }),
        _ => panic!("the kind of `{option}` is not known here"),
    }
}

/// Takes the only job's row out of the table; its times count from its creation.
async fn take_row(boss: &PgBoss) -> Value {
    let take = "WITH taken AS (DELETE FROM pgboss.job RETURNING *)
        SELECT to_jsonb(taken) || jsonb_build_object('created_on', 0, 'start_after', start_after - created_on,
                                                     'keep_until', keep_until - start_after) FROM taken";
    let row = sqlx::query_scalar(take).fetch_one(boss.pool()).await;
    row.unwrap()
}

/// Submits a job with these options, and changes it with those.
async fn stored(boss: &PgBoss, options: &Value, changes: Option<&Value>) -> Value {
    let mut all = Map::from_iter([("id".to_owned(), ID.to_string().into())]);
    all.extend(options.as_object().cloned().unwrap_or_default());
    let submitted = EveryOption::submit_with((), Value::Object(all));
    boss.scope(submitted).await.unwrap();
    if let Some(changes) = changes {
        let update = JobUpdate::new().with(changes.clone());
        let updated = boss.update("every_option", ID, update);
        assert_eq!(updated.await.unwrap().jobs, [ID]);
    }
    take_row(boss).await
}

#[tokio::test]
async fn w6_every_option_reaches_the_row_of_a_new_job_and_of_one_that_waits() {
    let database = Database::new().await;
    let boss = idle::<EveryOption>(&database).await;
    let [nothing, backoff] = [json!({}), json!({ "retryBackoff": true })];
    // It is only about a second job.
    let all = JobOption::ALL.into_iter();
    let all = all.filter(|option| *option != JobOption::SingletonNextSlot);
    let mut forgotten = BTreeSet::new();
    for option in all {
        let others = match option {
            JobOption::RetryDelayMax => &backoff,
            _ => &nothing,
        };
        let mut options = others.clone();
        options[option.json_name()] = value_of(option);
        let without = stored(&boss, others, None).await;
        if stored(&boss, &options, None).await == without {
            forgotten.insert(format!("{option} of a new job"));
        }
        let never_changes = matches!(
            option,
            JobOption::Id | JobOption::SingletonKey | JobOption::SingletonSeconds
        );
        if !never_changes && stored(&boss, others, Some(&options)).await == without {
            forgotten.insert(format!("{option} of a waiting job"));
        }
    }
    assert_eq!(forgotten, BTreeSet::new());
    boss.stop().await.unwrap();
}
