//! Events and the queues that subscribed to them.

use jobs_core::{ErrorKind, IntoJobOptions, Receipt};
use serde::Serialize;
use sqlx::Connection;

use super::send::split;
use super::{Operation, Trouble};
use crate::PgBoss;
use crate::error::is_unknown_queue;

impl PgBoss {
    /// Lets what is published under an event go to a queue too. Any text is an event. Doing it twice is the same as once.
    ///
    /// # Errors
    /// [`NotFound`](jobs_core::ErrorKind::NotFound) if there is no such queue.
    pub fn subscribe(&self, event: &str, queue: &str) -> Operation<()> {
        let doing = format!("subscribe queue `{queue}` to event `{event}`");
        let (event, queue) = (event.to_owned(), queue.to_owned());
        Operation::new(self, doing, move |store, connection| {
            Box::pin(async move { Ok(store.subscribe(connection, &event, &queue).await?) })
        })
    }

    /// Ends a subscription; `false` if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn unsubscribe(&self, event: &str, queue: &str) -> Operation<bool> {
        let doing = format!("unsubscribe queue `{queue}` from event `{event}`");
        let (event, queue) = (event.to_owned(), queue.to_owned());
        Operation::new(self, doing, move |store, connection| {
            Box::pin(async move { Ok(store.unsubscribe(connection, &event, &queue).await?) })
        })
    }

    /// Sends a job to every queue that subscribed to an event; gives each queue's name with what came of it. One that is
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
    ) -> Operation<Vec<(String, Receipt)>> {
        // Checked with a name that stands for those to be found.
        let checked = options
            .into_job_options()
            .and_then(|options| self.new_job("queue", data, options));
        let (job, checked) = split(checked.map(Some));
        let event_name = event.to_owned();
        let operation = Operation::new(
            self,
            format!("publish event `{event}`"),
            move |store, connection| {
                Box::pin(async move {
                    let mut sent = Vec::new();
                    let Some(job) = job else {
                        return Ok(sent);
                    };
                    let mut failed = Vec::new();
                    for queue in store.find_subscribers(connection, &event_name).await? {
                        let mut part = connection.begin().await?;
                        let job = job.clone().in_queue(&queue);
                        match store.insert(&mut part, &[job]).await {
                            Ok(receipts) => match part.commit().await {
                                Ok(()) => sent
                                    .extend(receipts.into_iter().map(|one| (queue.clone(), one))),
                                Err(error) if is_unknown_queue(&error) => {}
                                Err(error) => failed.push(format!("`{queue}` ({error})")),
                            },
                            Err(error) => {
                                part.rollback().await?;
                                if !is_unknown_queue(&error) {
                                    failed.push(format!("`{queue}` ({error})"));
                                }
                            }
                        }
                    }
                    match failed.is_empty() {
                        true => Ok(sent),
                        false => Err(Trouble::refused(
                            ErrorKind::Refused,
                            format!(
                                "cannot publish event `{event_name}` to {}",
                                failed.join(", ")
                            ),
                        )),
                    }
                })
            },
        );
        operation.unless_refused(checked)
    }
}
