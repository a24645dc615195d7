use crate::config::keys::{Effect, KEYS};

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
