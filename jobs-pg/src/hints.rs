//! Names that people try, and that there are not: a hidden function of each such name has a bound that nothing meets, and the
//! compiler's message is the hint of what to write.

/// No type implements it.
#[expect(unnameable_types, reason = "it is there for its message")]
#[diagnostic::on_unimplemented(
    message = "`PgBoss` has no `new`",
    label = "a connection is made by other functions",
    note = "write `PgBoss::connect(url).await?`, `PgBoss::from_env().await?`, or `PgBoss::builder()` for settings"
)]
pub trait New {}

/// No type implements it.
#[expect(unnameable_types, reason = "it is there for its message")]
#[diagnostic::on_unimplemented(
    message = "a submitted job itself has no such method",
    label = "what only pg-boss can do comes from `.pg_boss()`",
    note = "write `job.pg_boss().cancel().await?`; `details`, `resume`, `retry` and `delete` are there too"
)]
pub trait OnTheJob {}

#[cfg(not(feature = "testing"))]
mod testing {
    use std::future::{Pending, pending};

    use chrono::{DateTime, Utc};
    use jobs_core::testing::{Ran, Submitted};
    use jobs_core::{Error, Job};

    use crate::{PgBoss, PgBossBuilder};

    /// No type implements it.
    #[expect(unnameable_types, reason = "it is there for its message")]
    #[diagnostic::on_unimplemented(
        message = "this method needs the feature `testing` of `jobs-pg`",
        label = "it is there for tests alone",
        note = "add the feature in `[dev-dependencies]`: `jobs-pg = {{ version = \"..\", features = [\"testing\"] }}`"
    )]
    pub trait Testing {}

    macro_rules! hints {
        ($($name:ident $([$job:ident])? ($($given:ident)?) $output:ty;)+) => {$(
            #[doc(hidden)]
            // The lifetime keeps the compiler from checking the bound here.
            pub fn $name<'a $(, $job: Job)? $(, $given)?>(&'a self $(, _: $given)?) -> Pending<Result<$output, Error>>
            where
                &'a Self: Testing,
            {
                pending()
            }
        )+};
    }

    impl PgBoss {
        hints! {
            travel(Time) DateTime<Utc>;
            travel_to(Time) DateTime<Utc>;
            real_time() ();
            drain() Vec<Ran>;
            submitted[J]() Vec<Submitted<J>>;
        }
    }

    impl PgBossBuilder {
        #[doc(hidden)]
        pub fn test_clock(self, _: bool) -> Self
        where
            for<'a> &'a Self: Testing,
        {
            self
        }
    }
}
