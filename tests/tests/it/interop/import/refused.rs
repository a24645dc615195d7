//! What is not imported, and what is said then.

use jobs_pg::ErrorKind;
use tests::Database;

use super::{Import, Imported, quiet};

#[tokio::test]
async fn a_schema_that_others_still_write_to_is_not_imported() {
    let Some(it) = Imported::seeded(10, "im_busy").await else {
        return;
    };
    it.execute("UPDATE old_jobs.version SET cron_on = now()")
        .await;
    let refused = it.boss.import_from("old_jobs").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert!(
        refused.to_string().contains("stop the old workers"),
        "{refused}"
    );
    assert_eq!(it.everything().await, serde_json::json!([null, null, null]));
    let report = it.import(Import::from("old_jobs").even_in_use()).await;
    assert!(report.added() > 0, "{report}");
}

#[tokio::test]
async fn a_schema_that_is_none_of_an_old_pg_boss_is_refused_with_the_next_step() {
    let database = Database::new().await;
    let boss = quiet(&database)
        .schema("new_jobs")
        .work(false)
        .connect()
        .await
        .unwrap();
    let later = quiet(&database).work(false).connect().await.unwrap();
    later.install().await.unwrap();
    for (schema, kind, words) in [
        (
            "new_jobs",
            ErrorKind::Configuration,
            "the one that this executor uses",
        ),
        (
            "\"new_jobs\"",
            ErrorKind::Configuration,
            "the one that this executor uses",
        ),
        ("no-name", ErrorKind::Configuration, "letters, digits"),
        ("nowhere", ErrorKind::Incompatible, "holds no job tables"),
        (
            "pgboss",
            ErrorKind::Incompatible,
            "nothing has to be imported",
        ),
    ] {
        let refused = boss.import_from(schema).await.unwrap_err();
        assert_eq!(refused.kind(), kind, "{schema}");
        let said = format!("{refused:?}");
        assert!(said.contains(words), "{schema}: {said}");
    }
}

#[tokio::test]
async fn a_job_whose_place_is_taken_is_kept_out_and_counted() {
    let Some(it) = Imported::seeded(10, "im_crowded").await else {
        return;
    };
    it.boss.install().await.unwrap();
    it.execute(r#"SELECT pgboss.create_queue('im_short', '{"policy": "short"}')"#)
        .await;
    it.execute("INSERT INTO pgboss.job (name, policy) VALUES ('im_short', 'short')")
        .await;
    let report = it.import("old_jobs".into()).await;
    assert_eq!(report.kept_out(), 1, "{report}");
    let full = report
        .counts
        .iter()
        .find(|count| count.kept_out() > 0)
        .unwrap();
    assert_eq!((full.queue.as_str(), full.found), ("im_short", 1));
    assert!(!report.queues_created.contains(&full.queue), "{report}");
}
