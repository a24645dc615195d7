//! A job that exists if and only if the transaction that submitted it commits.
//!
//! Run it with `cargo run --example transaction`.

use jobs_pg::prelude::*;

/// Sends the confirmation of an order.
#[job(executor = PgBoss)]
async fn confirm_order(order: i64) -> Result<String, JobError> {
    Ok(format!("order {order} confirmed"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let boss = PgBoss::from_env().await?;
    boss.start().await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY)",
    )
    .execute(boss.pool())
    .await?;

    let mut rolled_back = boss.pool().begin().await?;
    let order = insert_order(&mut rolled_back).await?;
    let never = ConfirmOrder::submit_in(&mut rolled_back, order).await?;
    rolled_back.rollback().await?;
    println!(
        "rolled back: {}",
        never
            .output()
            .await
            .err()
            .ok_or("the job exists without its order")?
    );

    let mut committed = boss.pool().begin().await?;
    let order = insert_order(&mut committed).await?;
    let submitted = ConfirmOrder::submit_in(&mut committed, order).await?;
    committed.commit().await?;
    println!("committed: {}", submitted.output().await?);

    boss.stop().await?;
    Ok(())
}

async fn insert_order(connection: &mut sqlx::PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("INSERT INTO orders DEFAULT VALUES RETURNING id")
        .fetch_one(connection)
        .await
}
