use jobs_pg::prelude::*;

mod outer {
    pub mod inner {
        use jobs_pg::prelude::*;

        #[job(executor = PgBoss)]
        pub async fn deep() {}
    }
}

#[test]
fn a_job_may_stand_in_a_function_or_a_module() {
    #[job(executor = PgBoss)]
    async fn local(ctx: Context<Local>) -> u32 {
        ctx.job.attempt
    }

    let _ = Local::delay(1);
    let _ = outer::inner::Deep::delay(1);
}
