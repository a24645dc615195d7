//! The new version of `changing-old`: the function has another name, a user is a struct, and there is one more field. Without
//! an argument it submits a job and prints its id; with one it works until it is killed.

use std::process::ExitCode;

use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct User {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Welcome {
    user: User,
    /// Jobs of the old version do not have it.
    #[serde(default)]
    gift: bool,
}

#[job(executor = PgBoss, name = "welcome_mail")]
async fn greet_new_user(mail: Welcome) -> String {
    let gift = if mail.gift { " with a gift" } else { "" };
    format!("the new version welcomes {}{gift}", mail.user.name)
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), jobs_pg::Error> {
    let boss = PgBoss::from_env().await?;
    if std::env::args().len() > 1 {
        return boss.run().await;
    }
    let user = User {
        name: "Tony".to_owned(),
    };
    let submission = GreetNewUser::run_now().on(&boss);
    let job = submission.submit(Welcome { user, gift: true }).await?;
    println!("{}", job.job_id);
    Ok(())
}
