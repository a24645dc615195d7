//! Numbers are the same to both sides, to the last bit.

use jobs_pg::JobOptions;
use jobs_pg::operation::FetchOptions;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Both;

#[tokio::test]
async fn random_numbers_arrive_unchanged_at_ours_and_at_node() {
    const NUMBERS: usize = 1_000;
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let random = || f64::from_bits(Uuid::new_v4().as_u64_pair().0 ^ Uuid::new_v4().as_u64_pair().1);
    let numbers: Vec<f64> = std::iter::repeat_with(random)
        .filter(|number| number.is_normal())
        .take(NUMBERS)
        .chain([0.1, 1e300, f64::MIN_POSITIVE, 5e-324, f64::MAX, -1.5, 0.0])
        .collect();
    for queue in ["ours", "nodes"] {
        both.queue(queue, json!({})).await;
        let one_job = [(&numbers, JobOptions::new())];
        ours.insert(queue, one_job).await.unwrap();
        let many = numbers.iter().map(|number| (number, JobOptions::new()));
        ours.insert(queue, many).await.unwrap();
    }
    let bits =
        |numbers: &[f64]| -> Vec<u64> { numbers.iter().map(|number| number.to_bits()).collect() };

    let all = FetchOptions::new().batch_size(2_000);
    let fetched = ours.fetch("ours", all).await.unwrap();
    let (list, single) = fetched.split_first().unwrap();
    assert_eq!(bits(&list.input::<Vec<f64>>().unwrap()), bits(&numbers));
    let single: Vec<f64> = single.iter().map(|job| job.input().unwrap()).collect();
    let sorted = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        bits(&numbers)
    };
    assert_eq!(sorted(single), sorted(numbers.clone()));

    let told = both
        .boss
        .call("fetch", json!(["nodes", { "batchSize": 2_000 }]))
        .await;
    let data: Vec<Value> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["data"].clone())
        .collect();
    let single: Vec<f64> = data.iter().filter_map(Value::as_f64).collect();
    assert_eq!(sorted(single), sorted(numbers.clone()));
    let list = data.iter().find_map(Value::as_array).unwrap();
    let list: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
    assert_eq!(bits(&list), bits(&numbers));
    both.end(ours).await;
}
