//! W15: an executor for any number of jobs.

use jobs_pg::prelude::*;
use tests::Database;

use super::{output_of, started};

/// Declares jobs that return their own names.
macro_rules! jobs {
    ($($function:ident $handle:ident)*) => {
        $(#[job(executor = PgBoss)]
        async fn $function(ctx: Context<$handle>) -> String {
            ctx.job.name.to_string()
        })*

        async fn outputs(boss: &PgBoss) -> Vec<String> {
            let mut outputs = Vec::new();
            $(
                let job = $handle::run_now().on(boss).submit(()).await.unwrap();
                outputs.push(output_of(&job).await.unwrap());
            )*
            outputs
        }

        const NAMES: &[&str] = &[$(stringify!($function)),*];
    };
}

jobs! {
    many_a ManyA
    many_b ManyB
    many_c ManyC
    many_d ManyD
    many_e ManyE
    many_f ManyF
    many_g ManyG
    many_h ManyH
    many_i ManyI
    many_j ManyJ
    many_k ManyK
    many_l ManyL
    many_m ManyM
    many_n ManyN
    many_o ManyO
    many_p ManyP
    many_q ManyQ
    many_r ManyR
    many_s ManyS
    many_t ManyT
}

type FirstTen = (
    ManyA,
    ManyB,
    ManyC,
    ManyD,
    ManyE,
    ManyF,
    ManyG,
    ManyH,
    ManyI,
    ManyJ,
);
type LastTen = (
    ManyK,
    ManyL,
    ManyM,
    ManyN,
    ManyO,
    ManyP,
    ManyQ,
    ManyR,
    ManyS,
    ManyT,
);

#[tokio::test]
async fn w15_an_executor_runs_twenty_jobs_of_which_it_has_only_these() {
    let database = Database::new().await;
    let boss = started::<(FirstTen, LastTen)>(&database).await;
    assert_eq!(NAMES.len(), 20);
    assert_eq!(outputs(&boss).await, NAMES);
    boss.stop().await.unwrap();
}
