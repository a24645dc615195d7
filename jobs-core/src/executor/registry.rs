//! The jobs that are linked into this program, and their handlers.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::batch::BatchHandler;
use super::run::{BoxFuture, Handler, decode};
use crate::{
    Declaration, Error, ErrorKind, Executor, Extensions, Failure, Job, Outcome, Run, SourceLocation,
};

/// One job that is linked into this program. Generated code registers it.
#[derive(Clone, Copy)]
pub struct Registered {
    executor: fn() -> TypeId,
    declaration: fn() -> &'static Declaration,
    /// The declaration in its place, if its queue has another name.
    elsewhere: Option<&'static Declaration>,
    entities: fn(&Extensions) -> Result<(), Error>,
    input: fn(Option<&str>) -> Result<(), Failure>,
    handler: Handler,
}

inventory::collect!(Registered);

impl Registered {
    /// Registers a job with its handler.
    pub const fn new<J: Job>(handler: fn(Run) -> BoxFuture<Outcome>) -> Self {
        Self::of::<J>(Handler::One(handler))
    }

    /// Registers a job whose handler takes several jobs at once.
    pub const fn batched<J: Job>(handler: BatchHandler) -> Self {
        Self::of::<J>(Handler::Batch(handler))
    }

    const fn of<J: Job>(handler: Handler) -> Self {
        Self {
            executor: TypeId::of::<J::Executor>,
            declaration: J::declaration,
            elsewhere: None,
            entities: |provided| J::entities(provided).map(drop),
            input: |input| decode::<J::Input>(input).map(drop),
            handler,
        }
    }

    /// The job with this declaration, whatever its executor.
    pub(crate) fn of_declaration(declaration: &'static Declaration) -> Option<&'static Self> {
        let mut all = inventory::iter::<Self>();
        all.find(|job| std::ptr::eq(job.declaration(), declaration))
    }

    /// The job of this name with the same executor.
    pub(crate) fn beside(&self, name: &str) -> Option<&'static Self> {
        let mut all = inventory::iter::<Self>();
        all.find(|job| (job.executor)() == (self.executor)() && job.declaration().name == name)
    }

    /// The job's declaration.
    pub fn declaration(&self) -> &'static Declaration {
        self.elsewhere.unwrap_or_else(self.declaration)
    }

    /// Checks that JSON text decodes as the job's input; `None` stands for null.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] naming the field that does not decode.
    pub fn check_input(&self, input: Option<&str>) -> Result<(), Error> {
        (self.input)(input).map_err(|failure| {
            let name = self.declaration().name;
            let message = format!("the input does not fit job `{name}`");
            Error::because(ErrorKind::BadInput, message, &failure)
        })
    }

    /// The same job with a queue whose name begins with this. The queues that its options name begin with it too.
    fn with_queue_prefix(&'static self, prefix: &str) -> &'static Self {
        /// Registered jobs live as long as the program, these too: one for each job and prefix.
        static MADE: LazyLock<Mutex<HashMap<(String, usize), &'static Registered>>> =
            LazyLock::new(Mutex::default);
        let key = (prefix.to_owned(), std::ptr::from_ref(self).addr());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(key).or_insert_with(|| {
            let declaration = self.declaration().with_queue_prefix(prefix);
            let elsewhere = Some(&*Box::leak(Box::new(declaration)));
            Box::leak(Box::new(Self { elsewhere, ..*self }))
        })
    }

    /// The handler, if it takes several jobs at once.
    pub fn batch_handler(&self) -> Option<BatchHandler> {
        match self.handler {
            Handler::Batch(handler) => Some(handler),
            Handler::One(_) => None,
        }
    }

    pub(crate) fn handler(&self) -> Handler {
        self.handler
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.declaration().fmt(f)
    }
}

/// The jobs of one executor type, by name.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    jobs: HashMap<&'static str, &'static Registered>,
}

impl Registry {
    /// Collects every job of this executor type that is linked into the program.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if two jobs have the same name; it names the places of both.
    pub fn linked<E: Executor>() -> Result<Self, Error> {
        let mut registry = Self::default();
        let mut twice = Vec::new();
        for job in inventory::iter::<Registered>() {
            if (job.executor)() != TypeId::of::<E>() {
                continue;
            }
            let declaration = job.declaration();
            if let Some(other) = registry.jobs.insert(declaration.name, job) {
                twice.push(collision(
                    declaration.name,
                    other.declaration().place,
                    declaration.place,
                ));
            }
        }
        twice.sort();
        match twice.is_empty() {
            true => Ok(registry),
            false => Err(Error::new(ErrorKind::Configuration, twice.join("; "))),
        }
    }

    /// The same jobs, with queues whose names begin with this.
    #[must_use]
    pub fn with_queue_prefix(mut self, prefix: &str) -> Self {
        for job in self.jobs.values_mut() {
            *job = job.with_queue_prefix(prefix);
        }
        self
    }

    /// Keeps only the jobs of these names.
    #[must_use]
    pub fn only(mut self, names: &[&str]) -> Self {
        self.jobs.retain(|name, _| names.contains(name));
        self
    }

    /// The job of this name.
    pub fn find(&self, name: &str) -> Option<&'static Registered> {
        self.jobs.get(name).copied()
    }

    /// All jobs, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Registered> {
        self.jobs.values().copied()
    }

    /// Whether there are no jobs.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Checks that the delegates of every job's entities are provided.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] naming every job of which a delegate is not provided.
    pub fn check(&self, provided: &Extensions) -> Result<(), Error> {
        let mut missing: Vec<String> = self
            .iter()
            .filter_map(|job| {
                let Declaration { name, place, .. } = job.declaration();
                let error = (job.entities)(provided).err()?;
                Some(format!("job `{name}` ({place}): {error}"))
            })
            .collect();
        missing.sort();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Configuration, missing.join("; "))),
        }
    }
}

// The order of linking is arbitrary: sorted, the message is the same each time.
fn collision(name: &str, one: SourceLocation, other: SourceLocation) -> String {
    let mut places = [one.to_string(), other.to_string()];
    places.sort();
    let [one, other] = places;
    format!(
        "two jobs are named `{name}`: at {one} and at {other}; give one of them another `name = \"...\"`"
    )
}

/// Jobs as one type: a handle, or a tuple of handles. Tuples may hold tuples, so a set can have any number of jobs.
///
/// ```
/// # use jobs_core::{JobSet, Memory, job};
/// # #[job(executor = Memory)] async fn send_mail() {}
/// # #[job(executor = Memory)] async fn send_letter() {}
/// # #[job(executor = Memory)] async fn bill() {}
/// type Post = (SendMail, SendLetter);
/// assert_eq!(<(Post, Bill)>::names(), ["send_mail", "send_letter", "bill"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of jobs",
    label = "not a set of jobs",
    note = "give a job's handle (`SendMail`), or a tuple of up to 16 handles or of such tuples: `((A, B), (C, D))`"
)]
pub trait JobSet {
    /// The names of the jobs.
    fn names() -> Vec<&'static str>;
}

impl<J: Job> JobSet for J {
    fn names() -> Vec<&'static str> {
        vec![J::NAME]
    }
}

macro_rules! job_sets {
    () => {};
    ($first:ident $($rest:ident)*) => {
        impl<$first: JobSet, $($rest: JobSet),*> JobSet for ($first, $($rest,)*) {
            fn names() -> Vec<&'static str> {
                [$first::names(), $($rest::names()),*].concat()
            }
        }
        job_sets!($($rest)*);
    };
}

job_sets!(A B C D E F G H I J K L M N O P);
