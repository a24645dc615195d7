//! H5, H6: a job that submits itself, and one that retries, against a real HTTP server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tests::{Database, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{output_of, started};

/// A server that answers with these codes, and with the last of them from then on.
struct Server {
    address: SocketAddr,
    /// When it was asked, and with which body.
    asked: Arc<Mutex<Vec<(Instant, String)>>>,
}

impl Server {
    async fn answering(codes: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let body = read_request(&mut client).await.unwrap();
                let at = {
                    let mut noted = noted.lock().unwrap();
                    noted.push((Instant::now(), body));
                    noted.len() - 1
                };
                let code = codes.get(at).or(codes.last()).unwrap();
                let answer =
                    format!("HTTP/1.1 {code} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                client.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<(Instant, String)> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads a request that states the length of its body, and answers the body.
async fn read_request(client: &mut TcpStream) -> io::Result<String> {
    let mut request = String::new();
    let mut buffer = [0; 1024];
    loop {
        let read = client.read(&mut buffer).await?;
        request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        if let Some((head, body)) = request.split_once("\r\n\r\n") {
            let length = head
                .rsplit_once("Content-Length: ")
                .and_then(|(_, length)| length.parse().ok());
            if read == 0 || body.len() >= length.unwrap_or(0) {
                return Ok(body.to_owned());
            }
        }
    }
}

/// Posts a body, and answers the status code.
async fn post(to: SocketAddr, body: &str) -> io::Result<u16> {
    let mut server = TcpStream::connect(to).await?;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    server.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    server.read_to_string(&mut answer).await?;
    let code = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    code.ok_or_else(|| io::Error::other("no status code"))
}

#[derive(Serialize, Deserialize)]
struct Call {
    server: SocketAddr,
    number: u32,
}

const TEAPOT: u16 = 418;

#[job(executor = PgBoss)]
async fn http_calls_until_teapot(call: Call) -> Result<u16, JobError> {
    let code = post(call.server, &call.number.to_string()).await?;
    if code != TEAPOT {
        let next = Call {
            number: call.number + 1,
            ..call
        };
        HttpCallsUntilTeapot::run_in(1, "seconds")
            .submit(next)
            .await?;
    }
    Ok(code)
}

#[tokio::test]
async fn h5_a_running_job_submits_itself_until_the_server_is_a_teapot() {
    let database = Database::new().await;
    let server = Server::answering(&[200, 200, TEAPOT]).await;
    let boss = started::<HttpCallsUntilTeapot>(&database).await;
    let first = Call {
        server: server.address,
        number: 1,
    };
    let first = HttpCallsUntilTeapot::run_now()
        .on(&boss)
        .submit(first)
        .await
        .unwrap();
    assert_eq!(output_of(&first).await.unwrap(), 200);
    let outputs = async || {
        let rows = "SELECT (output ->> 'value')::int FROM pgboss.job WHERE state = 'completed' ORDER BY created_on";
        sqlx::query_scalar::<_, i32>(rows)
            .fetch_all(database.pool())
            .await
            .unwrap()
    };
    eventually("the third call is done", async || {
        outputs().await.len() == 3
    })
    .await;
    assert_eq!(outputs().await, [200, 200, 418]);
    let asked = server.asked();
    assert_eq!(
        asked
            .iter()
            .map(|(_, body)| body.as_str())
            .collect::<Vec<_>>(),
        ["1", "2", "3"]
    );
    // Each call but the first was submitted a second before it was due.
    let early = "SELECT count(*) FROM pgboss.job WHERE started_on < start_after OR start_after - created_on = interval '1 second'";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(early)
            .fetch_one(database.pool())
            .await
            .unwrap(),
        2
    );
    boss.stop().await.unwrap();
}

#[derive(Serialize, Deserialize)]
struct Batch {
    endpoint: SocketAddr,
    events: Vec<String>,
}

#[job(executor = PgBoss, options(retry_limit = 5, retry_delay = 1, retry_backoff = true, retry_delay_max = "2s"))]
async fn http_exports_events(batch: Batch) -> Result<usize, JobError> {
    match post(batch.endpoint, &batch.events.join(",")).await? {
        200 => Ok(batch.events.len()),
        code => Err(JobError::new(format!("the endpoint answered {code}"))),
    }
}

#[tokio::test]
async fn h6_failed_requests_are_retried_with_backoff_and_nothing_is_lost() {
    let database = Database::new().await;
    let server = Server::answering(&[503, 503, 503, 200]).await;
    let boss = started::<HttpExportsEvents>(&database).await;
    let events = ["a", "b", "c"].map(String::from).to_vec();
    let batch = Batch {
        endpoint: server.address,
        events,
    };
    let job = HttpExportsEvents::run_now()
        .on(&boss)
        .submit(batch)
        .await
        .unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 3);
    assert_eq!(job.pg_boss().details().await.unwrap().retry_count, 3);

    let asked = server.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|(_, body)| body == "a,b,c"), "{asked:?}");
    // The least that backoff waits is half the delay. A slow machine is later, never earlier.
    assert!(
        asked
            .windows(2)
            .all(|pair| pair[1].0 - pair[0].0 >= Duration::from_millis(500)),
        "{asked:?}"
    );
    boss.stop().await.unwrap();
}
