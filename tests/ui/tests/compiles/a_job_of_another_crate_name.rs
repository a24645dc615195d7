use ::jobs_pg as queue;
use queue::prelude::*;

#[job(executor = queue::PgBoss, crate = queue)]
async fn renamed() {}
