//! What has to be done from time to time, and what it records: overdue attempts, counts, statistics, warnings, instances.

mod claims;
mod counts;
mod instances;
mod operations;
mod overdue;
mod queue_stats;
mod rows;
mod statistics;
mod warnings;

pub use claims::{ClaimedQueue, Claims};
pub use counts::{Counts, History, QueueCount, Rest};
pub use instances::{Entry, Signs};
pub use overdue::{OverdueAttempt, OverdueTable, Resolved};
pub use queue_stats::{Aggregate, Percentile, QueueStats, QueueStatsQuery};
pub use rows::{BamEntry, BamStatus, Instance, Warning};
pub use statistics::{Span, StatisticsRow};
