//! Roles with fewer rights: each can do what `docs/roles.md` says of it, and no more.

use jobs_pg::ErrorKind;
use jobs_pg::operation::Flow;
use jobs_pg::prelude::*;
use serde_json::json;
use sqlx::AssertSqlSafe;
use tests::{Cluster, Database};

const ROLES: &str = include_str!("../../../../docs/roles.md");

#[job(executor = PgBoss)]
async fn hard_granted(input: u32) -> u32 {
    input + 1
}

#[job(executor = PgBoss, options(retry_limit = 1, retry_delay = 0, dead_letter = "hard_granted_dead"))]
async fn hard_granted_failing() -> Result<(), JobError> {
    HardGranted::submit(6).await?;
    Err(std::io::Error::other("it fails").into())
}

/// A database whose owner has installed everything, with the roles of the page.
async fn prepared(cluster: &Cluster) -> Database {
    let database = Database::on(cluster).await;
    let owner = PgBoss::connect(database.url()).await.unwrap();
    owner.install().await.unwrap();
    let waiting = owner.create_queue("hard_granted_waiting", ());
    waiting.await.unwrap();
    let subscribed = owner.subscribe("granted", "hard_granted_waiting");
    subscribed.await.unwrap();
    let statements = ROLES.split("```sql\n").skip(1);
    let statements = statements.map(|rest| rest.split_once("```").unwrap().0);
    let statements: String = statements.collect();
    let granted = sqlx::raw_sql(AssertSqlSafe(statements));
    granted.execute(database.pool()).await.unwrap();
    for role in ["jobs_submit", "jobs_work", "jobs_look"] {
        let password = format!("ALTER ROLE {role} PASSWORD 'secret'");
        let password = sqlx::raw_sql(AssertSqlSafe(password));
        password.execute(database.pool()).await.unwrap();
    }
    database
}

/// An executor that connects as a role, and does nothing by itself.
fn of_role(database: &Database, role: &str) -> jobs_pg::PgBossBuilder {
    let (_, server) = database.url().split_once('@').unwrap();
    let builder = PgBoss::builder().url(&format!("postgres://{role}:secret@{server}"));
    builder.supervise(false).schedule(false)
}

#[tokio::test]
async fn each_role_of_the_page_can_do_what_it_is_for_and_no_more() {
    let cluster = Cluster::new().await;
    let database = prepared(&cluster).await;
    let submitting = of_role(&database, "jobs_submit").work(false);
    let submitting = submitting.connect().await.unwrap();
    submitting.install().await.unwrap();
    let working = of_role(&database, "jobs_work").only::<(HardGranted, HardGrantedFailing)>();
    let working = working.connect().await.unwrap();
    let looking = of_role(&database, "jobs_look").work(false);
    let looking = looking.connect().await.unwrap();

    let job = HardGranted::run_now()
        .on(&submitting)
        .submit(1)
        .await
        .unwrap();
    let many = HardGranted::run_now()
        .on(&submitting)
        .submit_many([2, 3])
        .await
        .unwrap();
    let failing = HardGrantedFailing::run_now()
        .on(&submitting)
        .submit(())
        .await
        .unwrap();
    let flow = Flow::new()
        .job("first", "hard_granted_waiting", json!(4))
        .job("then", "hard_granted_waiting", json!(5))
        .waits_for("then", ["first"]);
    submitting.flow(flow).await.unwrap();
    submitting.publish("granted", json!(1), ()).await.unwrap();
    is_refused(submitting.cancel("hard_granted", job.job_id).await);

    working.start().await.unwrap();
    assert_eq!(job.output().await.unwrap(), 2);
    assert_eq!(many.last().unwrap().output().await.unwrap(), 4);
    failing.output().await.unwrap_err();
    is_refused(working.create_queue("hard_granted_new", ()).await);
    working.stop().await.unwrap();

    let queues = looking.queues().await.unwrap();
    assert!(queues.iter().any(|queue| queue.name == "hard_granted"));
    assert_eq!(
        looking
            .find_jobs("hard_granted_dead", jobs_pg::operation::FindJobs::new())
            .await
            .unwrap()
            .len(),
        1
    );
    let seen = HardGranted::track(job.job_id).on(&looking);
    assert_eq!(
        seen.pg_boss().details().await.unwrap().state,
        jobs_pg::JobState::Completed
    );
    looking.schedules().await.unwrap();
    looking.warnings(10).await.unwrap();
    looking.instances().await.unwrap();
    is_refused(HardGranted::run_now().on(&looking).submit(1).await);
}

#[tokio::test]
async fn a_role_that_may_not_delete_a_queue_deletes_none_of_its_jobs() {
    let cluster = Cluster::new().await;
    let database = prepared(&cluster).await;
    let more = "GRANT UPDATE ON pgboss.queue TO jobs_work;
                GRANT SELECT, DELETE ON pgboss.job_dependency, pgboss.bam TO jobs_work";
    sqlx::raw_sql(more).execute(database.pool()).await.unwrap();
    let working = of_role(&database, "jobs_work").work(false);
    let working = working.connect().await.unwrap();
    working.send("hard_granted_waiting", 1, ()).await.unwrap();

    is_refused(working.delete_queue("hard_granted_waiting").await);
    let left = jobs_pg::operation::FindJobs::new();
    let left = working.find_jobs("hard_granted_waiting", left);
    assert_eq!(left.await.unwrap().len(), 1);
    let emptied = working.delete_all_jobs("hard_granted_waiting");
    assert_eq!(emptied.await.unwrap(), 1);
}

fn is_refused<T>(done: Result<T, jobs_pg::Error>) {
    assert_eq!(
        done.err().map(|error| error.kind()),
        Some(ErrorKind::Refused)
    );
}
