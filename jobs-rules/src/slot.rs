//! The slots of `throttle` and `debounce`.

use std::time::Duration;

/// A slot of time in which one job of a key is stored, by the rules of pg-boss 12.38. Slots begin at multiples of their length
/// since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    begin: i64,
    length: i64,
}

impl Slot {
    /// The slot of this length, in seconds, in which an instant lies, in seconds since 1970.
    pub fn of(instant: i64, length: i32) -> Self {
        let length = i64::from(length.max(1));
        Self {
            begin: instant.div_euclid(length).saturating_mul(length),
            length,
        }
    }

    /// The slot after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            begin: self.begin.saturating_add(self.length),
            ..self
        }
    }

    /// When it begins, in seconds since 1970.
    pub fn begin(self) -> i64 {
        self.begin
    }

    /// How long a job waits at this instant of the slot that is stored for the next one: a second into that, so that it is the
    /// next one by every clock.
    pub fn wait_for_next(self, instant: i64) -> Duration {
        let left = self.next().begin.saturating_sub(instant).max(1);
        Duration::from_secs(left.unsigned_abs() + u64::from(self.length > 1))
    }
}

#[cfg(test)]
mod tests {
    use super::Slot;

    #[test]
    fn slots_follow_each_other_from_1970() {
        let cases = [
            (0, 60, 0),
            (59, 60, 0),
            (60, 60, 60),
            (-1, 60, -60),
            (7, 1, 7),
            (7, 0, 7),
        ];
        for (instant, length, begin) in cases {
            let slot = Slot::of(instant, length);
            assert_eq!(slot.begin(), begin, "{instant} in slots of {length}");
            assert_eq!(
                slot.next(),
                Slot::of(begin + i64::from(length.max(1)), length)
            );
        }
    }

    #[test]
    fn the_next_slot_is_entered_by_a_second() {
        for (instant, length, seconds) in [(0, 60, 61), (10, 60, 51), (59, 60, 2), (7, 1, 1)] {
            let wait = Slot::of(instant, length).wait_for_next(instant);
            assert_eq!(wait.as_secs(), seconds, "{instant} in slots of {length}");
        }
    }
}
