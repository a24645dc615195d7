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

mod renamed {
    use jobs_pg::prelude::*;

    pub type AppResult<T = ()> = std::result::Result<T, AppError>;
    type Fallible = AppResult<Vec<u8>>;
    type Plain = Vec<String>;

    /// Could be stored itself, and still is an error.
    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    pub struct AppError;

    impl std::fmt::Display for AppError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("wrong")
        }
    }

    impl std::error::Error for AppError {}

    /// Named like a result, and is none.
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Result(pub u8);

    #[job(executor = PgBoss)]
    pub async fn nothing() -> AppResult {
        Ok(())
    }

    #[job(executor = PgBoss, blocking)]
    pub fn bytes(text: String) -> Fallible {
        Ok(text.into_bytes())
    }

    #[job(executor = PgBoss)]
    pub async fn lines() -> Plain {
        Vec::new()
    }

    #[job(executor = PgBoss)]
    pub async fn points() -> Result {
        Result(5)
    }

    #[job(executor = PgBoss, worker(batch = 5))]
    pub async fn each(inputs: Vec<u8>) -> Vec<AppResult<u8>> {
        inputs.into_iter().map(Ok).collect()
    }

    #[job(executor = PgBoss, worker(batch = 5))]
    pub async fn all(_: Vec<u8>) -> AppResult {
        Ok(())
    }
}

async fn types() -> std::result::Result<(), jobs_pg::Error> {
    let _: u64 = Parse::submit("1".into()).await?.output().await?;
    let _: u64 = bare::Measure::submit(()).await?.output().await?;
    let _: () = renamed::Nothing::submit(()).await?.output().await?;
    let _: Vec<u8> = renamed::Bytes::submit("a".into()).await?.output().await?;
    let _: Vec<String> = renamed::Lines::submit(()).await?.output().await?;
    let renamed::Result(_) = renamed::Points::submit(()).await?.output().await?;
    let _: u8 = renamed::Each::submit(1).await?.output().await?;
    let _: () = renamed::All::submit(1).await?.output().await?;
    let _: String = Read::submit(()).await?.output().await?;
    Ok(())
}
