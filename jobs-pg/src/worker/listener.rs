//! Hears submissions of other processes: `NOTIFY` rings the wakeups. Nothing depends on it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgNotification};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use uuid::Uuid;

use super::Wakeups;
use super::leases::Leases;
use crate::backoff::Backoff;
use crate::store::Store;
use pg_boss::protocol::CANCELLED;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often the listener rings itself, and how long it waits to hear it.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(10);

/// Listens for ever, on a connection of its own; when that dies, on a new one.
pub(crate) async fn run(store: Arc<Store>, wakeups: Arc<Wakeups>, leases: Arc<Leases>) {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    loop {
        let begun = Instant::now();
        let Err(error) = listen(&store, &wakeups, &leases).await;
        if begun.elapsed() > PING {
            backoff.reset();
        }
        tracing::debug!(%error, "not listening; polling meanwhile");
        sleep(backoff.pause()).await;
    }
}

async fn listen(
    store: &Store,
    wakeups: &Wakeups,
    leases: &Leases,
) -> sqlx::Result<std::convert::Infallible> {
    let own = own_channel(store.channel());
    let mut listener = in_time(PgListener::connect_with(store.listener_pool())).await?;
    // sqlx would connect again by itself, but what was sent before it listens again would be missed in silence.
    listener.eager_reconnect(false);
    let control = store.control_channel();
    in_time(listener.listen_all([store.channel(), own.as_str(), control.as_str()])).await?;
    // What was submitted, paused or cancelled while this process did not listen.
    wakeups.notify_all();
    wakeups.pauses_changed();
    leases.renew_now();
    let heard = |notification: &PgNotification| match notification.channel() == control {
        true if notification.payload() == CANCELLED => leases.renew_now(),
        true => wakeups.pauses_changed(),
        false => wakeups.notify_queue(notification.payload()),
    };
    let mut ping = Instant::now() + PING;
    loop {
        match timeout_at(ping, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => heard(&notification),
            Ok(Ok(None)) => return Err(gone()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                hear_oneself(store, &mut listener, &own, heard).await?;
                ping = Instant::now() + PING;
            }
        }
    }
}

/// A channel for this listener alone. `NOTIFY` takes names of up to 63 bytes, and pg-boss's own has 31.
fn own_channel(channel: &str) -> String {
    let chance = Uuid::new_v4().simple().to_string();
    format!("{channel}_{}", &chance[..16])
}

/// A round trip through the server's notifications: a listener that hears nothing may be dead without knowing.
async fn hear_oneself(
    store: &Store,
    listener: &mut PgListener,
    own: &str,
    heard: impl Fn(&PgNotification),
) -> sqlx::Result<()> {
    in_time(store.notify(&mut *listener, own, "")).await?;
    in_time(async {
        while let Some(notification) = listener.try_recv().await? {
            if notification.channel() == own {
                return Ok(());
            }
            heard(&notification);
        }
        Err(gone())
    })
    .await
}

async fn in_time<T>(step: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(PONG, step).await.unwrap_or_else(|_| Err(gone()))
}

fn gone() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into())
}

#[cfg(test)]
mod tests {
    use super::own_channel;
    use pg_boss::Schema;

    #[test]
    fn a_listener_s_own_channel_has_a_name_that_notify_takes() {
        let schema = Schema::new("pgboss").expect("a good name");
        assert!(own_channel(&schema.channel()).len() <= 63);
    }
}
