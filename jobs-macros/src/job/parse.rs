//! The arguments of `#[job(...)]` as written, with their spans.

mod worker;

pub(crate) use worker::Worker;

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, LitStr, Path, Result, Token, Type, bracketed, token};

use super::words::{self, Level};
use crate::arguments::{
    Form, Misread, Once, assigned, flag, listed, read_each, set_twice, text, value,
};
use crate::errors::Errors;

const EXECUTOR: Form = Form::new("executor", "a type", "executor = PgBoss");
const ENTITIES: Form = Form::new("entities", "a list of types", "entities = [Task]");
const NAME: Form = Form::new("name", "a name as text", "name = \"send_mail\"");
const HANDLE: Form = Form::new("handle", "a name", "handle = SendMailJob");
const OPTIONS: Form = Form::new("options", "a value", "options(retry_limit = 3)");
const QUEUE: Form = Form::new("queue", "settings", "queue(policy = \"short\")");
const WORKER: Form = Form::new("worker", "settings", "worker(concurrency = 2)");
const SCHEDULE: Form = Form::new(
    "schedule",
    "a cron expression as text",
    "schedule = \"0 * * * *\"",
);
const BLOCKING: Form = Form::new("blocking", "the word alone", "blocking");
const CRATE: Form = Form::new("crate", "a path", "crate = path::to::jobs_pg");
const TOP: [Form; 10] = [
    EXECUTOR, ENTITIES, NAME, HANDLE, OPTIONS, QUEUE, WORKER, SCHEDULE, BLOCKING, CRATE,
];

const POLICY: Form = Form::new(
    "policy",
    "the name of a policy as text",
    "policy = \"short\"",
);
const PARTITION: Form = Form::new("partition", "`true` or `false`", "partition = true");
const NOTIFY: Form = Form::new("notify", "`true` or `false`", "notify = false");
const IN_QUEUE: [Form; 3] = [POLICY, PARTITION, NOTIFY];

const CRON: Form = Form::new("cron", "a cron expression as text", "cron = \"0 * * * *\"");
const TZ: Form = Form::new(
    "tz",
    "the name of a time zone as text",
    "tz = \"Europe/Berlin\"",
);
const INPUT: Form = Form::new("input", "an expression", "input = Greeting::default()");
const MISSED: Form = Form::new(
    "missed",
    "`\"skip\"`, `\"once\"` or `\"all\"`",
    "missed = \"once\"",
);
const KEY: Form = Form::new("key", "a name as text", "key = \"nightly\"");
const IN_SCHEDULE: [Form; 6] = [CRON, TZ, INPUT, OPTIONS, MISSED, KEY];

/// Everything between the brackets of the attribute.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) executor: Once<Type>,
    pub(crate) entities: Once<Vec<Type>>,
    pub(crate) name: Once<LitStr>,
    pub(crate) handle: Once<Ident>,
    pub(crate) options: Once<Options>,
    pub(crate) queue: Once<Queue>,
    pub(crate) worker: Once<Worker>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) blocking: Once<bool>,
    pub(crate) library: Once<Path>,
    misread: Misread,
}

/// The inside of an `options(...)`, in order.
pub(crate) type Options = Vec<(Ident, Expr)>;

/// The inside of a `queue(...)`.
#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) policy: Once<LitStr>,
    pub(crate) partition: Once<bool>,
    pub(crate) notify: Once<bool>,
}

/// One `schedule = "..."` or `schedule(...)`.
pub(crate) struct Schedule {
    /// The word `schedule`.
    pub(crate) word: Ident,
    pub(crate) cron: Once<LitStr>,
    pub(crate) tz: Once<LitStr>,
    pub(crate) input: Once<Expr>,
    pub(crate) options: Once<Options>,
    pub(crate) missed: Once<LitStr>,
    pub(crate) key: Once<LitStr>,
    misread: Misread,
}

impl Schedule {
    /// Whether there is no cron expression, nor a misspelt one.
    pub(crate) fn lacks_cron(&self) -> bool {
        let is_meant = |name| self.misread.is_meant(name);
        self.cron.is_unset() && !is_meant(CRON.name) && !is_meant("every")
    }
}

impl Arguments {
    /// Reads all arguments. Those that cannot be read are noted and left out.
    pub(crate) fn read(input: ParseStream<'_>, errors: &mut Errors) -> Self {
        let mut all = Self::default();
        all.misread = read_each(input, errors, |key, input, errors| {
            all.one(key, input, errors)
        });
        all
    }

    /// Whether there is no executor, nor a misspelt one.
    pub(crate) fn lacks_executor(&self) -> bool {
        self.executor.is_unset() && !self.misread.is_meant(EXECUTOR.name)
    }

    fn one(&mut self, key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        match key.to_string().as_str() {
            "executor" => self.executor.set(key, executor(key, input)),
            "entities" => self.entities.set(
                key,
                assigned(key, ENTITIES, input).map(|TypeList(types)| types),
            ),
            "name" => self.name.set(key, text(key, NAME, input)),
            "handle" => self.handle.set(key, assigned(key, HANDLE, input)),
            "options" => self.options.set(key, options(key, input, errors)),
            "queue" => self.queue.set(key, queue(key, input, errors)),
            "worker" => self.worker.set(key, worker::worker(key, input, errors)),
            "schedule" => {
                self.schedules.push(schedule(key, input, errors)?);
                Ok(())
            }
            "blocking" => self.blocking.set(key, flag(key, BLOCKING, input)),
            "crate" => self.library.set(key, assigned(key, CRATE, input)),
            "transactional" => Err(unsupported(key, "leave it out")),
            _ => Err(unknown(Level::Job, key, input, &TOP)),
        }
    }
}

fn executor(key: &Ident, input: ParseStream<'_>) -> Result<Type> {
    let executor = assigned(key, EXECUTOR, input)?;
    if input.peek(token::Paren) || input.peek(token::Brace) {
        let message = "the executor is a type, not a value; write `executor = PgBoss`, and make the value in `main` with \
             `PgBoss::connect(url).await`";
        return Err(Error::new_spanned(&executor, message));
    }
    Ok(executor)
}

/// `[A, B]`
struct TypeList(Vec<Type>);

impl Parse for TypeList {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(token::Bracket) {
            return Err(input.error("expected a list in square brackets"));
        }
        let content;
        bracketed!(content in input);
        let types = Punctuated::<Type, Token![,]>::parse_terminated(&content)?;
        Ok(Self(types.into_iter().collect()))
    }
}

fn options(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<Options> {
    let mut all = Options::new();
    read_each(&listed(key, OPTIONS, input)?, errors, |key, input, _| {
        if all.iter().any(|(other, _)| other == key) {
            return Err(set_twice(key));
        }
        all.push((key.clone(), value(key, OPTIONS, input)?));
        Ok(())
    });
    Ok(all)
}

fn queue(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<Queue> {
    if input.peek(Token![=]) && input.peek2(LitStr) {
        input.parse::<Token![=]>()?;
        let name: LitStr = input.parse()?;
        let message = format!(
            "a queue has the name of its job; write `name = {:?}`",
            name.value()
        );
        return Err(Error::new(key.span(), message));
    }
    let mut queue = Queue::default();
    read_each(
        &listed(key, QUEUE, input)?,
        errors,
        |key, input, _| match key.to_string().as_str() {
            "policy" => queue.policy.set(key, text(key, POLICY, input)),
            "partition" => queue.partition.set(key, flag(key, PARTITION, input)),
            "notify" => queue.notify.set(key, flag(key, NOTIFY, input)),
            _ => Err(unknown(Level::Queue, key, input, &IN_QUEUE)),
        },
    );
    Ok(queue)
}

fn schedule(word: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<Schedule> {
    let mut schedule = Schedule {
        word: word.clone(),
        cron: Once::default(),
        tz: Once::default(),
        input: Once::default(),
        options: Once::default(),
        missed: Once::default(),
        key: Once::default(),
        misread: Misread::default(),
    };
    if input.peek(Token![=]) && (input.peek2(token::Bracket) || input.peek2(token::Brace)) {
        let message = "one `schedule` has one cron expression; write `schedule(cron = \"0 * * * *\", key = \"hourly\")` for each of them";
        return Err(Error::new(word.span(), message));
    }
    if !input.peek(token::Paren) {
        schedule.cron.set(word, text(word, SCHEDULE, input))?;
        return Ok(schedule);
    }
    let misread = read_each(
        &listed(word, SCHEDULE, input)?,
        errors,
        |key, input, errors| match key.to_string().as_str() {
            "cron" => schedule.cron.set(key, text(key, CRON, input)),
            "tz" => schedule.tz.set(key, text(key, TZ, input)),
            "input" => schedule.input.set(key, assigned(key, INPUT, input)),
            "options" => schedule.options.set(key, options(key, input, errors)),
            "missed" => schedule.missed.set(key, text(key, MISSED, input)),
            "key" => schedule.key.set(key, text(key, KEY, input)),
            "every" => Err(unsupported(key, "write the times as `cron = \"...\"`")),
            "limit" | "until" => Err(unsupported(key, "leave it out")),
            _ => Err(unknown(Level::Schedule, key, input, &IN_SCHEDULE)),
        },
    );
    schedule.misread = misread;
    Ok(schedule)
}

fn unknown(level: Level, key: &Ident, input: ParseStream<'_>, known: &[Form]) -> Error {
    let known: Vec<_> = known.iter().map(|form| form.name).collect();
    let ahead = input.fork();
    let value = ahead.parse::<Token![=]>().and_then(|_| ahead.parse());
    words::unknown(level, key, value.ok().as_ref(), &known)
}

fn unsupported(key: &Ident, instead: &str) -> Error {
    Error::new(
        key.span(),
        format!("`{key}` is not supported yet; {instead}"),
    )
}

#[cfg(test)]
mod tests;
