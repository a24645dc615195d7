use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
#[tracing::instrument]
async fn above(name: String, ctx: Context<Above>) -> Result<(), JobError> {
    tracing::info!(attempt = ctx.job.attempt, "begun");
    Ok(())
}

#[tracing::instrument(ret)]
#[job(executor = PgBoss)]
async fn below(ctx: Context<Below>) -> anyhow::Result<u32> {
    Ok(ctx.job.attempt)
}
