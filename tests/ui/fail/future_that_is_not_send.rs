use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() {
    let shared = std::rc::Rc::new(5);
    tokio::task::yield_now().await;
    println!("{shared}");
}

fn main() {}
