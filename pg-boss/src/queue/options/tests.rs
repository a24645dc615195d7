//! That both spellings mean the same, and what is said of what is wrong.

use serde_json::json;

use super::*;

fn message(options: impl IntoQueueOptions) -> String {
    options
        .into_queue_options()
        .for_new("mail")
        .expect_err("a refusal")
        .to_string()
}

#[test]
fn rust_and_json_mean_the_same() {
    let rust = QueueOptions::new()
        .policy(QueuePolicy::Short)
        .retry_limit(3)
        .expire_in("2m")
        .retry_backoff(true)
        .retry_delay_max(60)
        .dead_letter("dead")
        .notify(true);
    let json = json!({
        "policy": "short", "retryLimit": 3, "expireInSeconds": 120, "retryBackoff": true, "retryDelayMax": 60,
        "deadLetter": "dead", "notify": true,
    });
    assert_eq!(rust, json.into_queue_options());
}

#[test]
fn what_is_wrong_is_named() {
    for (options, part) in [
        (json!({ "retryLimt": 3 }), "`retryLimit`"),
        (json!({ "retryLimit": -1 }), "`retryLimit`"),
        (json!({ "retryLimit": null }), "`retryLimit`"),
        (json!({ "expireInSeconds": 86_401 }), "24 hours"),
        (json!({ "heartbeatSeconds": 9 }), "`heartbeatSeconds`"),
        (json!({ "policy": "shrt" }), "`short`"),
        (json!({ "partition": "yes" }), "`partition`"),
        (json!({ "deadLetter": "a b" }), "' '"),
        (json!({ "deadLetter": "mail" }), "its own dead letter"),
        (json!({ "retryDelayMax": 5 }), "`retryBackoff"),
        (json!({ "warningQueueSize": -5 }), "`warningQueueSize`"),
        (json!([1]), "a JSON object"),
    ] {
        let message = message(options.clone());
        assert!(message.contains(part), "{options}: {message}");
    }
}

#[test]
fn a_standing_queue_keeps_policy_and_partition() {
    let fixed = QueueOptions::new().policy(QueuePolicy::Short);
    assert!(fixed.for_standing("mail").is_err());
    assert!(QueueOptions::new().for_standing("mail").is_err());
    let cleared = QueueOptions::new().without_heartbeat();
    assert!(
        cleared
            .for_standing("mail")
            .is_ok_and(|all| all["heartbeatSeconds"].is_null())
    );
}

#[test]
fn an_option_in_rust_is_named_as_in_rust_and_is_within_its_bounds() {
    let message = message(QueueOptions::new().retry_limit(u32::MAX));
    assert!(message.starts_with("`retry_limit` must be"), "{message}");
    let sizes = QueueOptions::new().warning_queue_size(u32::MAX);
    assert!(sizes.for_new("mail").is_err());
}
