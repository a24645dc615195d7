use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

use jobs_pg::Job;

#[derive(Clone, sqlx::FromRow, Entity)]
#[entity(table = "app.task")]
struct Task {
    #[entity(id, generated)]
    id: i64,
    #[sqlx(rename = "isDone")]
    is_done: bool,
}

mod people {
    use jobs_pg::prelude::*;

    #[derive(sqlx::FromRow, Entity)]
    #[entity(table = "person")]
    pub struct TeamMember {
        #[entity(id)]
        pub email: String,
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Greeting {
    name: String,
}

/// What failed for good.
#[job(executor = PgBoss)]
async fn failed_greetings(_: Greeting) {}

/// Greets everybody.
#[job(
    executor = PgBoss,
    entities = [Task, people::TeamMember],
    name = "greet/v2",
    options(
        retry_limit = 5,
        retry_delay = "30s",
        retry_backoff = true,
        retry_delay_max = "1h",
        expire_in = "15m",
        retention = "7d",
        delete_after = 3600,
        heartbeat = 15,
        priority = -3,
        dead_letter = FailedGreetings,
    ),
    queue(policy = "stately", partition, notify = false),
    worker(
        concurrency = 4,
        min_priority = -5,
        max_priority = 10,
        group_concurrency = 2,
        group_tiers(pro = 5, "not paid" = 1),
    ),
    schedule = "0 * * * *",
    schedule(
        cron = "30 4 1,15 * 5",
        tz = "Europe/Berlin",
        input = Greeting { name: "Tony".into() },
        options(retry_limit = 0, retry_delay_max = 60),
        missed = "once",
        key = "twice-a-month",
    ),
    crate = ::jobs_pg,
)]
async fn greet(greeting: Greeting, ctx: Context<Greet>) -> Result<Vec<String>, JobError> {
    let people = ctx.entities.team_member.find_many().await?;
    let task = Task {
        id: 0,
        is_done: false,
    };
    let stored: Task = ctx.entities.task.insert(&task).await?;
    ctx.entities
        .task
        .update(&Task {
            is_done: true,
            ..stored
        })
        .await?;
    ctx.entities.task.find_by("isDone", true).await?;
    ctx.entities.task.delete(stored.id).await?;
    Ok(people
        .into_iter()
        .map(|person| format!("{} from {}", person.email, greeting.name))
        .collect())
}

#[test]
fn every_argument_is_declared_as_written() {
    let declaration = Greet::declaration();
    assert_eq!(declaration.name, "greet/v2");
    assert_eq!(declaration.schedules.len(), 2);
    let worker = &declaration.worker;
    assert_eq!(
        (worker.min_priority, worker.max_priority),
        (Some(-5), Some(10))
    );
    assert_eq!((worker.group_concurrency, worker.batch), (Some(2), None));
    assert_eq!(worker.group_tiers, [("pro", 5), ("not paid", 1)]);
    let input = (declaration.schedules[1].input)().unwrap();
    assert_eq!(input, serde_json::json!({ "name": "Tony" }));
    let values = declaration.options.values();
    assert_eq!(
        (values.retry_delay, values.retry_delay_max),
        (Some(30), Some(3600))
    );
    assert_eq!(values.dead_letter.as_deref(), Some("failed_greetings"));
}
