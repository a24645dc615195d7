//! The attribute `#[job]` and the derive `Entity`.
//!
//! Each has three steps: `parse` (the arguments as written, with their spans), `validate` (all rules and messages) and `expand` (only
//! quoting). The rules that also apply at run time are those of `jobs-rules`. Use the macros through `jobs-pg` or `jobs-core`, which
//! re-export them.

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
/// The function stays as it is written, and can still be called. The attribute adds its *handle*, a type with the function's name in
/// upper camel case, which submits the job; `MySpecialJobEntities`, the type of `ctx.entities`; and the job's registration: every
/// executor of the named type knows each job that is linked into the program.
///
/// # The function
///
/// An `async fn`, or a plain `fn` with `blocking`. Its parameters are the input, whose type implements serde's `Serialize` and
/// `DeserializeOwned`, and then `ctx: Context<Handle>`; each may be left out. It returns nothing, a value of such a type, or a `Result`
/// of one, also by an alias. The error must convert into a `JobError`, as every `std::error::Error`, `anyhow::Error`, `eyre::Report`,
/// text and boxed error does.
///
/// With `worker(batch = 10)` it takes `inputs: Vec<T>`, the inputs of up to ten jobs that were each submitted with a `T`;
/// `ctx.batch()` returns these jobs, in the same order. It returns `()` or `Result<(), E>` for all of them together, or a
/// `Vec<Result<T, E>>` with a result for each, in the order of the inputs; this `Vec` may be in a `Result` too. A job whose input does
/// not decode, or that was cancelled, does not affect the others.
///
/// # The arguments
///
/// | argument | meaning |
/// |---|---|
/// | `executor = Type` | the type of the executor that stores and runs the job; required |
/// | `entities = [A, B]` | the fields of `ctx.entities`: one for each entity, named in snake case |
/// | `name = "..."` | the job's name in the database, and its queue's; default: the function's name |
/// | `handle = Name` | the handle's name; default: the function's name in upper camel case |
/// | `options(...)` | defaults of every submission: `retry_limit`, `retry_delay`, `retry_backoff`, `retry_delay_max`, `expire_in`, `retention`, `delete_after`, `heartbeat`, `priority`, `dead_letter` |
/// | `queue(...)` | `policy = "..."` (`standard`, `short`, `singleton`, `stately`, `exclusive`, `key_strict_fifo`), `partition`, `notify = false` |
/// | `worker(...)` | `concurrency`: how many of these jobs, or batches of them, may run at once in this process; `batch = n`: the function takes up to `n` jobs at once; `min_priority`, `max_priority`: only jobs with such a priority are fetched; `group_concurrency`: how many jobs of one group may run at once, over all processes; `group_tiers(pro = 5, "any name" = 1)`: the same for groups of a tier |
/// | `schedule = "cron"` | when the executor submits the job by itself, in UTC; the input type must implement `Default` |
/// | `schedule(...)` | the same with `cron`, `tz`, `input = expression`, `options(...)`, `missed = "skip"`, `"once"` or `"all"`, and a `key` for each of several schedules |
/// | `blocking` | the function is a plain `fn` and runs on a thread of its own |
/// | `crate = path` | the path of the library, if it is not a dependency under its own name |
///
/// Times are seconds or text such as `"90s"`, `"1h 30m"`, `"5 minutes"`, `"7d"`. `dead_letter` is a queue's name or another job's
/// handle. The compiler checks cron expressions, zones, durations, bounds, names and types.
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    job::expand(arguments.into(), item.into()).into()
}

/// Adds code behind an item. Generated code uses it.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn with(code: TokenStream, item: TokenStream) -> TokenStream {
    item.into_iter().chain(code).collect()
}

/// Makes a struct an entity: a row of a table that jobs reach through `ctx.entities`.
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
/// | `#[entity(id, generated)]` | the database generates the primary key: an insert leaves it out |
/// | `#[entity(skip)]` on a field | the field is not a column |
/// | `#[entity(crate = path)]` on the struct | the path of `jobs-pg`, if it is not a dependency under its own name |
///
/// sqlx's own attributes `rename`, `rename_all`, `json` and `skip` have the same meaning here.
#[proc_macro_derive(Entity, attributes(entity))]
pub fn entity(item: TokenStream) -> TokenStream {
    entity::expand(item.into()).into()
}
