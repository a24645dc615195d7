//! A job with its due time and its options, before it is stored.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;

use uuid::Uuid;

use crate::executor::{Keeper, keeper};
use crate::{
    Enqueued, Error, ErrorKind, Executor, Group, IntoInstant, IntoJobOptions, IntoSeconds,
    IntoStartAfter, IntoUnit, Job, JobOptions, Request, StartAfter, SubmittedJob,
};
use jobs_rules::in_units;

/// A job that is about to be submitted: its due time, its options and its executor.
///
/// A handle makes one with `delay`, `run_at`, `run_in`, `run_now` or `with`. If a method is called twice, the later call wins. A
/// value that is not valid is an error of the `submit` at the end of the chain, which then stores nothing.
///
/// ```
/// # use std::time::Duration;
/// # use jobs_core::{Memory, Unit, job};
/// #[job(executor = Memory)]
/// async fn send_mail(address: String) {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jobs_core::Error> {
/// let memory = Memory::new();
/// let job = SendMail::delay("90s")
///     .retry_limit(5)
///     .retry_delay(Duration::from_secs(10))
///     .singleton_key("tony")
///     .throttle("1h")
///     .on(&memory)
///     .submit("tony@example.com".into())
///     .await?;
/// assert!(job.is_new());
///
/// let addresses = ["a@example.com", "b@example.com"].map(String::from);
/// let jobs = SendMail::run_in(2, Unit::Days).on(&memory).submit_many(addresses).await?;
/// assert_eq!(jobs.len(), 2);
/// # Ok(()) }
/// ```
#[must_use = "nothing is submitted until `.submit(input).await`"]
pub struct Submission<J: Job> {
    start_after: Option<Result<StartAfter, Error>>,
    options: JobOptions,
    executor: Option<J::Executor>,
    job: PhantomData<fn() -> J>,
}

impl<J: Job> fmt::Debug for Submission<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("job", &J::NAME)
            .field("start_after", &self.start_after)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The inputs of [`submit_many`](Submission::submit_many): a `Vec`, an array or any other iterator over them.
#[diagnostic::on_unimplemented(
    message = "`submit_many` takes inputs by value, and `{Self}` does not hold `{Input}`",
    label = "does not give `{Input}` by value",
    note = "give a `Vec`, an array or an iterator of `{Input}`: `inputs` in place of `&inputs`, or `inputs.iter().cloned()`"
)]
pub trait Inputs<Input> {
    /// Converts it into an iterator.
    fn into_inputs(self) -> impl Iterator<Item = Input>;
}

#[diagnostic::do_not_recommend]
impl<I: IntoIterator, Input: InputFrom<I::Item>> Inputs<Input> for I {
    fn into_inputs(self) -> impl Iterator<Item = Input> {
        self.into_iter().map(Input::input_from)
    }
}

/// Every type implements this for itself. Unlike `IntoIterator<Item = Input>`, such a bound lets the compiler show the message of
/// [`Inputs`].
pub trait InputFrom<T> {
    /// Returns the value.
    fn input_from(given: T) -> Self;
}

impl<T> InputFrom<T> for T {
    fn input_from(given: T) -> Self {
        given
    }
}

impl<J: Job> Default for Submission<J> {
    fn default() -> Self {
        Self {
            start_after: None,
            options: JobOptions::default(),
            executor: None,
            job: PhantomData,
        }
    }
}

/// When it is due.
impl<J: Job> Submission<J> {
    /// Begins a submission with the job's own options, due at once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the job due after whole seconds, a [`Duration`](std::time::Duration) or a text such as `"90s"` or `"1h 30m"`; or at a
    /// date, or at a text as in RFC 3339, which is in UTC if it names no zone. A delay is at most ten years long: for a later time,
    /// and for a Unix time, use [`run_at`](Self::run_at).
    pub fn delay(mut self, delay: impl IntoStartAfter) -> Self {
        self.start_after = Some(delay.into_start_after());
        self
    }

    /// Makes the job due at once.
    pub fn run_now(mut self) -> Self {
        self.start_after = Some(Ok(StartAfter::Now));
        self
    }

    /// Makes the job due at this instant: a chrono `DateTime`, a [`SystemTime`](std::time::SystemTime), or a text as in RFC 3339,
    /// which is in UTC if it names no zone. An instant in the past means at once.
    pub fn run_at(mut self, when: impl IntoInstant) -> Self {
        self.start_after = Some(when.into_instant().map(StartAfter::At));
        self
    }

    /// Makes the job due after `n` units. Months, quarters and years are calendar steps.
    pub fn run_in(mut self, n: impl TryInto<i64>, unit: impl IntoUnit) -> Self {
        self.start_after = Some(in_units(n, unit));
        self
    }
}

/// Options of this submission. Each wins over the job's, which wins over the queue's.
impl<J: Job> Submission<J> {
    /// Adds these options; they win over those of earlier calls.
    pub fn with(mut self, options: JobOptions) -> Self {
        self.options = options.over(&self.options);
        self
    }

    /// How many more attempts may follow the first.
    pub fn retry_limit(self, limit: u32) -> Self {
        self.with(JobOptions::new().retry_limit(limit))
    }

    /// How long a failed attempt waits for the next: whole seconds.
    pub fn retry_delay(self, delay: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().retry_delay(delay))
    }

    /// Whether the retry delay doubles with each attempt; a part of it is random.
    pub fn retry_backoff(self, backoff: bool) -> Self {
        self.with(JobOptions::new().retry_backoff(backoff))
    }

    /// The maximum of a retry delay with backoff.
    pub fn retry_delay_max(self, longest: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().retry_delay_max(longest))
    }

    /// How long an attempt may take: 1 second to 24 hours.
    pub fn expire_in(self, time: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().expire_in(time))
    }

    /// How long a job that no worker fetches is kept after it was due.
    pub fn retention(self, time: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().retention(time))
    }

    /// How long an ended job is kept; 0 keeps it for ever.
    pub fn delete_after(self, time: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().delete_after(time))
    }

    /// After how long without a heartbeat a running job is taken from its worker: 10 seconds or more.
    pub fn heartbeat(self, time: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().heartbeat(time))
    }

    /// Jobs with a higher priority run first; the default is 0.
    pub fn priority(self, priority: i32) -> Self {
        self.with(JobOptions::new().priority(priority))
    }

    /// The job whose queue gets a copy if this one fails for good.
    pub fn dead_letter<Other: Job>(self) -> Self {
        self.with(JobOptions::new().dead_letter(Other::NAME))
    }

    /// Deduplication key: the queue's policy, [`throttle`](Self::throttle) and [`debounce`](Self::debounce) treat jobs with the
    /// same key as duplicates.
    pub fn singleton_key(self, key: impl Into<String>) -> Self {
        self.with(JobOptions::new().singleton_key(key))
    }

    /// Stores at most one job, or one of each singleton key, in each slot of this length; a second one is a duplicate.
    pub fn throttle(self, slot: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().throttle(slot))
    }

    /// As [`throttle`](Self::throttle), but a second job is stored for the next slot; a third is a duplicate.
    pub fn debounce(self, slot: impl IntoSeconds) -> Self {
        self.with(JobOptions::new().debounce(slot))
    }

    /// The group whose active jobs a worker may limit: its id (`"tenant"`), or its id and tier (`("tenant", "pro")`).
    pub fn group(self, group: impl Into<Group>) -> Self {
        self.with(JobOptions::new().group(group))
    }

    /// The job's id, instead of a random one. It is unique within the queue: a second job with it is a duplicate.
    pub fn id(self, id: Uuid) -> Self {
        self.with(JobOptions::new().id(id))
    }

    /// Chooses the executor that stores the job.
    ///
    /// Without this it is the executor of the running job, else that of the surrounding `scope(future)`, else the one that this
    /// process started or installed last.
    pub fn on(mut self, executor: &J::Executor) -> Self {
        self.executor = Some(executor.clone());
        self
    }
}

/// What is returned once it is stored.
type Storing<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// The end of the chain.
impl<J: Job> Submission<J> {
    /// Stores the job.
    ///
    /// # Errors
    /// [`ErrorKind::NoExecutor`] if there is no executor; [`ErrorKind::BadInput`] if an option, a time or the input is not valid; or
    /// an error of the storage.
    pub async fn submit(self, input: J::Input) -> Result<SubmittedJob<J>, Error> {
        let mut submitted = self.store(vec![input]).await?;
        submitted.pop().ok_or_else(no_receipt)
    }

    /// Stores the job with more options, which win over those of earlier calls: [`JobOptions`], or a [`serde_json::Value`] in
    /// pg-boss's spelling (`{"retryLimit": 2}`).
    ///
    /// # Errors
    /// As [`submit`](Self::submit), and if the JSON has a member that is not an option.
    // Boxed: a future that has the argument's type among its own is reported three times if that type is wrong.
    pub fn submit_with(
        self,
        input: J::Input,
        options: impl IntoJobOptions,
    ) -> Storing<SubmittedJob<J>> {
        let options = options.into_job_options();
        Box::pin(async { self.with(options?).submit(input).await })
    }

    /// Stores many jobs in one statement: all of them, or none.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    // Boxed as in `submit_with`.
    pub fn submit_many(self, inputs: impl Inputs<J::Input>) -> Storing<Vec<SubmittedJob<J>>> {
        let inputs = inputs.into_inputs().collect();
        Box::pin(self.store(inputs))
    }

    async fn store(self, inputs: Vec<J::Input>) -> Result<Vec<SubmittedJob<J>>, Error> {
        let (keeper, requests) = self.into_requests(inputs)?;
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let receipts = keeper.submit(requests).await?;
        Ok(tracked(&keeper, receipts))
    }

    /// Stores the job through the caller's connection, so that it exists if and only if the caller's transaction commits.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub async fn submit_in(
        self,
        connection: &mut <J::Executor as Executor>::Connection,
        input: J::Input,
    ) -> Result<SubmittedJob<J>, Error> {
        let (keeper, requests) = self.into_requests([input])?;
        let executor = keeper.own()?;
        let receipts = executor.submit_in(connection, requests).await?;
        let mut submitted = tracked(&Keeper::Own(executor), receipts);
        submitted.pop().ok_or_else(no_receipt)
    }

    /// Returns what [`submit`](Self::submit) would store, and its executor: for an executor that offers more than storing.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn into_request(self, input: J::Input) -> Result<(J::Executor, Request), Error> {
        let (keeper, mut requests) = self.into_requests([input])?;
        let request = requests.pop().ok_or_else(no_receipt)?;
        Ok((keeper.own()?, request))
    }

    fn into_requests(
        self,
        inputs: impl IntoIterator<Item = J::Input>,
    ) -> Result<(Keeper<J::Executor>, Vec<Request>), Error> {
        let keeper = match self.executor {
            Some(executor) => Keeper::Own(executor),
            None => keeper()?,
        };
        let declaration = J::declaration();
        let mut options = self.options.over(&declaration.options);
        options.check()?;
        let from_options = options.take_start_after();
        let start_after = match self.start_after {
            Some(start_after) => start_after?,
            None => from_options.unwrap_or(StartAfter::Now),
        };
        start_after.check()?;
        let request = |input: J::Input| {
            Ok(Request {
                declaration,
                input: encode(declaration.name, &input)?,
                start_after: start_after.clone(),
                options: options.clone(),
            })
        };
        let requests = inputs
            .into_iter()
            .map(request)
            .collect::<Result<_, Error>>()?;
        Ok((keeper, requests))
    }
}

fn encode(name: &str, input: &impl serde::Serialize) -> Result<Option<String>, Error> {
    let text = serde_json::to_string(input).map_err(|error| {
        let message = format!("cannot encode the input of job `{name}` as JSON");
        Error::because(ErrorKind::BadInput, message, &error)
    })?;
    Ok((text != "null").then_some(text))
}

fn tracked<J: Job>(keeper: &Keeper<J::Executor>, receipts: Vec<Enqueued>) -> Vec<SubmittedJob<J>> {
    let receipts = receipts.into_iter();
    receipts
        .map(|receipt| SubmittedJob::kept(keeper.clone(), receipt))
        .collect()
}

fn no_receipt() -> Error {
    Error::new(
        ErrorKind::Refused,
        "the executor gave no receipt for the job",
    )
}

#[cfg(test)]
mod tests {
    use jobs_rules::JobOption;

    #[test]
    fn every_option_has_a_method() {
        let source = include_str!("submission.rs");
        for option in JobOption::ALL {
            let method = match option {
                JobOption::SingletonSeconds => "throttle",
                JobOption::SingletonNextSlot => "debounce",
                JobOption::StartAfter => "delay",
                option => option.rust_name(),
            };
            let is_one = [format!("pub fn {method}("), format!("pub fn {method}<")];
            assert!(
                is_one.iter().any(|start| source.contains(start)),
                "{option}"
            );
        }
    }
}
