//! Queues that we declare, as Node sees them.

use jobs_pg::prelude::*;
use serde_json::{Value, json};

use super::Both;

macro_rules! queues {
    ($($name:ident: $policy:tt, $partition:tt;)*) => {
        $(
            #[job(executor = PgBoss, queue(policy = $policy, partition = $partition))]
            pub(super) async fn $name() {}
        )*
        pub(super) const QUEUES: &[(&str, &str, bool)] = &[$((stringify!($name), $policy, $partition)),*];
    };
}

queues! {
    io_standard: "standard", false;
    io_standard_apart: "standard", true;
    io_short: "short", false;
    io_short_apart: "short", true;
    io_singleton: "singleton", false;
    io_singleton_apart: "singleton", true;
    io_stately: "stately", false;
    io_stately_apart: "stately", true;
    io_exclusive: "exclusive", false;
    io_exclusive_apart: "exclusive", true;
    io_key_strict_fifo: "key_strict_fifo", false;
    io_key_strict_fifo_apart: "key_strict_fifo", true;
}

/// What tells one queue from another of the same kind.
const OWN: [&str; 4] = ["name", "table", "createdOn", "updatedOn"];

#[tokio::test]
async fn case_08_node_sees_our_queues_of_each_policy_as_its_own() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    for (name, policy, partition) in QUEUES {
        let twin = format!("{name}_twin");
        both.queue(&twin, json!({ "policy": policy, "partition": partition }))
            .await;
        let mut of_node = both.boss.call("getQueue", json!([twin])).await;
        // Our queues notice a dead worker and ring unless told otherwise.
        of_node["heartbeatSeconds"] = json!(15);
        of_node["notify"] = json!(true);
        let of_ours = both.boss.call("getQueue", json!([name])).await;
        assert_eq!(of_ours["table"] != "job_common", *partition, "{of_ours}");
        assert_eq!(without_own(of_ours), without_own(of_node), "{name}");
    }
    let diagnosis = both.node.doctor(&both.database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
    both.end(ours).await;
}

#[tokio::test]
async fn case_09_our_partitions_are_the_tables_that_node_derives() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let tables =
        "SELECT string_agg(table_name, ' ' ORDER BY name) FROM pgboss.queue WHERE partition";
    let made_by_us: String = both.value(tables).await;
    for (name, policy, partition) in QUEUES {
        if *partition {
            both.boss.call("deleteQueue", json!([name])).await;
            both.queue(name, json!({ "policy": policy, "partition": true }))
                .await;
        }
    }
    assert_eq!(both.value::<String>(tables).await, made_by_us);
    both.end(ours).await;
}

fn without_own(mut queue: Value) -> Value {
    if let Some(members) = queue.as_object_mut() {
        members.retain(|name, _| !OWN.contains(&name.as_str()));
    }
    queue
}
