//! The conformance suite: what `Memory` passes, and what it says of executors that are broken.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::time::Duration;

use jobs_core::executor::conformance::{Capability, Subject, Suite};
use jobs_core::executor::{Enqueued, JobEnd, JobKey, Request};
use jobs_core::{Error, Executor, JobOptions, Memory, StartAfter};

jobs_core::conformance_jobs!(struct MemoryJobs for Memory);
jobs_core::conformance_jobs!(struct BrokenJobs for Broken);

struct InMemory(Memory);

impl Subject for InMemory {
    type Jobs = MemoryJobs;

    fn executor(&self) -> &Memory {
        &self.0
    }

    async fn run_due(&self) {
        self.0.drain().await.unwrap();
    }

    async fn pass(&self, time: Duration) {
        self.0.travel(time);
    }
}

/// What an executor does wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Breakage {
    Nothing,
    ReceiptsInReverse,
    StoresWhatItCan,
    DelaysAreIgnored,
    RetriesAreIgnored,
    CancelledIsCompleted,
}

/// Memory with one thing broken.
#[derive(Debug, Clone)]
struct Broken {
    memory: Memory,
    breakage: Breakage,
}

impl Executor for Broken {
    const NAME: &'static str = "Broken";
    const TAKES_ALL: bool = true;
    type Connection = Infallible;

    async fn submit(&self, mut requests: Vec<Request>) -> Result<Vec<Enqueued>, Error> {
        match self.breakage {
            Breakage::StoresWhatItCan => {
                let mut receipts = Vec::new();
                for request in requests {
                    receipts.extend(self.memory.submit(vec![request]).await?);
                }
                return Ok(receipts);
            }
            Breakage::DelaysAreIgnored => {
                for request in &mut requests {
                    request.start_after = StartAfter::Now;
                }
            }
            Breakage::RetriesAreIgnored => {
                for request in &mut requests {
                    let options = JobOptions::new().retry_limit(0);
                    request.options = options.over(&request.options);
                }
            }
            _ => {}
        }
        let mut receipts = self.memory.submit(requests).await?;
        if self.breakage == Breakage::ReceiptsInReverse {
            receipts.reverse();
        }
        Ok(receipts)
    }

    async fn submit_in(
        &self,
        connection: &mut Infallible,
        _: Vec<Request>,
    ) -> Result<Vec<Enqueued>, Error> {
        match *connection {}
    }

    async fn end_of(&self, job: &JobKey) -> Result<JobEnd, Error> {
        let end = self.memory.end_of(job).await?;
        Ok(match end {
            JobEnd::Cancelled(output) if self.breakage == Breakage::CancelledIsCompleted => {
                JobEnd::Completed(output)
            }
            end => end,
        })
    }
}

impl Subject for Broken {
    type Jobs = BrokenJobs;

    fn executor(&self) -> &Self {
        self
    }

    async fn run_due(&self) {
        self.memory.drain().await.unwrap();
    }

    async fn pass(&self, time: Duration) {
        self.memory.travel(time);
    }
}

fn suite() -> Suite {
    Suite::new().without(Capability::QueueOptions)
}

/// An executor whose clock shows the beginning of a throttle slot.
fn memory() -> Memory {
    let memory = Memory::new();
    memory.travel_to("2030-01-01T00:00:00Z").unwrap();
    memory
}

#[tokio::test]
async fn memory_is_an_executor() {
    suite().check(async || InMemory(memory())).await.unwrap();
}

/// The checks that an executor violates with this breakage.
async fn violated(breakage: Breakage) -> Vec<&'static str> {
    let make = async || Broken {
        memory: memory(),
        breakage,
    };
    let checked = suite().check(make).await;
    let violations = checked.err();
    let violations = violations.iter().flat_map(|all| all.iter());
    violations.map(|violation| violation.check).collect()
}

#[tokio::test]
async fn each_breakage_is_found_by_the_checks_of_what_it_breaks() {
    let breakages: [(Breakage, &[&str]); 6] = [
        (Breakage::Nothing, &[]),
        (
            Breakage::ReceiptsInReverse,
            &["receipts come in the order of the requests"],
        ),
        (
            Breakage::StoresWhatItCan,
            &["all requests are stored, or none"],
        ),
        (
            Breakage::DelaysAreIgnored,
            &["a delayed job runs when it is due"],
        ),
        (
            Breakage::RetriesAreIgnored,
            &[
                "an option of the submission wins over the job's",
                "a failed attempt is followed by another after the retry delay",
                "the last attempt is the one that the retry limit allows",
            ],
        ),
        (Breakage::CancelledIsCompleted, &["a job can cancel itself"]),
    ];
    for (breakage, checks) in breakages {
        let violated = violated(breakage).await;
        let found = checks.iter().all(|check| violated.contains(check));
        assert!(found, "{breakage:?}: {violated:?}");
        assert_eq!(
            violated.is_empty(),
            checks.is_empty(),
            "{breakage:?}: {violated:?}"
        );
    }
}

#[tokio::test]
#[should_panic(expected = "cannot give queue `conformance_acts` the retry limit 6")]
async fn what_an_executor_lacks_is_checked_unless_its_author_says_so() {
    let checked = Suite::new().check(async || InMemory(memory())).await;
    checked.unwrap();
}
