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
