use jobs_pg::prelude::*;

#[cfg(any())]
#[job(executor = PgBoss)]
async fn above() {}

#[job(executor = PgBoss)]
#[cfg(any())]
async fn below() {}

#[cfg(test)]
#[job(executor = PgBoss)]
async fn kept() {}

#[test]
fn a_job_behind_a_cfg_has_its_handle_behind_it_too() {
    let _ = Kept::delay(1);
}
