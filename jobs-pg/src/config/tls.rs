//! The option `ssl`: Node's TLS options in terms of sqlx's.

use serde_json::{Map, Value};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// The members that are known. The last does nothing in Node either, but is often seen.
const MEMBERS: [&str; 5] = ["rejectUnauthorized", "ca", "cert", "key", "require"];

/// Sets what `ssl` says.
pub(super) fn apply(ssl: &Value, options: PgConnectOptions) -> Result<PgConnectOptions, String> {
    let options = options.ssl_mode(mode(ssl));
    match ssl {
        Value::Object(members) => {
            let mistakes = mistakes(members);
            match mistakes.is_empty() {
                true => Ok(certificates(members, options)),
                false => Err(mistakes.join("; ")),
            }
        }
        _ => Ok(options),
    }
}

/// Whether `ssl` asks for less than the URL, or for TLS where the URL forbids it.
pub(super) fn contradicts(ssl: &Value, of_url: PgSslMode) -> bool {
    match (mode(ssl), of_url) {
        (PgSslMode::Disable, PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull)
        | (PgSslMode::Require, PgSslMode::VerifyCa | PgSslMode::VerifyFull) => true,
        (mode, PgSslMode::Disable | PgSslMode::Allow) => !matches!(mode, PgSslMode::Disable),
        _ => false,
    }
}

fn mode(ssl: &Value) -> PgSslMode {
    match (ssl, &ssl["rejectUnauthorized"]) {
        (Value::Bool(false), _) => PgSslMode::Disable,
        (_, Value::Bool(false)) => PgSslMode::Require,
        _ => PgSslMode::VerifyFull,
    }
}

fn certificates(members: &Map<String, Value>, mut options: PgConnectOptions) -> PgConnectOptions {
    if let Some(ca) = members.get("ca").and_then(pem) {
        options = options.ssl_root_cert_from_pem(ca.into_bytes());
    }
    if let Some(cert) = members.get("cert").and_then(pem) {
        options = options.ssl_client_cert_from_pem(cert);
    }
    if let Some(key) = members.get("key").and_then(pem) {
        options = options.ssl_client_key_from_pem(key);
    }
    options
}

fn mistakes(members: &Map<String, Value>) -> Vec<String> {
    let mut mistakes: Vec<_> = members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .filter_map(|(name, value)| mistake(name, value))
        .collect();
    let given = |name| members.get(name).is_some_and(|value| !value.is_null());
    if given("cert") != given("key") {
        mistakes.push("`ssl.cert` and `ssl.key` must be given together".to_owned());
    }
    mistakes
}

fn mistake(name: &str, value: &Value) -> Option<String> {
    match name {
        "rejectUnauthorized" if !value.is_boolean() => {
            Some("`ssl.rejectUnauthorized` takes true or false".to_owned())
        }
        "rejectUnauthorized" | "require" => None,
        "ca" | "cert" | "key" => pem(value).is_none().then(|| {
            format!(
                "`ssl.{name}` takes PEM text that begins with `-----BEGIN`, not the name of a file"
            )
        }),
        _ => Some(jobs_rules::unknown(
            "or unsupported member of `ssl`",
            name,
            &MEMBERS,
        )),
    }
}

/// PEM text, of one text or several.
fn pem(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(texts) => texts
            .iter()
            .map(Value::as_str)
            .collect::<Option<Vec<_>>>()?
            .join("\n"),
        value => value.as_str()?.to_owned(),
    };
    text.contains("-----BEGIN ").then_some(text)
}
