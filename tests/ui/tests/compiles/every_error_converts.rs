use jobs_pg::prelude::*;

use std::fmt;

#[derive(Debug)]
struct Bounced;

impl fmt::Display for Bounced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bounced")
    }
}

impl std::error::Error for Bounced {}

struct Own;

impl From<Own> for JobError {
    fn from(_: Own) -> Self {
        JobError::fail("own")
    }
}

#[job(executor = PgBoss)]
async fn with_std_error() -> Result<(), Bounced> {
    Err(Bounced)
}

#[job(executor = PgBoss)]
async fn with_own_error() -> Result<(), Own> {
    Err(Own)
}

#[job(executor = PgBoss)]
async fn with_question_marks(text: String) -> Result<f64, JobError> {
    if text.is_empty() {
        return Err(JobError::cancel("nothing to do"));
    }
    let number: f64 = text.parse()?;
    std::fs::write("number.txt", text)?;
    Err(Bounced)?;
    Ok(number)
}

#[job(executor = PgBoss)]
async fn with_anyhow() -> anyhow::Result<()> {
    use anyhow::Context as _;
    std::fs::read("a.txt").context("cannot read the mail")?;
    anyhow::bail!("no")
}

#[job(executor = PgBoss)]
async fn with_eyre(_: u8) -> eyre::Result<u64> {
    Ok("5".parse()?)
}

#[job(executor = PgBoss)]
async fn with_text() -> Result<(), String> {
    Err("no".into())
}

#[job(executor = PgBoss, blocking)]
fn with_static_text() -> Result<(), &'static str> {
    Err("no")
}

#[job(executor = PgBoss)]
async fn with_boxed_error() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Err("no".into())
}

#[job(executor = PgBoss, worker(batch = 2))]
async fn with_anyhow_each(inputs: Vec<u8>) -> Vec<anyhow::Result<u8>> {
    inputs.into_iter().map(Ok).collect()
}

#[job(executor = PgBoss)]
async fn with_every_question_mark(which: u8) -> Result<(), JobError> {
    let boxed: Result<(), Box<dyn std::error::Error + Send + Sync>> = Err("boxed".into());
    match which {
        0 => boxed?,
        1 => Err("a text")?,
        2 => Err(format!("text {which}"))?,
        3 => Err(anyhow::anyhow!("anyhow"))?,
        4 => Err(eyre::eyre!("eyre"))?,
        5 => with_anyhow().await?,
        _ => return Err("a text".into()),
    }
    Ok(())
}

#[tokio::test]
async fn the_error_of_a_function_can_be_looked_into() {
    let error = with_question_marks("x".into()).await.unwrap_err();
    assert!(error.downcast_ref::<std::num::ParseFloatError>().is_some());
    let error = JobError::from(with_anyhow().await.unwrap_err());
    assert_eq!(error.to_string(), "cannot read the mail");
    let cause = error.source().and_then(std::error::Error::source);
    assert!(cause.is_some_and(|cause| cause.is::<std::io::Error>()));
}
