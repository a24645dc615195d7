//! Schedules: cron expressions and recurrence rules, and the ticks that they have.

mod operations;
mod options;
mod preview;
mod statements;

pub use operations::{ListSchedules, ScheduleDetails};
pub use options::{IntoScheduleOptions, ScheduleOptions};
pub use preview::SchedulePreview;
pub use statements::{CronClaim, DeclaredRow, NewSchedule, ScheduleChanges, ScheduleRow, Tick};
