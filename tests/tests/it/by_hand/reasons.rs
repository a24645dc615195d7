//! An error says its reason in its one line, and a reporter that prints the causes says nothing twice.

use std::error::Error as _;

use jobs_pg::operation::{FetchOptions, JobUpdate, SchedulePreview, UpdateTarget};
use jobs_pg::prelude::*;
use jobs_pg::{DatabaseError, Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Hand;

#[derive(Serialize, Deserialize)]
struct Letter {
    to: String,
}

#[job(executor = PgBoss)]
async fn bh_letter(_letter: Letter) {}

/// Cannot be written as JSON.
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("ink is missing"))
    }
}

/// The line holds this, and no cause repeats what was said before it.
fn check(error: &Error, reason: &str) {
    let mut said = error.to_string();
    assert!(said.contains(reason), "`{reason}` is missing in: {said}");
    let mut cause = error.source();
    while let Some(one) = cause {
        let text = one.to_string();
        assert!(!said.contains(&text), "`{text}` is said twice: {said}");
        said = format!("{said}: {text}");
        cause = one.source();
    }
    assert_eq!(format!("{error:?}"), said);
}

#[tokio::test]
async fn the_line_of_an_error_holds_its_reason_and_its_causes_repeat_nothing() {
    let hand = Hand::with(&["bh_letter"]).await;
    let boss = &hand.boss;
    let unfit = json!({ "to": 7 });
    for (error, reason) in [
        (
            boss.set_schedule("bh_letter", "61 * * * *", (), ())
                .await
                .err(),
            "minute `61` is out of range",
        ),
        (
            boss.set_schedule("bh_letter", "0 6 * * *", &unfit, ())
                .await
                .err(),
            "`to`: invalid type",
        ),
        (
            PgBoss::preview_schedule(&SchedulePreview::of("61 * * * *")).err(),
            "minute `61` is out of range",
        ),
        (
            PgBoss::preview_schedule(&SchedulePreview::of("FREQ=NEVER")).err(),
            "unsupported value",
        ),
        (
            boss.send("bh_letter", Unwritable, ()).await.err(),
            "ink is missing",
        ),
        (
            PgBoss::connect("postgres://127.0.0.1:1/nowhere")
                .await
                .err(),
            "nothing accepts connections there",
        ),
    ] {
        check(&error.expect("an error"), reason);
    }
}

#[tokio::test]
async fn what_the_database_says_is_in_the_line_and_its_code_is_the_cause() {
    let hand = Hand::with(&["mail"]).await;
    hand.send("mail").await;
    let forbid = "CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS
                  $$ BEGIN RAISE EXCEPTION 'hands off' USING ERRCODE = '42501'; END $$;
                  CREATE TRIGGER forbid BEFORE INSERT OR UPDATE ON pgboss.job_common
                  FOR EACH ROW EXECUTE FUNCTION forbid()";
    sqlx::raw_sql(forbid)
        .execute(hand.database.pool())
        .await
        .unwrap();
    for error in [
        hand.boss.send("mail", 1, ()).await.err(),
        hand.boss.fetch("mail", FetchOptions::new()).await.err(),
    ] {
        let error = error.unwrap();
        check(&error, "queue `mail`: hands off");
        let cause = error
            .source()
            .and_then(|cause| cause.downcast_ref::<DatabaseError>());
        assert_eq!(cause.unwrap().sqlstate().as_deref(), Some("42501"));
    }
}

#[tokio::test]
async fn a_schema_that_cannot_be_used_is_an_error_that_says_why_in_its_line() {
    let hand = Hand::with(&["mail"]).await;
    let old = "UPDATE pgboss.version SET version = 40";
    sqlx::query(old)
        .execute(hand.database.pool())
        .await
        .unwrap();
    let boss = PgBoss::connect(hand.database.url()).await;
    let error = match boss {
        Ok(boss) => boss.start().await.expect_err("the schema is too old"),
        Err(error) => error,
    };
    check(
        &error,
        "cannot use the database for jobs: the schema `pgboss` has version 40",
    );
}

#[tokio::test]
async fn an_input_that_does_not_fit_the_declared_job_is_refused_at_every_door() {
    let hand = Hand::with(&["bh_letter", "mail"]).await;
    let boss = &hand.boss;
    boss.subscribe("born", "mail").await.unwrap();
    boss.subscribe("born", "bh_letter").await.unwrap();
    let job = boss
        .send("bh_letter", json!({ "to": "tony" }), ())
        .await
        .unwrap();
    let before = hand.everything().await;
    let unfit = || json!({ "to": 7 });
    let change = || JobUpdate::new().data(unfit());
    let flow = jobs_pg::operation::Flow::new()
        .job("a", "mail", unfit())
        .job("b", "bh_letter", unfit())
        .waits_for("b", ["a"]);
    for error in [
        boss.send("bh_letter", unfit(), ()).await.err(),
        boss.insert("bh_letter", [(unfit(), ())]).await.err(),
        boss.update("bh_letter", job.id, change()).await.err(),
        boss.upsert("bh_letter", job.id, change()).await.err(),
        boss.upsert("bh_letter", UpdateTarget::all("k"), change())
            .await
            .err(),
        boss.flow(flow).await.err(),
    ] {
        let error = error.expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::BadInput, "{error}");
        let words = "the input does not fit job `bh_letter`: ";
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(hand.everything().await, before);
    // A change without an input needs none that fits.
    let later = JobUpdate::new().with(json!({ "priority": 3 }));
    assert_eq!(
        boss.update("bh_letter", job.id, later).await.unwrap().jobs,
        [job.id]
    );

    // What does not fit one subscriber is not kept from the others.
    let error = boss.publish("born", unfit(), ()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`bh_letter` (the input does not fit"),
        "{error}"
    );
    assert_eq!(
        boss.fetch("mail", FetchOptions::new()).await.unwrap().len(),
        1
    );
    assert_eq!(hand.count("job").await, 2);
}
