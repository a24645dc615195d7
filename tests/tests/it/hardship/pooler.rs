//! PgBouncer between us and the server.

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tests::{Database, Pooler, wait_for};

#[job(executor = PgBoss)]
async fn hard_pooled(input: u32) -> u32 {
    input + 1
}

#[tokio::test]
async fn everything_works_through_a_pooler_in_session_mode() {
    let database = Database::new().await;
    let Some(pooler) = Pooler::new(&database, "session").await else {
        return;
    };
    let boss = PgBoss::builder().url(pooler.url()).only::<HardPooled>();
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    wait_for("it listens", async || {
        let listening = "SELECT count(*) FROM pg_stat_activity \
                         WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        let listening: i64 = sqlx::query_scalar(listening)
            .fetch_one(database.pool())
            .await
            .unwrap();
        (listening == 1).then_some(())
    })
    .await;
    for number in 0..20 {
        let submitted = HardPooled::run_now()
            .on(&boss)
            .submit(number)
            .await
            .unwrap();
        assert_eq!(submitted.output().await.unwrap(), number + 1);
    }
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_pooler_in_transaction_mode_is_named_with_what_to_set() {
    let database = Database::new().await;
    let Some(pooler) = Pooler::new(&database, "transaction").await else {
        return;
    };
    let refused = PgBoss::connect(pooler.url()).await.unwrap_err();
    is_of_the_pooler(&refused);
}

#[tokio::test]
async fn a_pool_of_the_callers_through_a_pooler_in_transaction_mode_is_refused_at_the_start() {
    let database = Database::new().await;
    let Some(pooler) = Pooler::new(&database, "transaction").await else {
        return;
    };
    let options: PgConnectOptions = pooler.url().parse().unwrap();
    let pool = PgPoolOptions::new().max_connections(5);
    let pool = pool.connect_lazy_with(options.extra_float_digits(None));
    // What another connection has prepared is in the way of this one.
    let mut another = pool.acquire().await.unwrap();
    sqlx::query("SELECT 1")
        .execute(&mut *another)
        .await
        .unwrap();
    let boss = PgBoss::builder().pool(pool).only::<HardPooled>();
    let boss = boss.connect().await.unwrap();
    let refused = boss.start().await.unwrap_err();
    is_of_the_pooler(&refused);
}

fn is_of_the_pooler(error: &jobs_pg::Error) {
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
    let said = error.to_string();
    assert!(said.contains("pooler in transaction mode"), "{error:?}");
    assert!(said.contains("`pool_mode = session`"), "{error:?}");
}
