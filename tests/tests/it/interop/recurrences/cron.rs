//! Cron expressions against the cron-parser that pg-boss uses.
//!
//! A pass at T files the last occurrence at or before T if it is no older than a minute. That is what must agree. What
//! cron-parser says of older ones is compared too where it says something: beside a gap it may give up, or find a time after T
//! (which pg-boss then files too early). Ours files in neither case.

mod case;
mod corners;
mod expression;

use tests::node::Node;

use super::dice::Dice;
use super::places::{SourceLocation, ZONES};
use case::{Case, Expression};

/// How many cases one Node process is given: some seconds' work, so that it ends in time on a busy machine.
const AT_A_TIME: usize = 4_000;

/// How many of the differences are shown.
const SHOWN: usize = 20;

/// Judges each expression in each zone on both sides.
async fn assert_agree(expressions: Vec<String>, zones: &[&'static str], dice: &mut Dice) {
    let Some(node) = Node::ready().await else {
        return;
    };
    let expressions: Vec<_> = expressions.into_iter().map(Expression::from).collect();
    let places: Vec<_> = zones.iter().map(|zone| SourceLocation::new(zone)).collect();
    let pairs = expressions
        .iter()
        .flat_map(|expression| places.iter().map(move |place| (expression, place)));
    let cases: Vec<_> = pairs
        .map(|(expression, place)| Case::new(expression, place, dice))
        .collect();
    let mut differences = Vec::new();
    for some in cases.chunks(AT_A_TIME) {
        let theirs = case::judged(&node, some).await;
        let judged = some.iter().zip(&theirs);
        differences.extend(judged.flat_map(|(case, theirs)| case.differences(theirs)));
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(SHOWN)].join("\n")
    );
}

#[tokio::test]
async fn random_cron_expressions_are_due_when_pg_boss_says_so_in_every_zone_and_at_every_change_of_clocks()
 {
    let mut dice = Dice::new(1);
    let expressions: Vec<_> = (0..3_000).map(|_| expression::random(&mut dice)).collect();
    assert_agree(expressions, &ZONES, &mut dice).await;
}

#[tokio::test]
async fn the_corners_of_the_cron_dialect_are_due_when_pg_boss_says_so() {
    let expressions = corners::READ.map(str::to_owned).to_vec();
    assert_agree(expressions, &ZONES, &mut Dice::new(2)).await;
}

#[tokio::test]
async fn the_cron_expressions_that_pg_boss_refuses_are_refused_and_no_others() {
    let mut dice = Dice::new(3);
    let mut expressions: Vec<_> = (0..10_000)
        .map(|_| expression::misspelled(&mut dice))
        .collect();
    expressions.extend(corners::REFUSED.map(str::to_owned));
    assert_agree(expressions, &["America/New_York"], &mut dice).await;
}

#[tokio::test]
async fn the_zones_that_pg_boss_knows_are_known_and_no_others() {
    let hourly = vec!["0 * * * *".to_owned()];
    assert_agree(hourly, &corners::ZONES, &mut Dice::new(4)).await;
}
