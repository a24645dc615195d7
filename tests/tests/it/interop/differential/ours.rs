//! The same call, done by ours; answered as Node answers.

use jobs_pg::operation::{
    AffectedJobs, DependencyPage, JobKey, JobRef, JobUpdate, UpdateTarget, Updated,
};
use jobs_pg::prelude::*;
use jobs_pg::{Error, JobDetails};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::Call;
use super::given::{fetch_options, flow, id, list, redrive, sought};

/// Does it, and gives what came of it in Node's words.
pub(super) async fn done(boss: &PgBoss, call: &Call) -> Result<Value, Error> {
    let Call { method, args } = call;
    let queue = call.queue();
    let (second, third) = (|| args[1].clone(), || args[2].clone());
    match *method {
        "createQueue" => boss
            .create_queue(queue, second())
            .await
            .map(|()| Value::Null),
        "updateQueue" => boss
            .update_queue(queue, second())
            .await
            .map(|_| Value::Null),
        "deleteQueue" => boss.delete_queue(queue).await.map(|_| Value::Null),
        "send" => {
            let receipt = boss.send(queue, second(), third()).await?;
            Ok(json!(receipt.is_new.then_some(receipt.id)))
        }
        "insert" => insert(boss, queue, &args[1]).await,
        "update" => {
            let (queue, target, update) = change(&args[0]);
            boss.update(queue, target, update).await.map(updated)
        }
        "upsert" => {
            let (queue, target, update) = change(&args[0]);
            boss.upsert(queue, target, update).await.map(updated)
        }
        "fetch" => {
            let jobs = boss.fetch(queue, fetch_options(&args[1])).await?;
            Ok(jobs.iter().map(details).collect())
        }
        "complete" | "fail" | "cancel" | "touch" | "deleteJob" | "resume" | "retry" => {
            by_ids(boss, call).await.map(affected)
        }
        "deleteQueuedJobs" => boss.delete_queued_jobs(queue).await.map(Value::from),
        "deleteStoredJobs" => boss.delete_stored_jobs(queue).await.map(Value::from),
        "deleteAllJobs" if queue.is_empty() => {
            boss.delete_jobs_of_all_queues().await.map(|()| Value::Null)
        }
        "deleteAllJobs" => boss.delete_all_jobs(queue).await.map(Value::from),
        "findJobs" => {
            let jobs = boss.find_jobs(queue, sought(&args[1])).await?;
            Ok(jobs.iter().map(details).collect())
        }
        "getBlockedKeys" => boss.blocked_keys(queue, None).await.map(Value::from),
        "getDependencies" => {
            let kin = boss.dependencies(queue, id(&args[1]), DependencyPage::new());
            kin.await.map(keys)
        }
        "getDependents" => {
            let kin = boss.dependents(queue, id(&args[1]), DependencyPage::new());
            kin.await.map(keys)
        }
        _ => beside_jobs(boss, call).await,
    }
}

async fn beside_jobs(boss: &PgBoss, call: &Call) -> Result<Value, Error> {
    let Call { method, args } = call;
    let queue = call.queue();
    let text = |at: usize| args[at].as_str().unwrap_or_default();
    match *method {
        "redrive" => {
            let redriven = boss.redrive(queue, redrive(&args[1])).await?;
            Ok(redriven.moved.into())
        }
        "previewRedrive" => {
            let preview = boss.preview_redrive(queue, redrive(&args[1])).await?;
            let destinations: Vec<_> = preview
                .destinations
                .iter()
                .map(|(name, count)| json!({ "name": name, "count": count }))
                .collect();
            Ok(
                json!({ "total": preview.total, "destinations": destinations, "unroutable": preview.unroutable }),
            )
        }
        "flow" => Ok(json!(boss.flow(flow(&args[0])).await?)),
        "subscribe" => boss.subscribe(queue, text(1)).await.map(|()| Value::Null),
        "unsubscribe" => boss.unsubscribe(queue, text(1)).await.map(|_| Value::Null),
        "publish" => {
            let sent = boss.publish(queue, args[1].clone(), args[2].clone());
            sent.await.map(|_| Value::Null)
        }
        "schedule" => {
            let set = boss.set_schedule(queue, text(1), args[2].clone(), args[3].clone());
            set.await.map(|()| Value::Null)
        }
        "unschedule" => boss.unschedule(queue, text(1)).await.map(|_| Value::Null),
        other => panic!("ours has no {other}"),
    }
}

async fn insert(boss: &PgBoss, queue: &str, jobs: &Value) -> Result<Value, Error> {
    let jobs = list(jobs).iter().map(|job| {
        let mut options = job.clone();
        let data = options
            .as_object_mut()
            .and_then(|members| members.remove("data"));
        (data, options)
    });
    let receipts = boss.insert(queue, jobs).await?;
    let new = receipts.iter().filter(|receipt| receipt.is_new);
    let ids: Vec<Uuid> = new.map(|receipt| receipt.id).collect();
    Ok(match ids.is_empty() {
        true => Value::Null,
        false => json!(ids),
    })
}

fn change(request: &Value) -> (&str, UpdateTarget, JobUpdate) {
    let mut options = request["options"].clone();
    let members = options.as_object_mut().unwrap();
    let of_several = members.remove("match");
    let target = match (members.remove("id"), members.remove("singletonKey")) {
        (Some(named), _) => id(&named).into(),
        (None, key) => {
            let key = key.unwrap();
            let key = key.as_str().unwrap();
            match of_several.as_ref().and_then(Value::as_str) {
                Some("oldest") => UpdateTarget::oldest(key),
                Some("all") => UpdateTarget::all(key),
                _ => UpdateTarget::newest(key),
            }
        }
    };
    let mut update = JobUpdate::new().with(options);
    if let Some(data) = request.get("data") {
        update = update.data(data);
    }
    (request["name"].as_str().unwrap(), target, update)
}

fn updated(updated: Updated) -> Value {
    let count = updated.jobs.len();
    let (changed, inserted) = match updated.inserted {
        true => (0, count),
        false => (count, 0),
    };
    json!({ "jobs": updated.jobs, "updated": changed, "inserted": inserted })
}

async fn by_ids(boss: &PgBoss, call: &Call) -> Result<AffectedJobs, Error> {
    let queue = call.queue();
    let output = call.args[2].clone();
    let jobs: Vec<JobRef> = list(&call.args[1]).iter().map(job).collect();
    match call.method {
        "complete" if call.args[3]["includeQueued"] == true => {
            boss.complete_queued(queue, jobs, output).await
        }
        "complete" => boss.complete(queue, jobs, output).await,
        "fail" => boss.fail(queue, jobs, output).await,
        "cancel" => boss.cancel(queue, jobs).await,
        "touch" => boss.touch(queue, jobs).await,
        "deleteJob" => boss.delete_job(queue, jobs).await,
        "resume" => boss.resume(queue, jobs).await,
        _ => boss.retry(queue, jobs).await,
    }
}

fn affected(affected: AffectedJobs) -> Value {
    json!({ "requested": affected.requested, "affected": affected.count(), "settled": affected.jobs })
}

fn job(named: &Value) -> JobRef {
    match named {
        Value::String(_) => id(named).into(),
        attempt => {
            let mut job = JobRef::from(id(&attempt["id"]));
            let count = attempt["retryCount"].as_i64();
            job.retry_count = count.and_then(|count| count.try_into().ok());
            job
        }
    }
}

fn details(job: &JobDetails) -> Value {
    let row = serde_json::to_value(job).unwrap();
    let columns = [
        ("id", "id"),
        ("state", "state"),
        ("data", "data"),
        ("output", "output"),
        ("priority", "priority"),
        ("retryCount", "retry_count"),
        ("retryLimit", "retry_limit"),
        ("singletonKey", "singleton_key"),
        ("groupId", "group_id"),
        ("deadLetter", "dead_letter"),
        ("sourceId", "source_id"),
        ("pendingDependencies", "pending_dependencies"),
    ];
    let members = columns.map(|(name, column)| (name.to_owned(), row[column].clone()));
    Map::from_iter(members).into()
}

fn keys(keys: Vec<JobKey>) -> Value {
    keys.into_iter()
        .map(|key| json!({ "name": key.name, "id": key.id }))
        .collect()
}
