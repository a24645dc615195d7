use jobs_pg::prelude::*;

#[cfg(any())]
#[job(executor = PgBoss)]
async fn above() {}

#[job(executor = PgBoss)]
#[cfg(any())]
async fn below() {}

fn main() {}
