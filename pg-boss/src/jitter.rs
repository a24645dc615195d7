//! A little chance in how long to wait.

use std::time::Duration;

use uuid::Uuid;

/// A random number from 0 to 1.
pub fn chance() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

/// Up to a tenth longer, so that processes that were started together do not go on in step.
pub fn jittered(time: Duration) -> Duration {
    time.mul_f64(1.0 + chance() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_gets_longer_by_a_tenth_at_most() {
        let minute = Duration::from_secs(60);
        for _ in 0..100 {
            let wait = jittered(minute);
            assert!(wait >= minute && wait <= minute.mul_f64(1.1));
        }
        assert!((0..100).any(|_| jittered(minute) > minute));
    }
}
