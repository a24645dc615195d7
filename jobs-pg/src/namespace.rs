//! Environments and products: their jobs are in queues of their own.

use std::borrow::Cow;
use std::sync::OnceLock;

use jobs_core::executor::{JobKey, Registered, Registry, Request};
use jobs_core::{Error, ErrorKind, JobOptions};
use jobs_rules::check_name;

use crate::PgBoss;

/// The length of the name of an environment or a product, in bytes.
const MAX_NAME: usize = 200;

/// Where the queues of this process's jobs are: `<product>/<env>/<job>`, or the job's name where neither is set.
#[derive(Debug, Default)]
pub(crate) struct Namespace {
    /// What the names of the queues begin with: `billing/prd/`, or nothing.
    prefix: String,
    linked: OnceLock<Registry>,
}

impl Namespace {
    /// # Errors
    /// If one of the two is missing, or cannot be part of the name of a queue.
    pub(crate) fn new(product: Option<&str>, env: Option<&str>) -> Result<Self, Error> {
        let prefix = match (product, env) {
            (None, None) => String::new(),
            (Some(product), Some(env)) => {
                check("the product", product)?;
                check("the environment", env)?;
                format!("{product}/{env}/")
            }
            (Some(_), None) => return Err(half("product(\"..\")", "env(\"..\")")),
            (None, Some(_)) => return Err(half("env(\"..\")", "product(\"..\")")),
        };
        Ok(Self {
            prefix,
            linked: OnceLock::new(),
        })
    }

    /// What tells the schedules of one program in several namespaces apart: its name, and the namespace.
    pub(crate) fn application(&self, name: &str) -> String {
        match self.prefix.strip_suffix('/') {
            Some(namespace) => format!("{name} {namespace}"),
            None => name.to_owned(),
        }
    }

    /// The jobs that are linked into this program, with their queues here.
    ///
    /// # Errors
    /// As [`Registry::linked`].
    pub(crate) fn linked(&self) -> Result<&Registry, Error> {
        if let Some(linked) = self.linked.get() {
            return Ok(linked);
        }
        let mut linked = Registry::linked::<PgBoss>()?;
        if !self.prefix.is_empty() {
            linked = linked.with_queue_prefix(&self.prefix);
        }
        Ok(self.linked.get_or_init(|| linked))
    }

    /// The queue of a job.
    pub(crate) fn queue<'a>(&self, job: &'a str) -> Cow<'a, str> {
        match self.prefix.is_empty() {
            true => job.into(),
            false => format!("{}{job}", self.prefix).into(),
        }
    }

    /// The queue of a job, and its options with the names of queues here.
    pub(crate) fn place(&self, job: &str, options: JobOptions) -> (String, JobOptions) {
        let options = options.with_queue_prefix(&self.prefix);
        (self.queue(job).into_owned(), options)
    }

    /// A job by its queue, in place of its name.
    pub(crate) fn key(&self, job: &JobKey) -> JobKey {
        JobKey {
            name: self.queue(&job.name).into_owned(),
            id: job.id,
        }
    }

    /// The same submission for the queue here.
    ///
    /// # Errors
    /// As [`Registry::linked`].
    pub(crate) fn request(&self, mut request: Request) -> Result<Request, Error> {
        if self.prefix.is_empty() {
            return Ok(request);
        }
        if let Some(job) = self.linked()?.find(request.declaration.name) {
            request.declaration = job.declaration();
            request.options = request.options.with_queue_prefix(&self.prefix);
        }
        Ok(request)
    }

    /// The linked job of a queue, if the queue is one of these.
    ///
    /// # Errors
    /// As [`Registry::linked`].
    pub(crate) fn job(&self, queue: &str) -> Result<Option<&'static Registered>, Error> {
        let linked = self.linked()?;
        let name = queue.strip_prefix(&self.prefix);
        Ok(name.and_then(|name| linked.find(name)))
    }

    /// Whether a queue may be one of these; without a namespace, what looks like a queue of one is not.
    pub(crate) fn has(&self, queue: &str) -> bool {
        match self.prefix.is_empty() {
            true => queue.matches('/').count() < 2,
            false => queue.starts_with(&self.prefix),
        }
    }
}

fn check(what: &'static str, name: &str) -> Result<(), Error> {
    let refused = |why: String| Error::new(ErrorKind::Configuration, why);
    check_name(what, name).map_err(|error| refused(error.to_string()))?;
    if name.len() > MAX_NAME {
        let why = format!(
            "{what} has a name of {} bytes; at most {MAX_NAME} are allowed",
            name.len()
        );
        return Err(refused(why));
    }
    match name.contains('/') {
        true => Err(refused(format!(
            "{what} `{name}` contains a `/`, which stands between the parts of a queue's name"
        ))),
        false => Ok(()),
    }
}

fn half(given: &str, missing: &str) -> Error {
    let message = format!("`{given}` needs `{missing}`: queues are named `<product>/<env>/<job>`");
    Error::new(ErrorKind::Configuration, message)
}
