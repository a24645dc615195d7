use jobs_pg::{Error, IntoStartAfter, StartAfter};

struct Soon;

impl IntoStartAfter for Soon {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        10.into_start_after()
    }
}

fn main() {}
