//! The options that say what to connect to.

use std::env;

use sqlx::postgres::PgConnectOptions;

use super::given::Given;
use super::{Target, tls, url};

/// The database that the options name; nothing if they are wrong, which is noted.
pub(super) fn target(given: &mut Given) -> Option<Target> {
    let named = match given.text("connectionString") {
        Some(url) => whole(given, url),
        None => Ok(parts(given)),
    };
    let session = given.text("options").map_or(Ok(Vec::new()), session);
    let options = match (named, session) {
        (Ok(options), Ok(session)) => Ok(options.options(session)),
        (Err(mistake), Ok(_)) | (Ok(_), Err(mistake)) => Err(mistake),
        (Err(mistake), Err(other)) => Err(format!("{mistake}; {other}")),
    };
    let options = given.accept(options)?;
    let ssl = match given.value("ssl") {
        Some(ssl) => tls::apply(ssl, options),
        None => Ok(options),
    };
    given.accept(ssl).map(Target::new)
}

/// The database as named by a URL.
fn whole(given: &Given, url: &str) -> Result<PgConnectOptions, String> {
    for name in ["host", "port", "user", "password", "database"] {
        if given.value(name).is_some() {
            tracing::warn!(
                option = name,
                "an option has no effect beside `connectionString`"
            );
        }
    }
    let target = url::read(url).map_err(|problem| format!("`connectionString` {problem}"))?;
    let options = target.options().clone();
    match given.value("ssl") {
        Some(ssl) if tls::contradicts(ssl, options.get_ssl_mode()) => Err(
            "`ssl` and the `sslmode` of `connectionString` contradict each other; say it once"
                .to_owned(),
        ),
        _ => Ok(options),
    }
}

/// The database as named part by part. sqlx would look for a socket before it takes `localhost`; Node does not.
fn parts(given: &Given) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass();
    match given.text("host") {
        Some(host) => options = options.host(host),
        None if env::var_os("PGHOST").is_none() && env::var_os("PGHOSTADDR").is_none() => {
            options = options.host("localhost");
        }
        None => {}
    }
    if let Some(port) = given.port("port") {
        options = options.port(port);
    }
    if let Some(user) = given.text("user") {
        options = options.username(user);
    }
    if let Some(password) = given.text("password") {
        options = options.password(password);
    }
    if let Some(database) = given.text("database") {
        options = options.database(database);
    }
    options
}

/// The settings in a line of `-c name=value` or `--name=value`.
fn session(line: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut words = line.split_whitespace();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let setting = match word {
            "-c" => words.next(),
            _ => word.strip_prefix("--").or_else(|| word.strip_prefix("-c")),
        };
        match setting.and_then(|setting| setting.split_once('=')) {
            Some((name, value)) if !line.contains('\\') => settings.push((name, value)),
            _ => {
                return Err(
                    "`options` takes settings as `-c name=value`, without spaces or `\\` in them"
                        .to_owned(),
                );
            }
        }
    }
    Ok(settings)
}
