//! What pg-boss's own check says of our schema.

use jobs_pg::prelude::*;
use tests::node::Node;
use tests::{Database, eventually};

use super::start;

const AWKWARD: &str = "\"Quo te-S\"";

#[job(executor = PgBoss, options(retry_limit = 1, retry_delay = 0, dead_letter = "io_grave"), schedule(cron = "* * * * *", key = "doctor"))]
async fn io_patient(ill: bool) -> Result<(), JobError> {
    match ill {
        true => Err(JobError::from(std::io::Error::other("it hurts"))),
        false => Ok(()),
    }
}

#[tokio::test]
async fn doctor_finds_our_schema_in_order() {
    stays_healthy("pgboss").await;
}

#[tokio::test]
async fn doctor_finds_our_schema_in_order_under_an_awkward_name() {
    stays_healthy(AWKWARD).await;
}

/// Before jobs ran, and after they were submitted, had failed, went to the dead letter queue and were swept.
async fn stays_healthy(schema: &str) {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let boss = PgBoss::builder()
        .url(database.url())
        .schema(schema)
        .work(false);
    let boss = start(boss).await;
    let check = async || {
        let diagnosis = node.doctor(&database, schema).await;
        assert!(diagnosis.healthy, "{}", diagnosis.said);
    };
    check().await;
    boss.stop().await.unwrap();

    let boss = PgBoss::builder()
        .url(database.url())
        .schema(schema)
        .only::<IoPatient>();
    let boss = start(boss).await;
    let patients = IoPatient::run_now().on(&boss);
    let patients = patients.submit_many([true, false, true]).await.unwrap();
    for (patient, well) in patients.iter().zip([false, true, false]) {
        assert_eq!(patient.output().await.is_ok(), well);
    }
    let done = |what: &str| {
        let schema = schema.to_owned();
        let query = format!("SELECT {what}").replace('@', &format!("{schema}."));
        let pool = database.pool().clone();
        async move {
            let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query));
            query.fetch_one(&pool).await.unwrap()
        }
    };
    for what in [
        "(SELECT count(*) = 2 FROM @job WHERE name = 'io_grave')",
        "EXISTS (SELECT FROM @job WHERE name = '__pgboss__send-it' AND state = 'completed')",
        "(SELECT bool_and(monitor_on IS NOT NULL AND maintain_on IS NOT NULL) FROM @queue)",
    ] {
        eventually(what, async || done(what).await).await;
    }
    check().await;
    boss.stop().await.unwrap();
}
