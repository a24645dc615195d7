use crate::config::keys::{Effect, KEYS, Key};
use crate::config::legacy::REPLACED;
use crate::config::options::settings;

#[test]
fn the_documented_table_is_the_one_that_is_obeyed() {
    let mut table = "| option | takes | here | |\n|---|---|---|---|\n".to_owned();
    for key in KEYS {
        let (takes, effect) = match key.effect {
            Effect::Honoured => (key.takes.to_string(), "honoured"),
            Effect::Nothing => (key.takes.to_string(), "no effect"),
            Effect::Only(value) => (format!("`{value}` alone"), "no effect"),
            Effect::Refused => ("nothing".to_owned(), "refused"),
        };
        table += &format!("| `{}` | {takes} | {effect} | {} |\n", key.name, key.note);
    }
    assert!(
        include_str!("../options.md").ends_with(&table),
        "options.md should end with\n{table}"
    );
}

#[test]
fn the_public_table_of_what_is_replaced_is_the_one_that_is_applied() {
    let rows = REPLACED.iter();
    let rows: String = rows
        .map(|(name, instead)| format!("| `{name}` | {instead} |\n"))
        .collect();
    assert!(include_str!("../options.md").contains(&rows), "{rows}");
}

#[test]
fn an_option_of_pg_boss_8_is_refused_with_what_replaces_it() {
    for (name, instead) in REPLACED {
        assert!(Key::of(name).is_none(), "{name}");
        let json = format!("{{\"host\": \"localhost\", \"{name}\": 5}}");
        let error = settings(&json).unwrap_err().to_string();
        let expected = format!("`{name}` is an option of pg-boss 8; {instead}");
        assert!(error.contains(&expected), "{error}");
    }
}
