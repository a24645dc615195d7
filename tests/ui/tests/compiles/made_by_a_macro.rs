use jobs_pg::prelude::*;

macro_rules! jobs {
    ($($name:ident: $handle:ident($input:ty) -> $output:ty),*) => {$(
        #[job(executor = PgBoss)]
        async fn $name(input: $input, ctx: Context<$handle>) -> $output {
            let _ = ctx;
            input.into()
        }
    )*};
}

jobs!(widen: Widen(u32) -> u64, keep: Keep(String) -> String);

#[test]
fn a_macro_may_make_jobs() {
    drop(Widen::delay(1).submit(7));
    drop(Keep::delay(1).submit("x".into()));
}
