//! Jobs whose process died: their crashes are counted in our own schema, apart from their failures.

use super::super::continuity::Continuity;
use super::*;
use crate::store::Attempt;

/// The rows of jobs that run, with a heartbeat that was lost.
const LOST: &str = "INSERT INTO @job (id, name, state, started_on, heartbeat_on, heartbeat_seconds, retry_count, retry_limit)
     SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'mail', 'active', now(), now() - interval '1 minute', 15, 0, 2
       FROM generate_series(1, 3) AS n";

/// Lets every process die that runs a job of the queue: they all run again, and no heartbeat comes.
const LOST_AGAIN: &str =
    "UPDATE @job SET state = 'active', retry_count = retry_count + 1, started_on = now(),
     heartbeat_on = now() - interval '1 minute' WHERE state = 'retry'";

const OWN_SCHEMAS: &str = "SELECT nspname FROM pg_namespace WHERE nspname = 'jobs_jobs'";

async fn swept(db: &Db) -> bool {
    sweep(&db.store, None, None).await.expect("swept")
}

fn attempt(number: u32, retry_count: i32) -> Attempt {
    let id = format!("00000000-0000-0000-0000-{number:012}");
    Attempt {
        name: "mail".into(),
        id: id.parse().expect("an id"),
        retry_count,
        started_on: chrono::DateTime::UNIX_EPOCH.into(),
    }
}

#[tokio::test]
async fn jobs_that_were_lost_together_come_back_apart() {
    let db = Db::new().await;
    db.run(LOST).await;
    assert!(swept(&db).await);
    let spread = db
        .rows(
            "SELECT count(*), count(DISTINCT start_after), bool_and(start_after BETWEEN now() - interval '1 minute' AND now() + interval '4 seconds')
               FROM @job WHERE state = 'retry' AND output #>> '{value,message}' = 'job heartbeat timeout'",
        )
        .await;
    assert_eq!(spread, ["(3,3,t)"]);
}

#[tokio::test]
async fn crashes_are_counted_and_end_a_job_with_a_reason_that_names_them() {
    let db = Db::new().await;
    db.run(LOST).await;
    for round in 1..=3 {
        let running = [attempt(1, round - 1), attempt(9, 5)];
        let crashes = db.store.crashes(&running).await.expect("asked");
        let crashes: Vec<i32> = crashes.into_values().collect();
        assert_eq!(crashes, if round == 1 { vec![] } else { vec![round - 1] });
        assert!(swept(&db).await);
        db.run(if round < 3 { LOST_AGAIN } else { "SELECT 1" })
            .await;
    }
    let ended = db
        .rows("SELECT DISTINCT state, retry_count, output #>> '{value,message}' FROM @job")
        .await;
    assert_eq!(
        ended,
        [r#"(failed,2,"job heartbeat timeout: 3 processes died while they ran it")"#]
    );
}

#[tokio::test]
async fn a_crash_does_not_use_up_an_attempt_that_may_fail() {
    let db = Db::new().await;
    db.run(LOST).await;
    db.run("UPDATE @job SET retry_limit = 1").await;
    assert!(swept(&db).await);
    // Its second attempt is its first one that takes too long.
    db.run(
        "UPDATE @job SET state = 'active', retry_count = 1, started_on = now() - interval '1 hour', expire_seconds = 60",
    )
    .await;
    assert!(swept(&db).await);
    let waiting = db
        .rows("SELECT DISTINCT state, output #>> '{value,message}' FROM @job")
        .await;
    assert_eq!(waiting, [r#"(retry,"job timed out")"#]);
    db.run(
        "UPDATE @job SET state = 'active', retry_count = 2, started_on = now() - interval '1 hour'",
    )
    .await;
    assert!(swept(&db).await);
    assert_eq!(
        db.rows("SELECT DISTINCT state FROM @job").await,
        ["(failed)"]
    );
}

#[tokio::test]
async fn a_job_without_a_retry_fails_with_its_process_as_in_pg_boss() {
    let db = Db::new().await;
    db.run(LOST).await;
    db.run("UPDATE @job SET retry_limit = 0").await;
    assert!(swept(&db).await);
    let ended = db
        .rows("SELECT DISTINCT state, output #>> '{value,message}' FROM @job")
        .await;
    assert_eq!(ended, [r#"(failed,"job heartbeat timeout")"#]);
}

#[tokio::test]
async fn our_own_schema_is_made_by_the_first_crash_and_by_nothing_else() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name, state, started_on, expire_seconds, retry_limit) VALUES ('mail', 'active', now() - interval '1 hour', 60, 1)",
    )
    .await;
    assert!(swept(&db).await);
    db.maintain(&unlimited()).await.expect("cleaned up");
    let none = db.store.crashes(&[attempt(1, 1)]).await.expect("asked");
    assert!(none.is_empty() && db.rows(OWN_SCHEMAS).await.is_empty());
    db.run(LOST).await;
    assert!(swept(&db).await);
    assert_eq!(db.rows(OWN_SCHEMAS).await, ["(jobs_jobs)"]);
}

#[tokio::test]
async fn crashes_of_deleted_jobs_are_removed_by_maintenance() {
    let db = Db::new().await;
    db.run(LOST).await;
    assert!(swept(&db).await);
    db.run("DELETE FROM @job WHERE right(id::text, 1) <> '2'")
        .await;
    db.maintain(&unlimited()).await.expect("cleaned up");
    let left = db
        .rows("SELECT right(id::text, 1) FROM jobs_jobs.job_crash")
        .await;
    assert_eq!(left, ["(2)"]);
}

#[tokio::test]
async fn a_job_that_was_given_the_id_of_another_one_has_no_crashes() {
    let db = Db::new().await;
    db.run(LOST).await;
    assert!(swept(&db).await);
    db.run(LOST_AGAIN).await;
    assert!(swept(&db).await);
    db.run("DELETE FROM @job").await;
    db.run(LOST).await;
    assert!(swept(&db).await);
    let crashes = db
        .rows("SELECT DISTINCT crashes FROM jobs_jobs.job_crash")
        .await;
    assert_eq!(crashes, ["(1)"]);
}

#[tokio::test]
async fn what_cannot_be_our_own_schema_is_left_alone_and_jobs_run_again_without_it() {
    for (set_up, what) in [
        ("CREATE SCHEMA jobs_jobs; CREATE TABLE jobs_jobs.notes ()", "of another owner"),
        (
            "CREATE SCHEMA jobs_jobs; CREATE TABLE jobs_jobs.jobs_version (major int, migration int);
             INSERT INTO jobs_jobs.jobs_version VALUES (2, 7)",
            "newer",
        ),
    ] {
        let db = Db::new().await;
        db.run(set_up).await;
        db.run(LOST).await;
        assert!(swept(&db).await, "{what}");
        let waiting = db.rows("SELECT DISTINCT state FROM @job").await;
        assert_eq!(waiting, ["(retry)"], "{what}");
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'jobs_jobs'";
        assert_eq!(db.rows(tables).await, ["(1)"], "{what}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_create_a_schema_goes_on_without_ours() {
    let db = Db::new().await;
    db.run(LOST).await;
    // Roles belong to the whole server, which other runs may share.
    let role = format!("no_schemas_{}", std::process::id());
    db.run(&format!(
        "DROP ROLE IF EXISTS {role};
         CREATE ROLE {role};
         GRANT USAGE ON SCHEMA jobs TO {role};
         GRANT ALL ON ALL TABLES IN SCHEMA jobs TO {role}"
    ))
    .await;
    let options = (*db.store.pool().connect_options()).clone();
    let options = options.options([("role", &role)]);
    let pool = sqlx::PgPool::connect_with(options)
        .await
        .expect("connected");
    let store = store_of(pool).await;
    assert!(sweep(&store, None, None).await.expect("swept"));
    assert!(db.rows(OWN_SCHEMAS).await.is_empty());
    assert_eq!(
        db.rows("SELECT DISTINCT state FROM @job").await,
        ["(retry)"]
    );
    db.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}

#[tokio::test]
async fn a_heartbeat_counts_as_lost_only_after_a_time_in_which_it_could_have_come() {
    let db = Db::new().await;
    db.run(LOST).await;
    let fresh = Continuity::default();
    fresh.answered();
    assert!(!sweep(&db.store, None, Some(&fresh)).await.expect("swept"));
    let since_start =
        "SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) > 15";
    ::tests::eventually("the server has been up for a while", async || {
        db.rows(since_start).await == ["(t)"]
    })
    .await;
    let long = Continuity::of(Duration::from_secs(16));
    assert!(sweep(&db.store, None, Some(&long)).await.expect("swept"));
}
