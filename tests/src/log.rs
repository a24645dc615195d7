//! What the library logs on a test's thread.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// Keeps the events of this thread, on which all tasks of a test's runtime run, while it lives.
pub struct Log {
    text: Text,
    _heard: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Begins to keep events, of all levels down to debug.
    #[expect(clippy::new_without_default, reason = "it acts on the thread")]
    pub fn new() -> Self {
        // With one subscriber alone, `tracing` asks only the thread that first comes to an event whether the event is wanted, and
        // keeps the answer for all threads. Tests on other threads have none.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(NoSubscriber::new()));
        let text = Text::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(text.clone())
            .finish();
        Self {
            text,
            _heard: subscriber.set_default(),
        }
    }

    /// The lines that hold all of these words.
    pub fn lines(&self, words: &[&str]) -> Vec<String> {
        let bytes = self.text.0.lock().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let found = text
            .lines()
            .filter(|line| words.iter().all(|word| line.contains(word)));
        found.map(str::to_owned).collect()
    }
}

impl MakeWriter<'_> for Text {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
