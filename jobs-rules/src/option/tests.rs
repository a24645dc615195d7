use std::time::Duration;

use super::{JobOption, OptionKind, check_integer, check_retry_delay_max, check_seconds};

#[test]
fn every_option_is_found_by_its_names() {
    for option in JobOption::ALL {
        assert_eq!(JobOption::from_json_name(option.json_name()), Ok(option));
        let declared = JobOption::declarable(option.rust_name()).ok();
        assert_eq!(declared, option.is_declarable().then_some(option));
    }
}

#[test]
fn an_unknown_option_is_told_the_nearest_of_its_own_spelling() {
    let error = JobOption::declarable("retries").unwrap_err().to_string();
    assert!(
        error.starts_with("unknown option `retries`; did you mean `retry_"),
        "{error}"
    );
    assert!(!error.contains("singleton_key"), "{error}");
    let error = JobOption::from_json_name("retry_limit")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("did you mean `retryLimit`?") && error.contains("expireInSeconds"),
        "{error}"
    );
}

#[test]
fn the_bounds_of_every_option_hold_at_both_ends() {
    for option in JobOption::ALL {
        match option.kind() {
            OptionKind::Integer { min, max } | OptionKind::Seconds { min, max } => {
                assert_eq!(check_integer(option, min.into()), Ok(min));
                assert_eq!(check_integer(option, max.into()), Ok(max));
                assert!(check_integer(option, i64::from(min) - 1).is_err());
                assert!(check_integer(option, i64::from(max) + 1).is_err());
                assert!(check_integer(option, i64::MAX).is_err());
            }
            _ => assert!(check_integer(option, 1).is_err()),
        }
    }
}

#[test]
fn lengths_are_whole_seconds_within_bounds() {
    use JobOption::{DeleteAfter, ExpireIn, Heartbeat, Priority, Retention};
    assert_eq!(
        check_seconds(ExpireIn, Duration::from_secs(86_400)),
        Ok(86_400)
    );
    assert_eq!(check_seconds(DeleteAfter, Duration::ZERO), Ok(0));
    let refused = [
        (
            ExpireIn,
            Duration::ZERO,
            "`expire_in` must be 1 second to 24 hours in whole seconds, not 0 seconds",
        ),
        (
            ExpireIn,
            Duration::from_secs(86_401),
            "`expire_in` must be 1 second to 24 hours in whole seconds, not 86401 seconds",
        ),
        (
            ExpireIn,
            Duration::from_millis(1500),
            "`expire_in` must be 1 second to 24 hours in whole seconds, not 1.5s",
        ),
        (
            Heartbeat,
            Duration::from_secs(9),
            "`heartbeat` must be 10 seconds or more in whole seconds, up to 2147483647, not 9 seconds",
        ),
        (
            Retention,
            Duration::from_secs(1 << 31),
            "`retention` must be 1 second or more in whole seconds, up to 2147483647, not 2147483648 seconds",
        ),
        (
            Priority,
            Duration::from_secs(1),
            "`priority` must be a whole number, not a length of time",
        ),
    ];
    for (option, length, message) in refused {
        assert_eq!(
            check_seconds(option, length).unwrap_err().to_string(),
            message
        );
    }
    assert!(check_seconds(Retention, Duration::MAX).is_err());
}

#[test]
fn a_longest_delay_needs_backoff() {
    assert_eq!(check_retry_delay_max(Some(60), Some(true)), Ok(()));
    assert_eq!(check_retry_delay_max(None, None), Ok(()));
    assert!(check_retry_delay_max(Some(60), Some(false)).is_err());
    let error = check_retry_delay_max(Some(0), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`retry_delay_max` needs `retry_backoff = true`; without it the delay never grows"
    );
}
