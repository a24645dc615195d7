use jobs_pg::prelude::*;

use jobs_pg::Job;

macro_rules! mail_job {
    ($function:ident, $name:literal, $dead:literal, $limit:literal, $cron:expr, $flag:literal, $executor:ty) => {
        #[job(
                    executor = $executor,
                    name = $name,
                    options(retry_limit = $limit, expire_in = "1m", dead_letter = $dead),
                    queue(partition = $flag),
                    worker(concurrency = $limit, group_concurrency = 1, group_tiers(pro = $limit)),
                    schedule(cron = $cron, tz = "UTC"),
                )]
        async fn $function() {}
    };
}

mail_job!(
    letter,
    "letter/v2",
    "letter/dead",
    5,
    "0 * * * *",
    true,
    PgBoss
);

#[test]
fn literals_that_a_macro_passes_on_are_taken() {
    let declaration = Letter::declaration();
    assert_eq!(Letter::NAME, "letter/v2");
    assert_eq!(declaration.options.values().retry_limit, Some(5));
    let dead_letter = declaration.options.values().dead_letter.as_deref();
    assert_eq!(dead_letter, Some("letter/dead"));
    assert_eq!(declaration.worker.concurrency, Some(5));
    assert_eq!(declaration.queue.partition, Some(true));
    assert_eq!(declaration.schedules[0].cron, "0 * * * *");
}
