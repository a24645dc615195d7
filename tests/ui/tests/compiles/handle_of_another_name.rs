use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

use jobs_pg::Job;

#[derive(Serialize, Deserialize)]
struct Pay {
    cents: u32,
}

#[job(executor = PgBoss, handle = PayJob)]
async fn pay(input: Pay, ctx: Context<PayJob>) -> Result<u32, JobError> {
    let _: PayJobEntities = ctx.entities;
    Ok(input.cents)
}

mod models {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Refund(pub u32);
}

#[job(executor = PgBoss)]
async fn refund(_: models::Refund) {}

#[test]
fn the_handle_may_have_another_name_than_the_function() {
    assert_eq!(PayJob::NAME, "pay");
    drop(PayJob::delay(1).submit(Pay { cents: 5 }));
    drop(Refund::delay(1).submit(models::Refund(5)));
}
