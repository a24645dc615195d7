//! Points in time in rows that any program may have written.

use chrono::{DateTime, Utc};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgTypeInfo, PgValueRef};
use sqlx::{Decode, Postgres, Type};

/// Microseconds from 1970, where chrono counts from, to 2000, where Postgres does.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// A `timestamptz`, read without a panic whatever it is: `infinity`, `-infinity` and years beyond chrono's range become the
/// latest or the earliest instant that chrono can hold. In a row, write
/// `#[sqlx(try_from = "Timestamp")] created_on: DateTime<Utc>`.
///
/// Sums with such an instant overflow: use `checked_add_signed` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl Type<Postgres> for Timestamp {
    fn type_info() -> PgTypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }
}

impl<'r> Decode<'r, Postgres> for Timestamp {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        // sqlx's own reading of a `DateTime` panics where chrono has no such instant.
        <i64 as Decode<'r, Postgres>>::decode(value).map(Self::from_postgres)
    }
}

impl Timestamp {
    fn from_postgres(micros: i64) -> Self {
        let instant = micros
            .checked_add(POSTGRES_EPOCH)
            .and_then(DateTime::from_timestamp_micros);
        Self(instant.unwrap_or(match micros {
            ..0 => DateTime::<Utc>::MIN_UTC,
            0.. => DateTime::<Utc>::MAX_UTC,
        }))
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(Timestamp(instant): Timestamp) -> Self {
        instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_exact_and_what_chrono_cannot_hold_is_its_nearest() {
        let read = |micros| Timestamp::from_postgres(micros).0;
        assert_eq!(read(0).to_rfc3339(), "2000-01-01T00:00:00+00:00");
        assert_eq!(read(-1).to_rfc3339(), "1999-12-31T23:59:59.999999+00:00");
        // What Postgres sends for infinity and -infinity, and its latest year.
        assert_eq!(read(i64::MAX), DateTime::<Utc>::MAX_UTC);
        assert_eq!(read(i64::MIN), DateTime::<Utc>::MIN_UTC);
        assert_eq!(read(9_223_371_331_199_999_999), DateTime::<Utc>::MAX_UTC);
    }
}
