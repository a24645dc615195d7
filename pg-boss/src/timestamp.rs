//! Timestamps as Postgres keeps them.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

/// 2000-01-01, from which Postgres counts, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;

/// A `timestamptz` that can be read and sent back whatever it is: `infinity` and years that chrono cannot express too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant; `None` if it is infinite or too far away for chrono.
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        if self.0 == i64::MIN || self.0 == i64::MAX {
            return None;
        }
        DateTime::from_timestamp_micros(EPOCH)?.checked_add_signed(TimeDelta::microseconds(self.0))
    }
}

impl Type<Postgres> for Timestamp {
    fn type_info() -> PgTypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Timestamp {
    fn array_type_info() -> PgTypeInfo {
        <DateTime<Utc> as PgHasArrayType>::array_type_info()
    }
}

impl Decode<'_, Postgres> for Timestamp {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        match value.format() {
            PgValueFormat::Binary => Ok(Self(<i64 as Decode<Postgres>>::decode(value)?)),
            PgValueFormat::Text => Err("a timestamp is only read in its binary form".into()),
        }
    }
}

impl Encode<'_, Postgres> for Timestamp {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, buffer)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_micros().saturating_sub(EPOCH))
    }
}

/// The nearest that chrono can express.
impl From<Timestamp> for DateTime<Utc> {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_utc().unwrap_or(match timestamp.0 {
            ..0 => Self::MIN_UTC,
            0.. => Self::MAX_UTC,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_exact_and_what_chrono_cannot_express_is_its_nearest() {
        let read = |micros| DateTime::<Utc>::from(Timestamp(micros));
        assert_eq!(read(0).to_rfc3339(), "2000-01-01T00:00:00+00:00");
        assert_eq!(read(-1).to_rfc3339(), "1999-12-31T23:59:59.999999+00:00");
        // What Postgres sends for infinity and -infinity, and its latest year.
        assert_eq!(read(i64::MAX), DateTime::<Utc>::MAX_UTC);
        assert_eq!(read(i64::MIN), DateTime::<Utc>::MIN_UTC);
        assert_eq!(read(9_223_371_331_199_999_999), DateTime::<Utc>::MAX_UTC);
        assert_eq!(Timestamp(i64::MAX).to_utc(), None);
        assert_eq!(Timestamp::from(read(-1)), Timestamp(-1));
    }
}
