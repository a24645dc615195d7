use sqlx::postgres::PgSslMode;

use super::keeps_secret;
use crate::config::{Settings, Target};

fn target(url: &str) -> Target {
    Settings::from_url(url).expect(url).target
}

fn refusal(url: &str) -> String {
    Settings::from_url(url).expect_err(url).to_string()
}

#[test]
fn a_url_says_where_and_as_whom() {
    for (url, shown) in [
        (
            "postgres://tony:pw@db.example:6543/app",
            "db.example:6543/app as tony",
        ),
        ("postgresql://tony@db/app", "db:5432/app as tony"),
        (" postgres://tony@db\n", "db:5432/tony as tony"),
        ("postgres://tony@[::1]:6543/app", "[::1]:6543/app as tony"),
        (
            "postgres://tony@%2Frun%2Fpg/app",
            "/run/pg:5432/app as tony",
        ),
        (
            "postgres://tony:pw@/app?host=/run/pg",
            "/run/pg:5432/app as tony",
        ),
        ("postgres://tony@db/a%20b", "db:5432/a b as tony"),
    ] {
        assert_eq!(target(url).to_string(), shown, "{url}");
    }
    assert_eq!(
        target("postgres://tony@[::1]/app").options().get_host(),
        "::1"
    );
}

#[test]
fn the_name_of_the_application_is_the_programs_unless_the_url_tells_one() {
    let settings = Settings::from_url("postgres://db/app?application_name=mailer").expect("a URL");
    assert_eq!(settings.application_name, "mailer");
    let settings = Settings::from_url("postgres://db/app").expect("a URL");
    assert!(
        settings.application_name.starts_with("jobs_pg"),
        "{}",
        settings.application_name
    );
}

#[test]
fn the_url_says_how_to_encrypt() {
    let mode = |url| target(url).options().get_ssl_mode();
    assert!(matches!(
        mode("postgres://db/app?sslmode=verify-full"),
        PgSslMode::VerifyFull
    ));
    assert!(matches!(
        mode("postgres://db/app?sslmode=disable"),
        PgSslMode::Disable
    ));
    assert!(matches!(
        mode("postgres://db/app?sslmode=no-verify"),
        PgSslMode::Require
    ));
    assert!(matches!(
        mode("postgres://db/app?ssl=true"),
        PgSslMode::VerifyFull
    ));
    assert!(refusal("postgres://db/app?sslmode=yes").contains("known: disable, "));
}

#[test]
fn parameters_for_other_clients_are_left_out_and_unknown_ones_refused() {
    let url = "postgres://tony@db/app?schema=public&connection_limit=5&channel_binding=require";
    assert_eq!(target(url).to_string(), "db:5432/app as tony");
    let error = refusal("postgres://db/app?sslmod=require");
    assert!(
        error.contains("unknown parameter `sslmod`; did you mean `sslmode`?"),
        "{error}"
    );
}

#[test]
fn a_wrong_url_is_refused_with_what_is_wrong() {
    for (url, word) in [
        ("", "is empty"),
        ("  ", "is empty"),
        ("localhost/app", "does not begin"),
        ("host=localhost dbname=app", "does not begin"),
        ("mysql://db/app", "`mysql://`"),
        ("postgres://db:x/app", "port"),
        ("postgres://db:0/app", "port"),
        ("postgres://db:65536/app", "port"),
        ("postgres://db/app?port=none", "`port`"),
        ("postgres://d b/app", "cannot be read"),
        ("postgres://tony:%FF@db/app", "cannot be read"),
    ] {
        let error = refusal(url);
        assert!(error.contains(word), "{url}: {error}");
    }
}

#[test]
fn no_password_is_ever_shown() {
    for url in [
        "postgres://tony:hunter2@db/app",
        "postgres://tony:hunter2@db:port/app",
        "postgres://tony:hunter2@db/app?sslmode=on",
        "postgres://tony:hunter2@db/app?sslmod=require",
        "postgres://tony:hunter2@d b/app",
        "postgres://db/app?user=tony&password=hunter2",
        "postgres://db/app?pasword=hunter2",
        "mysql://tony:hunter2@db/app",
        "hunter2",
        "hunter2://db",
        "postgres:/tony:hunter2@db/app",
    ] {
        let secrets: &[&str] = if url.starts_with("hunter2:") {
            &[]
        } else {
            &["hunter2"]
        };
        keeps_secret(&Settings::from_url(url), secrets);
    }
}

#[test]
fn no_part_of_an_odd_password_is_ever_shown() {
    for password in [
        "hun/ter2",
        "hun?ter2",
        "hun#ter2",
        "hun@ter2",
        "hun:ter2",
        "hun%ter2",
        "hun ter2",
        "hun\\ter2",
        "hun\"ter2",
        "hun[ter2",
        "hun]ter2",
        "%68un%2Fter2",
        "%68un%FFter2",
        "4321/ter2",
        "4321?ter2=hun",
        "4321?sslmode=ter2",
        "4321#ter2",
        "@ter2",
        "/ter2",
        "?ter2",
        "hun://ter2",
        "hun&ter2",
        "hunter2%",
        "hünter2",
    ] {
        for url in [
            format!("postgres://tony:{password}@db/app"),
            format!("postgres://tony:{password}@db:5432/app?sslmode=require"),
            format!("postgres://:{password}@db"),
            format!("postgresql://tony:{password}@[::1]:x/app"),
        ] {
            keeps_secret(&Settings::from_url(&url), &["hun", "hün", "ter2", "4321"]);
        }
    }
}
