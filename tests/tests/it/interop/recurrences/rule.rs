//! Recurrence rules against the evaluator that pg-boss uses, as pg-boss calls it.

mod case;
mod corners;
mod expression;

use serde_json::json;
use tests::node::Node;

use super::dice::Dice;
use super::places::{SourceLocation, ZONES};
use case::Case;

/// How many of the differences are shown.
const SHOWN: usize = 20;

/// Judges the cases on both sides.
async fn assert_agree(cases: &[Case<'_>]) {
    let Some(node) = Node::ready().await else {
        return;
    };
    let questions: Vec<_> = cases.iter().map(Case::question).collect();
    let question = json!({ "rules": questions });
    let answer = node.answer("decisions.mjs", &question).await;
    let theirs = answer["rules"].as_array().unwrap();
    assert_eq!(theirs.len(), cases.len());
    let differences: Vec<_> = cases
        .iter()
        .zip(theirs)
        .filter_map(|(case, theirs)| case.difference(theirs))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(SHOWN)].join("\n")
    );
}

#[tokio::test]
async fn random_rules_recur_when_pg_boss_says_so_in_every_zone_and_at_every_change_of_clocks() {
    let mut dice = Dice::new(5);
    let places = ZONES.map(SourceLocation::new);
    let case = |number: usize| {
        let (frequency, text) = expression::random(&mut dice);
        Case::around_changes(frequency, text, &places[number % ZONES.len()], &mut dice)
    };
    let cases: Vec<_> = (0..600).map(case).collect();
    assert_agree(&cases).await;
}

#[tokio::test]
async fn the_rules_that_pg_boss_refuses_are_refused_and_no_others() {
    let place = SourceLocation::new("America/New_York");
    let texts = corners::parts_at_each_frequency();
    let texts = texts.chain(corners::ENTRIES.map(str::to_owned));
    let cases: Vec<_> = texts.map(|text| Case::to_read(text, &place)).collect();
    assert_agree(&cases).await;
}
