use jobs_pg::prelude::*;

type Result<T> = std::result::Result<T, std::num::ParseIntError>;

#[job(executor = PgBoss)]
async fn parse(text: String) -> Result<u64> {
    text.parse()
}

mod bare {
    use jobs_pg::prelude::*;

    type Result = std::result::Result<u64, std::io::Error>;

    #[job(executor = PgBoss)]
    pub async fn measure() -> Result {
        Ok(1)
    }
}

#[job(executor = PgBoss)]
async fn read() -> std::io::Result<String> {
    std::fs::read_to_string("mail.txt")
}

#[allow(dead_code)]
async fn types() -> std::result::Result<(), jobs_pg::Error> {
    let _: u64 = Parse::submit("1".into()).await?.output().await?;
    let _: u64 = bare::Measure::submit(()).await?.output().await?;
    let _: String = Read::submit(()).await?.output().await?;
    Ok(())
}
