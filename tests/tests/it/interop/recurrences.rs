//! When schedules are due, on either side: random expressions and rules, judged around the changes of the clock.

mod cron;
mod dice;
mod places;
mod rule;
