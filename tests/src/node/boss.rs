//! One `PgBoss` in a Node process, driven step by step over its standard input and output.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex as AsyncMutex, oneshot, watch};
use tokio::time::timeout;

use crate::waiting::BOUND;

/// What a worker's handler does with its jobs.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Behaviour {
    /// Returns the input.
    Echo,
    /// Returns a value.
    Give {
        /// The value.
        value: Value,
    },
    /// Throws an `Error`.
    Throw {
        /// Its message.
        message: String,
    },
    /// Waits for [`Boss::release`], then returns the input.
    Wait,
}

/// A `PgBoss` in a process of its own, which ends with the value, and with this process.
pub struct Boss {
    process: Child,
    stdin: AsyncMutex<ChildStdin>,
    answers: Answers,
    events: watch::Receiver<Vec<Value>>,
    last_id: AtomicU64,
}

type Answers = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Value, Value>>>>>;

impl Boss {
    pub(super) fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let stdin = AsyncMutex::new(process.stdin.take().unwrap());
        let answers = Answers::default();
        let (tell, events) = watch::channel(Vec::new());
        tokio::spawn(listen(
            process.stdout.take().unwrap(),
            Arc::clone(&answers),
            tell,
        ));
        Self {
            process,
            stdin,
            answers,
            events,
            last_id: AtomicU64::new(0),
        }
    }

    /// Calls a method of `PgBoss` and gives what its promise came to; `undefined` is null.
    ///
    /// # Panics
    /// If it throws, or does not answer in time.
    pub async fn call(&self, method: &str, args: Value) -> Value {
        let answer = self.try_call(method, args).await;
        answer.unwrap_or_else(|error| panic!("Node's {method} failed: {error}"))
    }

    /// As [`call`](Self::call); what it throws is given as `{name, message, code}`.
    ///
    /// # Errors
    /// If the method throws.
    pub async fn try_call(&self, method: &str, args: Value) -> Result<Value, Value> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.answers.lock().unwrap().insert(id, answer);
        let line = format!("{}\n", json!({ "id": id, "method": method, "args": args }));
        self.stdin
            .lock()
            .await
            .write_all(line.as_bytes())
            .await
            .expect("Node has ended");
        let answer = timeout(BOUND * 2, answered).await;
        answer
            .unwrap_or_else(|_| panic!("Node's {method} does not answer"))
            .expect("Node has ended")
    }

    /// Starts a worker on a queue; gives its id. `options` are those of pg-boss's `work`.
    pub async fn work(&self, queue: &str, options: Value, behaviour: Behaviour) -> Value {
        self.call("work", json!([queue, options, behaviour])).await
    }

    /// Lets the handlers of a queue that wait go on, those to come as well.
    pub async fn release(&self, queue: &str) {
        self.call("release", json!([queue])).await;
    }

    /// The jobs that handlers of a queue were given so far, as Node sees them.
    pub fn handled(&self, queue: &str) -> Vec<Value> {
        self.events_named("job")
            .into_iter()
            .filter(|event| event["queue"] == queue)
            .flat_map(jobs_of)
            .collect()
    }

    /// Waits until handlers of a queue have had this number of jobs, and returns them.
    ///
    /// # Panics
    /// If they are not within [`BOUND`].
    pub async fn handles(&self, queue: &str, count: usize) -> Vec<Value> {
        let mut events = self.events.clone();
        let enough = events.wait_for(|_| self.handled(queue).len() >= count);
        let waited = timeout(BOUND, enough).await.is_ok_and(|seen| seen.is_ok());
        let handled = self.handled(queue);
        assert!(
            waited,
            "Node was given {} of {count} jobs of `{queue}`",
            handled.len()
        );
        handled
    }

    /// What was reported so far under a name: `job`, or an event of `PgBoss` such as `error` and `warning`.
    pub fn events_named(&self, name: &str) -> Vec<Value> {
        named(&self.events, name)
    }

    /// Stops `PgBoss` as a program would that ends, and waits for the end of its process. Returns the errors that it reported
    /// up to then.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop(mut self) -> Vec<Value> {
        let mut events = self.events.clone();
        self.call("stop", json!([{ "graceful": true, "timeout": 10_000 }]))
            .await;
        drop(self.stdin);
        timeout(BOUND, self.process.wait())
            .await
            .expect("Node does not end")
            .unwrap();
        // Until all that it printed is read.
        while events.changed().await.is_ok() {}
        named(&events, "error")
    }

    /// Kills the process, as a crash would.
    pub async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }
}

/// Hands each line that Node prints to whom it is for.
async fn listen(stdout: ChildStdout, answers: Answers, tell: watch::Sender<Vec<Value>>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut message: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("Node printed: {line}"));
        let Some(id) = message["id"].as_u64() else {
            tell.send_modify(|events| events.push(message));
            continue;
        };
        let answer = match message.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(message["result"].take()),
        };
        if let Some(waiting) = answers.lock().unwrap().remove(&id) {
            let _ = waiting.send(answer);
        }
    }
    // Whoever still waits for an answer is told that none will come.
    answers.lock().unwrap().clear();
}

fn named(events: &watch::Receiver<Vec<Value>>, name: &str) -> Vec<Value> {
    let events = events.borrow();
    let named = events.iter().filter(|event| event["event"] == name);
    named.cloned().collect()
}

fn jobs_of(mut event: Value) -> Vec<Value> {
    match event["jobs"].take() {
        Value::Array(jobs) => jobs,
        _ => Vec::new(),
    }
}
