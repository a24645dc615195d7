//! Options of the constructor of pg-boss 8 that the later ones do not have, and what replaces each.

const JOBS_OWN: &str = "declare it for each job, with `options(...)` of `#[job]`";
const NOT_ARCHIVED: &str = "there is no archive; how long an ended job is kept is `options(delete_after = \"7d\")` of `#[job]`";
const DELETE_AFTER: &str =
    "how long an ended job is kept is `options(delete_after = \"7d\")` of `#[job]`";
const EXPIRE_IN: &str = "how long a job may run is `options(expire_in = \"15m\")` of `#[job]`";
const RETENTION: &str = "how long a job may wait is `options(retention = \"14d\")` of `#[job]`";
const NOTIFIED: &str = "leave it out; workers are notified of new jobs";
const MONITOR: &str = "use `monitorIntervalSeconds`";
const DATABASE_CLOCK: &str = "leave it out; times are the database's";

/// All of them. The table in `options.md` is this one.
pub(super) const REPLACED: &[(&str, &str)] = &[
    ("noSupervisor", "use `supervise`, with the opposite value"),
    ("noScheduling", "use `schedule`, with the opposite value"),
    ("archiveCompletedAfterSeconds", NOT_ARCHIVED),
    ("archiveFailedAfterSeconds", NOT_ARCHIVED),
    ("deleteAfterSeconds", DELETE_AFTER),
    ("deleteAfterMinutes", DELETE_AFTER),
    ("deleteAfterHours", DELETE_AFTER),
    ("deleteAfterDays", DELETE_AFTER),
    (
        "maintenanceIntervalMinutes",
        "use `maintenanceIntervalSeconds`",
    ),
    ("monitorStateIntervalSeconds", MONITOR),
    ("monitorStateIntervalMinutes", MONITOR),
    ("clockMonitorIntervalMinutes", DATABASE_CLOCK),
    ("newJobCheckInterval", NOTIFIED),
    ("newJobCheckIntervalSeconds", NOTIFIED),
    ("retryLimit", JOBS_OWN),
    ("retryDelay", JOBS_OWN),
    ("retryBackoff", JOBS_OWN),
    ("expireInSeconds", EXPIRE_IN),
    ("expireInMinutes", EXPIRE_IN),
    ("expireInHours", EXPIRE_IN),
    ("retentionSeconds", RETENTION),
    ("retentionMinutes", RETENTION),
    ("retentionHours", RETENTION),
    ("retentionDays", RETENTION),
    (
        "onComplete",
        "wait for the job with `output()`, or submit the next job at the end of its function",
    ),
    ("uuid", "leave it out; ids are UUIDs of version 7"),
];

/// What replaces the option of this name.
pub(super) fn replacement(name: &str) -> Option<&'static str> {
    let found = REPLACED.iter().find(|(known, _)| *known == name);
    found.map(|(_, instead)| *instead)
}
