//! Bad input is refused with an error that names it, and nothing is written; what is bad in a row fails its attempts.

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tests::Database;
use tests::node::Node;

use super::{number, on, only_job_of, state};

/// Counts the bytes of a text.
#[job(executor = PgBoss)]
async fn hs_text(text: String) -> usize {
    text.len()
}

#[derive(Debug, Serialize, Deserialize)]
struct Form {
    people: Vec<Person>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Person {
    age: u8,
}

/// Takes what dead forms become.
#[job(executor = PgBoss)]
async fn hs_form_dead() {}

/// Reads a form.
#[job(executor = PgBoss, options(dead_letter = "hs_form_dead", retry_limit = 5))]
async fn hs_form(form: Form) -> usize {
    form.people.len()
}

const JOBS: &str = "SELECT count(*) FROM pgboss.job";

#[tokio::test]
async fn text_with_a_nul_is_refused_and_nothing_is_written() {
    let database = Database::new().await;
    let boss = on(&database).work(false).connect().await.unwrap();
    boss.start().await.unwrap();

    let refused = HsText::run_now().on(&boss).submit("a\0b".into()).await;
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput);
    let named = ["hs_text", "NUL"].map(|word| error.to_string().contains(word));
    assert_eq!(named, [true; 2], "{error}");

    let keyed = HsText::run_now().singleton_key("k\0").on(&boss);
    let error = keyed.submit("ab".into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput);
    assert!(error.to_string().contains("singleton key"), "{error}");

    // One bad input among good ones keeps all of them out.
    let inputs = ["good".into(), "b\0d".into()];
    let many = HsText::run_now().on(&boss).submit_many(inputs).await;
    assert_eq!(many.unwrap_err().kind(), ErrorKind::BadInput);
    assert_eq!(number(database.pool(), JOBS).await, 0);

    // A backslash and the letters `u0000` are only text.
    let text = HsText::run_now().on(&boss).submit("a\\u0000".into()).await;
    assert!(text.unwrap().is_new());
}

#[tokio::test]
async fn a_large_input_is_refused_above_the_limit_and_taken_below_it() {
    const LARGE: usize = 20_000_000;
    let database = Database::new().await;
    let boss = on(&database).work(false).connect().await.unwrap();
    let refused = HsText::run_now().on(&boss).submit("x".repeat(LARGE)).await;
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput);
    for word in ["hs_text", "20000002 bytes", "8388608", "max_input"] {
        assert!(error.to_string().contains(word), "{word}: {error}");
    }

    let boss = on(&database).max_input(32_000_000).only::<HsText>();
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let taken = HsText::run_now().on(&boss).submit("x".repeat(LARGE)).await;
    assert_eq!(taken.unwrap().output().await.unwrap(), LARGE);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_row_that_does_not_decode_fails_with_the_path_of_its_field() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsForm>().connect().await.unwrap();
    boss.start().await.unwrap();
    super::execute(
        database.pool(),
        "INSERT INTO pgboss.job (name, data, retry_limit, dead_letter) \
         VALUES ('hs_form', '{\"people\": [{\"age\": 7}, {\"age\": \"old\"}]}', 0, 'hs_form_dead')",
    )
    .await;
    let copy = only_job_of(database.pool(), "hs_form_dead").await;
    let row = only_job_of(database.pool(), "hs_form").await;
    assert_eq!(
        (row.state.to_string().as_str(), row.retry_count),
        ("failed", 0)
    );
    let output = row.output.unwrap();
    assert_eq!(output["name"], "BadInput");
    let message = output["message"].as_str().unwrap();
    assert!(message.contains("people[1].age"), "{message}");

    assert_eq!(copy.source_name.as_deref(), Some("hs_form"));
    assert_eq!(copy.source_id, Some(row.id));
    assert_eq!(copy.source_output, Some(output));
    assert_eq!(copy.data, row.data);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn what_node_sends_and_nobody_can_decode_reaches_the_dead_letter_queue() {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let boss = on(&database).only::<HsForm>().connect().await.unwrap();
    boss.start().await.unwrap();
    let other = node.boss(&database, &json!({ "schedule": false })).await;
    other.call("start", json!([])).await;
    let sent = other.call(
        "send",
        json!(["hs_form", { "people": 5 }, { "retryLimit": 0 }]),
    );
    let id: uuid::Uuid = sent.await.as_str().unwrap().parse().unwrap();

    let copy = only_job_of(database.pool(), "hs_form_dead").await;
    assert_eq!(copy.source_id, Some(id));
    assert_eq!(state(database.pool(), id).await, "failed");
    let reason = copy.source_output.unwrap()["message"].to_string();
    assert!(reason.contains("`people`"), "{reason}");
    other.stop().await;
    boss.stop().await.unwrap();
}
