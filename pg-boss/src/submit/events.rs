//! Events and the queues that subscribed to them.

use std::sync::Arc;

use jobs_rules::shorten;
use jobs_rules::{Enqueued, Error, ErrorKind, IntoJobOptions};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use crate::Boss;
use crate::error::{is_unknown_queue, reason};
use crate::operation::Races;
use crate::operation::split;
use crate::operation::{Operation, OperationError};
use crate::store::Store;
use crate::submit::send::job_of;
use crate::submit::{InsertError, NewJob};
use crate::validate::{check_queue, check_text, encoded};

impl Boss {
    /// Lets what is published under an event go to a queue too. Any text is an event. Doing it twice is the same as once.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn subscribe(&self, event: &str, queue: &str) -> Operation<()> {
        let doing = of_subscription("subscribe queue", queue, "to event", event);
        let checked = check_subscription(event, queue);
        let names = Arc::new((event.to_owned(), queue.to_owned()));
        let queues = vec![queue.to_owned()];
        let operation = Operation::enqueue(self, doing, queues, move |store, connection| {
            let names = Arc::clone(&names);
            Box::pin(async move {
                let (event, queue) = &*names;
                match store.subscribe(connection, event, queue).await? {
                    true => Ok(()),
                    false => Err(OperationError::UnknownQueue(queue.clone())),
                }
            })
        });
        operation.due(None).unless_refused(checked)
    }

    /// Ends a subscription; `false` if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn unsubscribe(&self, event: &str, queue: &str) -> Operation<bool> {
        let doing = of_subscription("unsubscribe queue", queue, "from event", event);
        let checked = check_subscription(event, queue);
        let (event, queue) = (event.to_owned(), queue.to_owned());
        let operation = Operation::new(self, doing, move |store, connection| {
            Box::pin(async move { Ok(store.unsubscribe(connection, &event, &queue).await?) })
        });
        operation.unless_refused(checked)
    }

    /// Sends a job to every queue that subscribed to an event; returns each queue's name with its result. One that is
    /// removed meanwhile is passed over. Awaited alone each job is stored by itself, as in pg-boss: what fails for one queue
    /// keeps no other from it.
    ///
    /// # Errors
    /// As [`send`](Self::send), naming every queue that could not be sent to.
    pub fn publish(
        &self,
        event: &str,
        data: impl Serialize,
        options: impl IntoJobOptions,
    ) -> Operation<Vec<(String, Enqueued)>> {
        let checked = options.into_job_options().and_then(|options| {
            check_text("the event", event)?;
            options.check()?;
            let data = encoded("the input", &data, self.settings().max_input)?;
            // The queues are found later.
            Ok(job_of("", data, &options))
        });
        let (job, checked) = split(checked.map(Some));
        let doing = format!("publish event `{}`", shorten(event));
        let (event, boss) = (event.to_owned(), self.clone());
        let operation = Operation::new(self, doing, move |store, connection| {
            Box::pin(async move {
                let Some(job) = job else {
                    return Ok(Vec::new());
                };
                let (mut sent, mut failed) = (Vec::new(), Vec::new());
                for queue in store.find_subscribers(connection, &event).await? {
                    if let Err(error) = boss.host().check_input(&queue, job.data()) {
                        failed.push(format!("`{queue}` ({error})"));
                        continue;
                    }
                    let job = job.clone().in_queue(&queue);
                    match send_one(store, connection, &job).await {
                        Ok(receipt) => sent.extend(receipt.map(|receipt| (queue, receipt))),
                        Err(error) => failed.push(format!("`{queue}` ({})", reason(&error))),
                    }
                }
                match failed.is_empty() {
                    true => Ok(sent),
                    false => Err(OperationError::bad_input(
                        ErrorKind::Refused,
                        format!(
                            "cannot publish event `{}` to {}",
                            shorten(&event),
                            failed.join(", ")
                        ),
                    )),
                }
            })
        });
        operation.unless_refused(checked)
    }
}

fn of_subscription(verb: &str, queue: &str, preposition: &str, event: &str) -> String {
    let (queue, event) = (shorten(queue), shorten(event));
    format!("{verb} `{queue}` {preposition} `{event}`")
}

fn check_subscription(event: &str, queue: &str) -> Result<(), Error> {
    check_text("the event", event)?;
    check_queue(queue)
}

/// Stores one job in a transaction of its own, or a savepoint; nothing if its queue was removed meanwhile.
async fn send_one(
    store: &Store,
    connection: &mut PgConnection,
    job: &NewJob,
) -> sqlx::Result<Option<Enqueued>> {
    let mut races = Races::default();
    loop {
        match insert_one(store, connection, job).await {
            Ok(receipts) => return Ok(receipts.into_iter().next()),
            Err(InsertError::UnknownQueue(_)) => return Ok(None),
            Err(InsertError::Database(error)) if is_unknown_queue(&error) => return Ok(None),
            Err(InsertError::Database(error)) if races.again(&error).await => {}
            Err(InsertError::Database(error)) => return Err(error),
        }
    }
}

async fn insert_one(
    store: &Store,
    connection: &mut PgConnection,
    job: &NewJob,
) -> Result<Vec<Enqueued>, InsertError> {
    let mut part = connection.begin().await?;
    let receipts = store.insert(&mut part, std::slice::from_ref(job)).await;
    match receipts {
        Ok(receipts) => part.commit().await.map(|()| Ok(receipts))?,
        Err(error) => part.rollback().await.map(|()| Err(error))?,
    }
}
