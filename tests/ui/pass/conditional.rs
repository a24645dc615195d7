use jobs_pg::prelude::*;

#[cfg(any())]
#[job(executor = PgBoss)]
async fn above() {}

#[job(executor = PgBoss)]
#[cfg(any())]
async fn below() {}

#[cfg(all())]
#[job(executor = PgBoss)]
async fn kept() {}

fn main() {
    let _ = Kept::delay(1);
}
