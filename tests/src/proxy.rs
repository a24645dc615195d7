//! A server's address that loses a connection at a chosen moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Passes everything on, until it sees its marker: then that connection is cut, once.
pub struct Proxy {
    url: String,
    cuts: Arc<Cuts>,
    accepting: JoinHandle<()>,
}

struct Cuts {
    marker: &'static str,
    moment: Moment,
    left: AtomicBool,
    made: AtomicUsize,
}

/// When the connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Instead of passing on the answer that holds the marker.
    Answer,
    /// Once the server answers the request that holds the marker; the answer is not passed on.
    AfterRequest,
}

impl Proxy {
    /// Stands before the server of this address.
    pub async fn new(url: &str, moment: Moment, marker: &'static str) -> Self {
        let (before, rest) = url.rsplit_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(Cuts {
            marker,
            moment,
            left: AtomicBool::new(true),
            made: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, server.to_owned(), Arc::clone(&cuts)));
        Self {
            url: format!("{before}@127.0.0.1:{port}/{database}"),
            cuts,
            accepting,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many connections it has cut.
    pub fn cuts(&self) -> usize {
        self.cuts.made.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: String, cuts: Arc<Cuts>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, cuts) = (server.clone(), Arc::clone(&cuts));
        tokio::spawn(async move {
            let server = TcpStream::connect(server).await.unwrap();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let asked = Arc::new(AtomicBool::new(false));
            tokio::select! {
                () = requests(from_client, to_server, &cuts, &asked) => {}
                () = answers(from_server, to_client, &cuts, &asked) => {}
            }
        });
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    cuts: &Cuts,
    asked: &AtomicBool,
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if cuts.moment == Moment::AfterRequest && cuts.is_marked(&buffer[..read]) {
            asked.store(true, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cuts: &Cuts, asked: &AtomicBool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let is_cut = match cuts.moment {
            Moment::Answer => cuts.is_marked(&buffer[..read]),
            Moment::AfterRequest => asked.load(Ordering::SeqCst),
        };
        if is_cut {
            cuts.made.fetch_add(1, Ordering::SeqCst);
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

impl Cuts {
    fn is_marked(&self, bytes: &[u8]) -> bool {
        let marker = self.marker.as_bytes();
        bytes.windows(marker.len()).any(|window| window == marker)
            && self.left.swap(false, Ordering::SeqCst)
    }
}
