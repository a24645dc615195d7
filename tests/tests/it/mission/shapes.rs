//! W1, H1: every shape of a function. Each panics, and so fails, if it is not given what was submitted.

use std::fmt::{Display, Formatter};
use std::io;

use jobs_pg::Job;
use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tests::Database;

use super::{output_of, started};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

const POINT: Point = Point { x: 3, y: -4 };

/// An error of the application's own.
#[derive(Debug)]
struct Bad;

impl Display for Bad {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("bad")
    }
}

impl std::error::Error for Bad {}

#[job(executor = PgBoss)]
async fn shape_bare() {}

#[job(executor = PgBoss)]
async fn shape_value() -> Point {
    POINT
}

#[job(executor = PgBoss)]
async fn shape_result() -> Result<Point, Bad> {
    Ok(POINT)
}

#[job(executor = PgBoss)]
async fn shape_input(input: Point) {
    assert_eq!(input, POINT);
}

#[job(executor = PgBoss)]
async fn shape_input_value(input: Point) -> i32 {
    input.x + input.y
}

#[job(executor = PgBoss)]
async fn shape_input_result(input: Point) -> io::Result<Point> {
    Ok(input)
}

#[job(executor = PgBoss)]
async fn shape_ctx(ctx: Context<ShapeCtx>) {
    assert_eq!(&*ctx.job.name, "shape_ctx");
}

#[job(executor = PgBoss)]
async fn shape_ctx_value(ctx: Context<ShapeCtxValue>) -> u32 {
    ctx.job.attempt
}

#[job(executor = PgBoss)]
async fn shape_ctx_result(ctx: Context<ShapeCtxResult>) -> Result<String, JobError> {
    Ok(ctx.job.id.to_string())
}

#[job(executor = PgBoss)]
async fn shape_both(input: Point, ctx: Context<ShapeBoth>) {
    assert_eq!((input, &*ctx.job.name), (POINT, "shape_both"));
}

#[job(executor = PgBoss)]
async fn shape_both_value(input: Point, ctx: Context<ShapeBothValue>) -> (Point, u32) {
    (input, ctx.job.attempt)
}

#[job(executor = PgBoss)]
async fn shape_both_result(
    input: Vec<Option<Point>>,
    ctx: Context<ShapeBothResult>,
) -> Result<usize, JobError> {
    assert_eq!(&*ctx.job.name, "shape_both_result");
    Ok(input.len())
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_bare() {}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_value() -> Point {
    POINT
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_result() -> Result<(), Bad> {
    Err(Bad)
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_input(input: String) {
    assert_eq!(input, "text");
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_input_value(input: f64) -> f64 {
    input * 2.0
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_input_result(input: Point) -> Result<Point, JobError> {
    Ok(input)
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_ctx(ctx: Context<ShapeBlockingCtx>) {
    assert_eq!(&*ctx.job.name, "shape_blocking_ctx");
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_ctx_value(ctx: Context<ShapeBlockingCtxValue>) -> u32 {
    ctx.job.attempt
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_ctx_result(ctx: Context<ShapeBlockingCtxResult>) -> io::Result<u32> {
    Ok(ctx.job.retry_limit)
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_both(input: Point, ctx: Context<ShapeBlockingBoth>) {
    assert_eq!((input, ctx.job.attempt), (POINT, 1));
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_both_value(input: Point, ctx: Context<ShapeBlockingBothValue>) -> (Point, u32) {
    (input, ctx.job.attempt)
}

#[job(executor = PgBoss, blocking)]
fn shape_blocking_both_result(
    input: Point,
    ctx: Context<ShapeBlockingBothResult>,
) -> Result<(Point, u32), Bad> {
    Ok((input, ctx.job.attempt))
}

/// The job's function called through the executor that is in scope.
async fn call<J: Job>(input: J::Input) -> Result<J::Output, jobs_pg::Error> {
    let submitted = jobs_pg::Submission::<J>::new()
        .retry_limit(0)
        .submit(input)
        .await
        .unwrap();
    output_of(&submitted).await
}

#[tokio::test]
async fn w1_h1_async_functions_with_and_without_input_context_and_result_run() {
    type First = (
        ShapeBare,
        ShapeValue,
        ShapeResult,
        ShapeInput,
        ShapeInputValue,
        ShapeInputResult,
    );
    type Second = (
        ShapeCtx,
        ShapeCtxValue,
        ShapeCtxResult,
        ShapeBoth,
        ShapeBothValue,
        ShapeBothResult,
    );
    let database = Database::new().await;
    let boss = started::<(First, Second)>(&database).await;
    boss.scope(async {
        call::<ShapeBare>(()).await.unwrap();
        assert_eq!(call::<ShapeValue>(()).await.unwrap(), POINT);
        assert_eq!(call::<ShapeResult>(()).await.unwrap(), POINT);
        call::<ShapeInput>(POINT).await.unwrap();
        assert_eq!(call::<ShapeInputValue>(POINT).await.unwrap(), -1);
        assert_eq!(call::<ShapeInputResult>(POINT).await.unwrap(), POINT);
        call::<ShapeCtx>(()).await.unwrap();
        assert_eq!(call::<ShapeCtxValue>(()).await.unwrap(), 1);
        let submitted = ShapeCtxResult::submit(()).await.unwrap();
        assert_eq!(
            output_of(&submitted).await.unwrap(),
            submitted.job_id.to_string()
        );
        call::<ShapeBoth>(POINT).await.unwrap();
        assert_eq!(call::<ShapeBothValue>(POINT).await.unwrap(), (POINT, 1));
        assert_eq!(
            call::<ShapeBothResult>(vec![None, Some(POINT)])
                .await
                .unwrap(),
            2
        );
    })
    .await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w1_h1_blocking_functions_with_and_without_input_context_and_result_run() {
    type First = (
        ShapeBlockingBare,
        ShapeBlockingValue,
        ShapeBlockingResult,
        ShapeBlockingInput,
    );
    type Second = (
        ShapeBlockingInputValue,
        ShapeBlockingInputResult,
        ShapeBlockingCtx,
        ShapeBlockingCtxValue,
    );
    type Third = (
        ShapeBlockingCtxResult,
        ShapeBlockingBoth,
        ShapeBlockingBothValue,
        ShapeBlockingBothResult,
    );
    let database = Database::new().await;
    let boss = started::<(First, Second, Third)>(&database).await;
    boss.scope(async {
        call::<ShapeBlockingBare>(()).await.unwrap();
        assert_eq!(call::<ShapeBlockingValue>(()).await.unwrap(), POINT);
        let error = call::<ShapeBlockingResult>(()).await.unwrap_err();
        assert!(format!("{error:?}").ends_with("failed: bad"), "{error:?}");
        call::<ShapeBlockingInput>("text".into()).await.unwrap();
        assert_eq!(call::<ShapeBlockingInputValue>(1.25).await.unwrap(), 2.5);
        assert_eq!(
            call::<ShapeBlockingInputResult>(POINT).await.unwrap(),
            POINT
        );
        call::<ShapeBlockingCtx>(()).await.unwrap();
        assert_eq!(call::<ShapeBlockingCtxValue>(()).await.unwrap(), 1);
        assert_eq!(call::<ShapeBlockingCtxResult>(()).await.unwrap(), 0);
        call::<ShapeBlockingBoth>(POINT).await.unwrap();
        assert_eq!(
            call::<ShapeBlockingBothValue>(POINT).await.unwrap(),
            (POINT, 1)
        );
        assert_eq!(
            call::<ShapeBlockingBothResult>(POINT).await.unwrap(),
            (POINT, 1)
        );
    })
    .await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w1_h1_a_function_stays_as_written_and_callable() {
    assert_eq!(shape_input_value(POINT).await, -1);
    assert_eq!(shape_blocking_input_value(2.0), 4.0);
    assert!(shape_blocking_result().is_err());
}
