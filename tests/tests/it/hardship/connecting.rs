//! A database that cannot be used is one error that names what was tried and never the password.

use jobs_pg::prelude::*;
use jobs_pg::{Error, ErrorKind};
use tests::{BOUND, Cluster, Database};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{execute, on};

const PASSWORD: &str = "hunter2-secret";

/// Does nothing; the tests here need a job to start with.
#[job(executor = PgBoss)]
async fn hs_idle() {}

fn check(error: &Error, names: &[&str]) {
    let (shown, whole) = (error.to_string(), format!("{error:?} {error:#?}"));
    for text in [&shown, &whole] {
        assert!(!text.contains(PASSWORD), "the password is in: {text}");
    }
    for name in names {
        assert!(whole.contains(name), "`{name}` is missing in: {whole}");
    }
}

async fn refused(url: &str, names: &[&str]) -> ErrorKind {
    let connecting = timeout(BOUND, PgBoss::connect(url)).await;
    let error = connecting.unwrap().map(drop).unwrap_err();
    check(&error, names);
    error.kind()
}

/// A server that does the same with everybody who calls.
async fn server<F>(answer: fn(TcpStream) -> F) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            tokio::spawn(answer(caller));
        }
    });
    format!("postgres://somebody:{PASSWORD}@{address}/somewhere")
}

/// The server's address with other words between `//` and `@`, and another database.
fn address(cluster: &Cluster, user: &str, database: &str) -> String {
    let (_, host) = cluster.url().rsplit_once('@').unwrap();
    let (host, _) = host.split_once('/').unwrap();
    format!("postgres://{user}:{PASSWORD}@{host}/{database}")
}

#[tokio::test]
async fn a_wrong_url_is_refused_without_showing_it() {
    for url in [
        "somewhere over the rainbow",
        "mysql://me:hunter2-secret@localhost/jobs",
        "postgres://me:hunter2-secret@localhost:port/jobs",
        "postgres://me:hunter2-secret@localhost/jobs?sslmode=perhaps",
        "",
    ] {
        assert_eq!(refused(url, &[]).await, ErrorKind::Configuration, "{url}");
    }
}

#[tokio::test]
async fn a_host_that_nobody_answers_on_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().to_string();
    drop(listener);
    let url = format!("postgres://me:{PASSWORD}@{closed}/jobs");
    let kind = refused(&url, &["127.0.0.1", "jobs", "nothing accepts"]).await;
    assert_eq!(kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_server_that_is_not_postgres_is_one_error() {
    let http = server(|mut caller| async move {
        let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        let _ = caller.write_all(answer).await;
    });
    refused(&http.await, &["127.0.0.1", "somewhere"]).await;
    let rude = server(|caller| async { drop(caller) });
    refused(&rude.await, &["127.0.0.1", "somewhere"]).await;
    let silent = server(|caller| async {
        std::future::pending::<()>().await;
        drop(caller);
    });
    let kind = refused(&silent.await, &["127.0.0.1", "no answer within 10s"]).await;
    assert_eq!(kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_wrong_password_and_a_database_that_is_not_there_are_told_apart() {
    let cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    let create = format!("CREATE ROLE somebody LOGIN PASSWORD '{PASSWORD}'");
    execute(database.pool(), create).await;

    let wrong = address(&cluster, "nobody", database.name());
    let kind = refused(&wrong, &["nobody", database.name(), "password"]).await;
    assert_eq!(kind, ErrorKind::Configuration);
    let wrong = address(&cluster, "somebody", "atlantis");
    let kind = refused(&wrong, &["atlantis", "there is no such database"]).await;
    assert_eq!(kind, ErrorKind::Configuration);

    // The role may connect, and may not create a schema.
    let boss = PgBoss::connect(&address(&cluster, "somebody", database.name())).await;
    let error = boss.unwrap().start().await.unwrap_err();
    check(&error, &["pgboss", database.name(), "the role may not"]);
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn an_empty_database_stays_empty_without_migrate() {
    let database = Database::new().await;
    let boss = on(&database).migrate(false).only::<HsIdle>();
    let boss = boss.connect().await.unwrap();
    let error = boss.start().await.unwrap_err();
    check(&error, &["pgboss", database.name(), "migrate"]);
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgboss'";
    assert_eq!(super::number(database.pool(), schemas).await, 0);
}
