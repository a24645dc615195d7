//! Reads the URL of a database without ever showing what it says.
//!
//! The parts of a URL that is written wrongly are not where they seem to be: with a bare `/` in it, a password becomes a
//! port and a database. So errors quote nothing but the scheme and the names of parameters, and the parser's own errors,
//! which might quote more, are not kept as causes.

use std::str::FromStr;

use jobs_core::{Error, ErrorKind};
use sqlx::postgres::PgConnectOptions;

use super::Target;

const FORM: &str = "postgres://user:password@host:5432/database";
const ENCODE: &str =
    "in a password, write `/` as %2F, `?` as %3F, `#` as %23, `@` as %40 and `:` as %3A";
const SSL_MODES: &str = "disable, allow, prefer, require, no-verify, verify-ca, verify-full";

/// Parameters with an effect.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "ssl",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// What other clients put into the URL, often of the same environment variable, and what says nothing about where to
/// connect, or how safely.
const FOREIGN: [&str; 16] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "connection_limit",
    "fallback_application_name",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "pgbouncer",
    "pool_timeout",
    "schema",
    "socket_timeout",
    "target_session_attrs",
    "tcp_user_timeout",
    "uselibpqcompat",
];

/// What the URL says to connect to.
pub(super) fn target(url: &str) -> Result<Target, Error> {
    read(url).map_err(|problem| {
        Error::new(
            ErrorKind::Configuration,
            format!("the database URL {problem}"),
        )
    })
}

/// The same, with an error that continues the sentence "the URL ...".
pub(super) fn read(url: &str) -> Result<Target, String> {
    let rest = without_scheme(url.trim())?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if path.contains(['@', '#']) {
        return Err(format!("has a `@` or a `#` behind its host; {ENCODE}"));
    }
    let authority = with_host(authority)?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let url = format!("postgres://{authority}{path}?{}", parameters(query)?);
    PgConnectOptions::from_str(&url)
        .map(Target::new)
        .map_err(|_| format!("cannot be read; it is written `{FORM}`, and {ENCODE}"))
}

fn without_scheme(url: &str) -> Result<&str, String> {
    match url.split_once("://") {
        _ if url.is_empty() => Err(format!("is empty; it is written `{FORM}`")),
        Some(("postgres" | "postgresql", rest)) => Ok(rest),
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => Err(format!(
            "begins with `{scheme}://`, which is not PostgreSQL's; it is written `{FORM}`"
        )),
        _ => Err(format!(
            "does not begin with `postgres://`; it is written `{FORM}`"
        )),
    }
}

/// The part before the path with a host in it: where only a user is named, the parser would refuse it, though the host may
/// be among the parameters.
fn with_host(authority: &str) -> Result<String, String> {
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let port = match host.rsplit_once(':') {
        Some((_, behind)) if behind.ends_with(']') => "",
        Some((_, port)) => port,
        None => "",
    };
    if !(port.is_empty() || is_port(port)) {
        return Err(format!(
            "has a port that is no number from 1 to 65535; {ENCODE}"
        ));
    }
    Ok(match host.is_empty() && !authority.is_empty() {
        true => format!("{authority}localhost"),
        false => authority.to_owned(),
    })
}

/// The parameters that have an effect, as sqlx spells them.
fn parameters(query: &str) -> Result<String, String> {
    let mut kept = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "sslmode" => kept.push(ssl_mode(value)?),
            "ssl" => kept.push(ssl(value)?),
            "port" if !is_port(value) => {
                return Err("has a `port` that is no number from 1 to 65535".to_owned());
            }
            name if PARAMETERS.contains(&name) => kept.push(parameter.to_owned()),
            name if FOREIGN.contains(&name) => {
                tracing::warn!(
                    parameter = name,
                    "a parameter of the database URL has no effect here"
                );
            }
            name => {
                return Err(format!(
                    "has an {}",
                    jobs_rules::unknown("parameter", name, &PARAMETERS)
                ));
            }
        }
    }
    Ok(kept.join("&"))
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn ssl_mode(value: &str) -> Result<String, String> {
    match value {
        // What Node's driver calls libpq's `require`.
        "no-verify" => Ok("sslmode=require".to_owned()),
        "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full" => {
            Ok(format!("sslmode={value}"))
        }
        _ => Err(format!("has an unknown `sslmode`; known: {SSL_MODES}")),
    }
}

fn ssl(value: &str) -> Result<String, String> {
    match value {
        "true" | "1" => Ok("sslmode=verify-full".to_owned()),
        "false" | "0" => Ok("sslmode=disable".to_owned()),
        "no-verify" => ssl_mode(value),
        _ => Err("has an `ssl` that is none of true, false and no-verify".to_owned()),
    }
}
