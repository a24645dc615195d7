//! Everything that is no Postgres, or no willing one, played by a thread on a local port.

use std::error::Error as _;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use jobs_core::{Error, ErrorKind};
use tokio::time::timeout;

use super::connect;
use crate::config::Settings;

/// Longer than any attempt to connect may take.
const BOUND: Duration = Duration::from_secs(60);
/// What is enough for any answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// The answer to the question whether TLS is offered.
const NO_TLS: &[u8] = b"N";

/// Serves every connection like this, as long as the test runs; gives the port.
fn server(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

/// A server that turns everybody away as Postgres does.
fn unwilling(sqlstate: &'static str) -> u16 {
    server(move |mut client| {
        let mut question = [0; 512];
        let error = format!("SFATAL\0VFATAL\0C{sqlstate}\0Mas the server puts it\0\0");
        let length = u32::try_from(error.len() + 4)
            .expect("a short text")
            .to_be_bytes();
        for answer in [NO_TLS, &[b"E", &length[..], error.as_bytes()].concat()] {
            _ = client.read(&mut question);
            _ = client.write_all(answer);
        }
    })
}

async fn refusal(url: &str, patience: Duration) -> Error {
    let mut settings = Settings::from_url(url).expect("a good URL");
    settings.connect_timeout = patience;
    let connecting = timeout(BOUND, connect(&settings)).await;
    let error = connecting.expect("an end").expect_err("no Postgres");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
    error
}

async fn refusal_on(port: u16, parameters: &str, patience: Duration) -> Error {
    let url = format!("postgres://tony:hunter2@127.0.0.1:{port}/app{parameters}");
    let error = refusal(&url, patience).await;
    let tried = format!("cannot connect to 127.0.0.1:{port}/app as tony: ");
    assert!(error.to_string().starts_with(&tried), "{error}");
    assert!(error.source().is_some());
    error
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let error = refusal_on(free.expect("a free port").port(), "", PATIENCE).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error
            .to_string()
            .contains("nothing accepts connections there"),
        "{error}"
    );
}

#[tokio::test]
async fn a_host_that_nobody_knows_is_told() {
    let error = refusal(
        "postgres://tony:hunter2@nowhere.invalid/app",
        Duration::from_secs(10),
    )
    .await;
    assert!(
        error
            .to_string()
            .contains("nowhere.invalid:5432/app as tony"),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_missing_socket_is_told() {
    let error = refusal(
        "postgres://tony:hunter2@%2Fnowhere/app",
        Duration::from_secs(1),
    )
    .await;
    assert!(
        error
            .to_string()
            .contains("/nowhere:5432/app as tony: there is no such socket"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_is_no_postgres_is_told() {
    let http = server(|mut client| {
        _ = client.read(&mut [0; 512]);
        _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let error = refusal_on(http, "", PATIENCE).await;
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let words = "does not speak PostgreSQL's protocol";
    assert!(error.to_string().contains(words), "{error:?}");
    // What it says looks like the beginning of a long message of that protocol.
    let error = refusal_on(http, "?sslmode=disable", PATIENCE).await;
    let words = "it may not be a PostgreSQL server";
    assert!(error.to_string().contains(words), "{error:?}");
}

#[tokio::test]
async fn a_server_that_hangs_up_is_told() {
    for parameters in ["", "?sslmode=disable"] {
        let error = refusal_on(server(drop), parameters, PATIENCE).await;
        assert!(error.to_string().contains("PostgreSQL"), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_no_longer_than_allowed() {
    // It reads until the other side hangs up.
    let silent = server(|mut client| _ = io::copy(&mut client, &mut io::sink()));
    let error = refusal_on(silent, "", Duration::from_millis(500)).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error.to_string().contains("no answer within 500ms"),
        "{error}"
    );
}

#[tokio::test]
async fn tls_that_only_one_side_demands_is_told() {
    let error = refusal_on(unwilling("28000"), "?sslmode=require", PATIENCE).await;
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(
        error.to_string().contains("the settings demand TLS"),
        "{error}"
    );
    let demanding = server(|mut client| {
        let error = b"SFATAL\0VFATAL\0C28000\0Mno encryption\0\0";
        _ = client.read(&mut [0; 512]);
        _ = client.write_all(&[b"E\0\0\0", &[error.len() as u8 + 4][..], error].concat());
    });
    let error = refusal_on(demanding, "?sslmode=disable", PATIENCE).await;
    assert!(error.to_string().contains("it may demand TLS"), "{error}");
}

#[tokio::test]
async fn each_refusal_of_postgres_has_its_own_words() {
    for (sqlstate, kind, words) in [
        (
            "28P01",
            ErrorKind::Configuration,
            "the password is missing or wrong",
        ),
        (
            "28000",
            ErrorKind::Configuration,
            "does not let this role in",
        ),
        (
            "3D000",
            ErrorKind::Configuration,
            "there is no such database",
        ),
        (
            "42501",
            ErrorKind::Configuration,
            "may not connect to this database",
        ),
        ("53300", ErrorKind::Unavailable, "no connection to spare"),
        ("57P03", ErrorKind::Unavailable, "is starting"),
        ("57P01", ErrorKind::Unavailable, "could not serve"),
        ("42704", ErrorKind::Configuration, "the server refused"),
    ] {
        // These two are tried again until the patience is over.
        let patience = match sqlstate {
            "53300" | "57P03" => Duration::from_secs(2),
            _ => PATIENCE,
        };
        let error = refusal_on(unwilling(sqlstate), "", patience).await;
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(words), "{error}");
        assert!(format!("{error:?}").contains("as the server puts it"));
    }
}
