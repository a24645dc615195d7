//! A shop whose jobs the dashboard shows.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use tests::node::{Browser, Node};
use tests::{Database, eventually};
use tokio::sync::Notify;

use super::super::{quiet, start};

#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    order: u32,
    customer: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Invoice {
    number: String,
    pages: u32,
}

#[job(executor = PgBoss, options(priority = 2))]
pub(super) async fn shop_invoice(order: Order) -> Invoice {
    Invoice {
        number: format!("2031-{:05}", order.order),
        pages: 2,
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Mail {
    to: String,
}

/// Fails for good as long as there is no mailbox.
#[job(executor = PgBoss, options(dead_letter = "shop_undelivered"))]
pub(super) async fn shop_mail(mail: Mail, ctx: Context<ShopMail>) -> Result<String, JobError> {
    if mail.to.starts_with("nobody") && !ctx.app::<Arc<Desk>>().has_mailbox.load(Ordering::Relaxed)
    {
        return Err(JobError::fail("there is no such mailbox"));
    }
    Ok(format!("sent to {}", mail.to))
}

/// Runs until it is called off, and tells that.
#[job(executor = PgBoss, schedule(cron = "30 4 * * MON-FRI", tz = "Europe/Berlin", key = "nightly"))]
pub(super) async fn shop_report(ctx: Context<ShopReport>) {
    let desk = Arc::clone(ctx.app::<Arc<Desk>>());
    ctx.cancelled().await;
    desk.called_off.notify_one();
    pending::<()>().await;
}

/// What the test and the functions of the jobs share.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) has_mailbox: AtomicBool,
    pub(super) called_off: Notify,
}

/// Other tests of this program declare queues and schedules of their own.
const SHOP_ONLY: &str = r"
    DELETE FROM pgboss.schedule WHERE name NOT LIKE 'shop\_%';
    UPDATE pgboss.queue SET dead_letter = NULL WHERE name NOT LIKE 'shop\_%';
    SELECT pgboss.delete_queue(name) FROM pgboss.queue WHERE name NOT LIKE 'shop\_%'";

/// A shop with jobs in every state.
pub(super) struct Shop {
    node: Node,
    browser: Browser,
    database: Database,
    pub(super) ours: PgBoss,
    pub(super) desk: Arc<Desk>,
    pub(super) invoices: Vec<SubmittedJob<ShopInvoice>>,
    pub(super) report: SubmittedJob<ShopReport>,
    pub(super) undelivered: SubmittedJob<ShopMail>,
    pub(super) later: SubmittedJob<ShopMail>,
    pub(super) cancelled: SubmittedJob<ShopMail>,
}

impl Shop {
    pub(super) async fn open() -> Option<Self> {
        let browser = Browser::ready()?;
        let node = Node::ready().await?;
        let database = Database::new().await;
        let desk = Arc::new(Desk::default());
        let ours = quiet(&database)
            .provide(Arc::clone(&desk))
            .stop_timeout(Duration::ZERO);
        let ours = start(ours.only::<(ShopInvoice, ShopMail, ShopReport)>()).await;
        let customers = ["Ada", "Grace", "Linus"];
        let orders = (1..).zip(customers).map(|(order, customer)| Order {
            order,
            customer: customer.to_owned(),
        });
        let mail = |to: &str| Mail {
            to: format!("{to}@example.org"),
        };
        let now = ShopMail::run_now().on(&ours);
        let tomorrow = || ShopMail::delay(86_400).on(&ours);
        let shop = Self {
            invoices: ShopInvoice::run_now()
                .on(&ours)
                .submit_many(orders)
                .await
                .unwrap(),
            report: ShopReport::run_now().on(&ours).submit(()).await.unwrap(),
            undelivered: now.submit(mail("nobody")).await.unwrap(),
            later: tomorrow().submit(mail("ada")).await.unwrap(),
            cancelled: tomorrow().submit(mail("grace")).await.unwrap(),
            browser,
            node,
            database,
            ours,
            desk,
        };
        shop.cancelled.pg_boss().cancel().await.unwrap();
        for invoice in &shop.invoices {
            invoice.output().await.unwrap();
        }
        shop.undelivered.output().await.unwrap_err();
        eventually("the report runs", async || {
            let report = shop.report.pg_boss().details().await.unwrap();
            report.state == JobState::Active
        })
        .await;
        shop.count().await;
        Some(shop)
    }

    /// Another process of ours counts the jobs and declares the schedules.
    async fn count(&self) {
        let upkeep = PgBoss::builder().url(self.database.url()).work(false);
        let upkeep = start(upkeep.only::<ShopReport>()).await;
        // A whole pass: ended jobs are in the total only once a queue was tidied.
        upkeep.supervise().await.unwrap();
        upkeep.stop().await.unwrap();
        let shop_only = sqlx::raw_sql(SHOP_ONLY).execute(self.database.pool());
        shop_only.await.unwrap();
    }

    pub(super) async fn value<T>(&self, query: &str) -> T
    where
        T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
    {
        let value = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        value.fetch_one(self.database.pool()).await.unwrap()
    }

    /// pg-boss's CLI takes the schema back to an older version, under ours.
    pub(super) async fn back_to(&self, version: i32) {
        while self
            .value::<i32>("SELECT version FROM pgboss.version")
            .await
            > version
        {
            let ended = self.node.cli(&self.database, &["rollback"]).await;
            assert!(ended.well, "{}", ended.said);
        }
    }

    /// Takes steps in the dashboard; gives what it showed.
    pub(super) async fn see(&self, steps: Value) -> Vec<Vec<String>> {
        let steps = steps.as_array().unwrap();
        self.browser
            .dashboard(&self.node, &self.database, steps)
            .await
    }
}
