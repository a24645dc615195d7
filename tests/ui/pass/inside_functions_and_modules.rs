use jobs_pg::prelude::*;

mod outer {
    pub mod inner {
        use jobs_pg::prelude::*;

        #[job(executor = PgBoss)]
        pub async fn deep() {}
    }
}

fn main() {
    #[job(executor = PgBoss)]
    async fn local(ctx: Context<Local>) -> u32 {
        ctx.job.attempt
    }

    let _ = Local::delay(1);
    let _ = outer::inner::Deep::delay(1);
}
