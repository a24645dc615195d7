//! Events and the queues that subscribed to them.

use super::Operation;
use crate::PgBoss;

impl PgBoss {
    /// Lets what is published under an event go to a queue too. Any text is an event. Doing it twice is the same as once.
    ///
    /// # Errors
    /// [`NotFound`](jobs_core::ErrorKind::NotFound) if there is no such queue.
    pub fn subscribe(&self, event: &str, queue: &str) -> Operation<()> {
        let doing = format!("subscribe queue `{queue}` to event `{event}`");
        let (event, queue) = (event.to_owned(), queue.to_owned());
        Operation::new(self, doing, move |store, connection| {
            Box::pin(async move { store.subscribe(connection, &event, &queue).await })
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
            Box::pin(async move { store.unsubscribe(connection, &event, &queue).await })
        })
    }
}
