//! W4: which executor a submission goes to that names none. What is installed holds for a whole process, so that case runs
//! in a program of its own: `programs.rs`.

use jobs_pg::prelude::*;
use tests::Database;
use uuid::Uuid;

use super::{idle, output_of, started};

#[job(executor = PgBoss)]
async fn lookup_child() {}

/// Submits from a running job; in the scope of another executor if the application gave one.
#[job(executor = PgBoss)]
async fn lookup_parent(ctx: Context<LookupParent>) -> Result<Uuid, JobError> {
    let elsewhere = ctx.app::<PgBoss>();
    Ok(elsewhere
        .scope(LookupChild::delay(600).submit(()))
        .await?
        .job_id)
}

#[job(executor = PgBoss, blocking)]
fn lookup_blocking_parent(ctx: Context<LookupBlockingParent>) -> Result<Uuid, JobError> {
    let submit = LookupChild::delay(600).on(ctx.executor()).submit(());
    Ok(tokio::runtime::Handle::current().block_on(submit)?.job_id)
}

async fn has(database: &Database, id: Uuid) -> bool {
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pgboss.job WHERE id = $1)").bind(id);
    found.fetch_one(database.pool()).await.unwrap()
}

#[tokio::test]
async fn w4_a_running_job_submits_to_the_executor_that_runs_it() {
    let (here, there) = (Database::new().await, Database::new().await);
    let elsewhere = idle::<LookupChild>(&there).await;
    let boss =
        super::only::<(LookupParent, LookupBlockingParent)>(&here).provide(elsewhere.clone());
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let parent = LookupParent::run_now().on(&boss).submit(()).await.unwrap();
    let child = output_of(&parent).await.unwrap();
    assert!(has(&here, child).await);
    assert!(!has(&there, child).await);
    let parent = LookupBlockingParent::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    assert!(has(&here, output_of(&parent).await.unwrap()).await);
    boss.stop().await.unwrap();
    elsewhere.stop().await.unwrap();
}

#[tokio::test]
async fn w4_a_scope_names_the_executor_and_the_innermost_wins() {
    let (here, there) = (Database::new().await, Database::new().await);
    let (outer, inner) = (
        idle::<LookupChild>(&here).await,
        idle::<LookupChild>(&there).await,
    );
    let (first, second, third) = outer
        .scope(async {
            let first = LookupChild::submit(()).await.unwrap();
            let second = inner.scope(LookupChild::submit(())).await.unwrap();
            let third = LookupChild::run_now().on(&inner).submit(()).await.unwrap();
            (first, second, third)
        })
        .await;
    assert!(has(&here, first.job_id).await);
    assert!(has(&there, second.job_id).await);
    assert!(has(&there, third.job_id).await);
    outer.stop().await.unwrap();
    inner.stop().await.unwrap();
}

#[tokio::test]
async fn w4_a_job_is_followed_by_its_id_in_the_scope_of_its_executor() {
    let database = Database::new().await;
    let boss = started::<LookupChild>(&database).await;
    let id = LookupChild::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap()
        .job_id;
    boss.scope(async { output_of(&LookupChild::track(id)).await.unwrap() })
        .await;
    boss.stop().await.unwrap();
}
