//! Chance that comes out the same in every run.

use std::ops::RangeInclusive;

/// A seeded source of numbers (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Any number of the range.
    pub(super) fn number(&mut self, range: RangeInclusive<i64>) -> i64 {
        let count = u64::try_from(range.end() - range.start() + 1).unwrap();
        range.start() + i64::try_from(self.next() % count).unwrap()
    }

    /// Any of some.
    pub(super) fn pick<T: Copy>(&mut self, some: &[T]) -> T {
        let last = i64::try_from(some.len() - 1).unwrap();
        some[usize::try_from(self.number(0..=last)).unwrap()]
    }

    /// True so often in a hundred times.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.number(0..=99) < percent
    }

    /// So many distinct numbers of the range, in order; fewer if it has no more.
    pub(super) fn some(&mut self, count: i64, range: RangeInclusive<i64>) -> Vec<i64> {
        let mut numbers: Vec<_> = (0..count).map(|_| self.number(range.clone())).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}
