//! The attribute `#[job]` and the derive `Entity`.
//!
//! Both read syntax and write syntax; the rules they apply are those of `jobs-rules`. Each goes through three steps:
//! `parse` (what was written, with its place), `validate` (every rule, every message) and `expand` (only quoting).
//! People use them through `jobs-pg` or `jobs-core`, which re-export them.

mod arguments;
mod entity;
mod errors;
mod job;
mod library;
mod names;

use proc_macro::TokenStream;

/// Makes a function a background job.
///
/// ```text
/// /// Greets somebody and lists the tasks.
/// #[job(executor = PgBoss, entities = [Task], schedule = "0 * * * *")]
/// async fn my_special_job(input: Greeting, ctx: Context<MySpecialJob>) -> Result<Tasks, JobError> {
///     Ok(Tasks { tasks: ctx.entities.task.find_many().await? })
/// }
///
/// MySpecialJob::delay(10).submit(Greeting { name: "Tony".into() }).await?;
/// ```
///
/// The function stays as it is written, and callable. Beside it stands its *handle*, a type of the function's name in upper
/// camel case, which submits the job; `MySpecialJobEntities`, what `ctx.entities` holds; and the job's registration with
/// every executor of its type, as soon as it is linked in.
///
/// # The function
///
/// An `async fn`, or a plain `fn` with `blocking`. It takes, each if it wants, an input that serde can store and read back,
/// and then `ctx: Context<Handle>`. It returns nothing, a value that serde can store and read back, or a `Result` of one
/// whose error converts into a `JobError`, as every `std::error::Error` does.
///
/// With `worker(batch = 10)` it takes `inputs: Vec<T>`, of up to ten jobs that were submitted with a `T` each; `ctx.batch()` are
/// these jobs, in the same order. It returns `()` or `Result<(), E>` for all of them together, or a `Vec<Result<T, E>>` with a
/// result for each in the order of the inputs, which may stand in a `Result` too. A job whose input cannot be read back, or
/// that was cancelled, does not touch the others.
///
/// # The arguments
///
/// | argument | meaning |
/// |---|---|
/// | `executor = Type` | who keeps and runs the job; required |
/// | `entities = [A, B]` | what `ctx.entities` holds: a field for each, named in snake case |
/// | `name = "..."` | the job's name in the database, and its queue's; without it the function's name |
/// | `options(...)` | defaults of every submission: `retry_limit`, `retry_delay`, `retry_backoff`, `retry_delay_max`, `expire_in`, `retention`, `delete_after`, `heartbeat`, `priority`, `dead_letter` |
/// | `queue(...)` | `policy = "..."` (`standard`, `short`, `singleton`, `stately`, `exclusive`, `key_strict_fifo`), `partition`, `notify = false` |
/// | `worker(...)` | `concurrency`: how many of these jobs, or batches of them, may run at once in this process; `batch = n`: the function takes several jobs at once; `min_priority`, `max_priority`: only such jobs are taken; `group_concurrency`: how many jobs of one group may run at once, over all processes, and `group_tiers(pro = 5, "any name" = 1)` the same for groups of a tier |
/// | `schedule = "cron"` | when to submit the job by itself, in UTC; the input type must have a `Default` |
/// | `schedule(...)` | the same with `cron`, `tz`, `input = expression`, `options(...)`, `missed = "skip"`, `"once"` or `"all"`, and a `key` that tells several schedules apart |
/// | `blocking` | the function is a plain one and runs on the pool for blocking work |
/// | `crate = path` | where the library is, if it is not a dependency by its own name |
///
/// Times are seconds or text such as `"90s"`, `"15m"`, `"2h"`, `"7d"`. `dead_letter` is a queue's name or another job's
/// handle. Whatever can be checked is checked here: cron expressions, zones, durations, bounds, names, types.
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    job::expand(arguments.into(), item.into()).into()
}

/// Makes a struct that is a row of a table an entity, which jobs reach through `ctx.entities`.
///
/// ```text
/// #[derive(sqlx::FromRow, Entity)]
/// #[entity(table = "task")]
/// struct Task {
///     #[entity(id)]
///     id: i64,
///     description: String,
///     is_done: bool,
/// }
/// ```
///
/// | attribute | meaning |
/// |---|---|
/// | `#[entity(table = "...")]` on the struct | the table: `task`, or `schema.task`; required |
/// | `#[entity(id)]` on a field | the primary key; required, once |
/// | `#[entity(id, generated)]` | the same, made by the database: an insert leaves it out |
/// | `#[entity(skip)]` on a field | no column of the table |
/// | `#[entity(crate = path)]` on the struct | where `jobs-pg` is, if it is not a dependency by its own name |
///
/// Of sqlx's own attributes, `rename`, `rename_all`, `json` and `skip` count here as they do there.
#[proc_macro_derive(Entity, attributes(entity))]
pub fn entity(item: TokenStream) -> TokenStream {
    entity::expand(item.into()).into()
}
