//! An executor of one test, in a schema of its own.

use std::ops::Deref;
use std::thread;
use std::time::Duration;

use jobs_core::testing::{Submissions, Submitted};
use jobs_core::{Error, Job};
use tokio::runtime::Builder;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::config::{Home, Settings, environment};
use crate::store::{TestSchema, remove_left_schemas, test_schema_name, with_timeout};
use crate::{PgBoss, PgBossBuilder};
use pg_boss::error::map_db_error;

/// How many connections the application's pool of a test has: many tests run side by side on one server.
const CONNECTIONS: u32 = 4;

/// How long the removal of a schema may take. What is left then, the next run removes.
const REMOVAL: Duration = Duration::from_secs(5);

/// An executor of one test, in a schema of its own; see [`boss`]. It is used as the [`PgBoss`] that it holds.
#[derive(Debug)]
pub struct TestBoss {
    boss: PgBoss,
    schema: TestSchema,
}

/// Makes an executor with a schema of its own, so that tests that run side by side do not see each other's jobs. It is not started.
///
/// The database is that of [`PgBoss::from_env`]: `PG_BOSS_NEW_OPTIONS`, else `DATABASE_URL`; else, with the feature `embedded`, a
/// private Postgres in `.jobs/`, which then runs until the process ends. The schema (`jobs_test_` and 32 digits) is removed when the
/// value is dropped, also by a test that panics. What a killed process leaves, or a test whose transactions are still open, is
/// removed by the next process that calls this.
///
/// The role needs the right to create schemas. Tables of the application are not in that schema, so tests share them; where each
/// test has a database of its own (`#[sqlx::test]`), use `boss_with(PgBoss::builder().pool(pool))`.
///
/// ```no_run
/// use jobs_pg::prelude::*;
/// use jobs_pg::testing;
///
/// #[job(executor = PgBoss)]
/// async fn greet(name: String) -> String {
///     format!("Hello {name}!")
/// }
///
/// # async fn test() -> Result<(), jobs_pg::Error> {
/// let boss = testing::boss().await?;
/// let job = boss.scope(Greet::submit("Tony".into())).await?;
/// boss.drain().await?;
/// assert_eq!(job.output().await?, "Hello Tony!");
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`PgBoss::from_env`]; if the database does not answer.
pub async fn boss() -> Result<TestBoss, Error> {
    boss_with(PgBoss::builder()).await
}

/// The same with settings: `boss_with(PgBoss::builder().provide(prices).only::<Bill>())`. A URL or a pool there names the database.
///
/// # Errors
/// As [`boss`].
pub async fn boss_with(builder: PgBossBuilder) -> Result<TestBoss, Error> {
    let boss = builder
        .connect_for_test(CONNECTIONS, test_schema_name(), environment_of_tests)
        .await?;
    let options = boss.pool().connect_options();
    if let Err(error) = with_timeout(remove_left_schemas(&options)).await {
        tracing::warn!(%error, "cannot remove the schemas that earlier tests left");
    }
    let schema = with_timeout(TestSchema::hold(boss.schema(), &options))
        .await
        .map_err(map_db_error("mark the schema of a test as in use"))?;
    Ok(TestBoss { boss, schema })
}

/// A private server is kept until the process ends, and not started anew for each test.
async fn environment_of_tests() -> Result<Settings, Error> {
    static FOUND: OnceCell<(Settings, Option<Home>)> = OnceCell::const_new();
    let found = FOUND.get_or_try_init(|| async {
        let mut home = None;
        let settings = environment(&mut home).await?;
        Ok::<_, Error>((settings, home))
    });
    Ok(found.await?.0.clone())
}

impl Deref for TestBoss {
    type Target = PgBoss;

    fn deref(&self) -> &PgBoss {
        &self.boss
    }
}

impl Submissions for TestBoss {
    async fn submitted<J: Job>(&self) -> Result<Vec<Submitted<J>>, Error> {
        self.boss.submitted().await
    }
}

impl Drop for TestBoss {
    fn drop(&mut self) {
        self.boss.begin_to_stop();
        let remove = || {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let removed = runtime.block_on(async { timeout(REMOVAL, self.schema.remove()).await });
            removed.unwrap_or(Err(sqlx::Error::PoolTimedOut))
        };
        // On a thread of its own: the test's may be the only one of its runtime, which cannot be blocked on here.
        let removed = thread::scope(|scope| scope.spawn(remove).join());
        if let Ok(Err(error)) = removed {
            tracing::warn!(%error, "cannot remove the schema of a test; the next run removes it");
        }
    }
}
