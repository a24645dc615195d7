//! The attribute `#[job]` and the derive `Entity`.
//!
//! Both turn syntax into syntax; the rules that they apply are those of `jobs-rules`. Each takes three steps:
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
/// /// Greets a person and lists the tasks.
/// #[job(executor = PgBoss, entities = [Task], schedule = "0 * * * *")]
/// async fn my_special_job(input: Greeting, ctx: Context<MySpecialJob>) -> Result<Tasks, JobError> {
///     Ok(Tasks { tasks: ctx.entities.task.find_many().await? })
/// }
///
/// MySpecialJob::delay(10).submit(Greeting { name: "Tony".into() }).await?;
/// ```
///
/// The function stays as it is written, and callable. The attribute adds its *handle*, a type with the function's name in upper
/// camel case, which submits the job; `MySpecialJobEntities`, the type of `ctx.entities`; and the job's registration: every
/// executor of its type knows a job that is linked into the program.
///
/// # The function
///
/// An `async fn`, or a plain `fn` with `blocking`. It takes an input that serde can store and read back, and then
/// `ctx: Context<Handle>`; each may be left out. It returns nothing, a value that serde can store and read back, or a `Result` of
/// one, by whatever alias. The error converts into a `JobError`: every `std::error::Error`, `anyhow::Error`, `eyre::Report`, texts
/// and boxed errors do.
///
/// With `worker(batch = 10)` it takes `inputs: Vec<T>`, of up to ten jobs that were submitted with a `T` each; `ctx.batch()` are
/// these jobs, in the same order. It returns `()` or `Result<(), E>` for all of them together, or a `Vec<Result<T, E>>` with a
/// result for each in the order of the inputs, which may be in a `Result` too. A job whose input cannot be read back, or that was
/// cancelled, does not affect the others.
///
/// # The arguments
///
/// | argument | meaning |
/// |---|---|
/// | `executor = Type` | the type of the executor that keeps and runs the job; required |
/// | `entities = [A, B]` | what `ctx.entities` holds: a field for each, named in snake case |
/// | `name = "..."` | the job's name in the database, and its queue's; default: the function's name |
/// | `handle = Name` | the handle's name; default: the function's name in upper camel case |
/// | `options(...)` | defaults of every submission: `retry_limit`, `retry_delay`, `retry_backoff`, `retry_delay_max`, `expire_in`, `retention`, `delete_after`, `heartbeat`, `priority`, `dead_letter` |
/// | `queue(...)` | `policy = "..."` (`standard`, `short`, `singleton`, `stately`, `exclusive`, `key_strict_fifo`), `partition`, `notify = false` |
/// | `worker(...)` | `concurrency`: how many of these jobs, or batches of them, may run at once in this process; `batch = n`: the function takes several jobs at once; `min_priority`, `max_priority`: only such jobs are taken; `group_concurrency`: how many jobs of one group may run at once, over all processes, and `group_tiers(pro = 5, "any name" = 1)` the same for groups of a tier |
/// | `schedule = "cron"` | when to submit the job by itself, in UTC; the input type must have a `Default` |
/// | `schedule(...)` | the same with `cron`, `tz`, `input = expression`, `options(...)`, `missed = "skip"`, `"once"` or `"all"`, and a `key` for each of several schedules |
/// | `blocking` | the function is a plain one and runs on the pool for blocking work |
/// | `crate = path` | where the library is, if it is not a dependency by its own name |
///
/// Times are seconds or text such as `"90s"`, `"15m"`, `"2h"`, `"7d"`. `dead_letter` is a queue's name or another job's
/// handle. Cron expressions, zones, durations, bounds, names and types are checked while compiling.
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    job::expand(arguments.into(), item.into()).into()
}

/// Makes a struct an entity: a row of a table, which jobs reach through `ctx.entities`.
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
/// | `#[entity(skip)]` on a field | the field is not a column |
/// | `#[entity(crate = path)]` on the struct | where `jobs-pg` is, if it is not a dependency by its own name |
///
/// Of sqlx's own attributes, `rename`, `rename_all`, `json` and `skip` count here as they do there.
#[proc_macro_derive(Entity, attributes(entity))]
pub fn entity(item: TokenStream) -> TokenStream {
    entity::expand(item.into()).into()
}
