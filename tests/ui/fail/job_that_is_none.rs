use jobs_pg::prelude::*;

struct Greet;

fn follow(_: SubmittedJob<Greet>) {}

fn main() {}
