//! Rules as people mistake them, and some that only look like mistakes.

use super::expression::Frequency;

/// Not among them: a COUNT below 1, which RFC 5545 forbids and rrule-temporal takes for a rule that is over, and a BYSETPOS beyond
/// what the crate rrule counts to (the number of days of a month, for example).
const PARTS: [&str; 49] = [
    "BYHOURS=3",
    "BYHOUR=23",
    "BYHOUR=24",
    "BYHOUR=9,25",
    "BYHOUR=-1",
    "BYHOUR=nine",
    "BYHOUR=",
    "BYHOUR",
    "BYMINUTE=60",
    "BYMINUTE=5,5",
    "BYSECOND=59",
    "BYSECOND=61",
    "BYMONTH=12",
    "BYMONTH=13",
    "BYMONTH=0",
    "BYMONTH=JAN",
    "BYMONTHDAY=-31",
    "BYMONTHDAY=32",
    "BYMONTHDAY=0",
    "BYYEARDAY=-366",
    "BYYEARDAY=367",
    "BYYEARDAY=0",
    "BYWEEKNO=53",
    "BYWEEKNO=54",
    "BYWEEKNO=0",
    "BYDAY=MO,FR",
    "BYDAY=XX",
    "BYDAY=MONDAY",
    "BYDAY=0MO",
    "BYDAY=1MO",
    "BYDAY=-1FR,MO",
    "BYDAY=MO;BYSETPOS=1",
    "BYDAY=MO;BYSETPOS=0",
    "BYSETPOS=1",
    "INTERVAL=0",
    "INTERVAL=-1",
    "INTERVAL=x",
    "COUNT=3",
    "COUNT=x",
    "UNTIL=20300101T000000Z",
    "UNTIL=20300101T000000",
    "UNTIL=20300101",
    "UNTIL=tomorrow",
    "UNTIL=20300101T000000Z;COUNT=3",
    "WKST=SU",
    "WKST=XX",
    "FREQ=DAILY",
    "X-OTHER=1",
    "BYWEEKNO=3;BYDAY=1MO",
];

/// Each part beside each frequency, with and without a start.
pub(super) fn parts_at_each_frequency() -> impl Iterator<Item = String> {
    let heads = [
        "",
        "DTSTART:20260101T090000\n",
        "DTSTART:20260101T090000Z\n",
    ];
    heads.into_iter().flat_map(|head| {
        Frequency::ALL.into_iter().flat_map(move |frequency| {
            let frequency = frequency.name();
            PARTS.map(|part| match head {
                "" => format!("FREQ={frequency};{part}"),
                _ => format!("{head}RRULE:FREQ={frequency};{part}"),
            })
        })
    })
}

pub(super) const ENTRIES: [&str; 24] = [
    "FREQ=FORTNIGHTLY",
    "FREQ=",
    "RRULE:",
    "RRULE:BYHOUR=9;FREQ=",
    "freq=daily;byhour=9",
    "FREQ=DAILY;;BYHOUR=9;",
    "RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY",
    "DTSTART:20260101T000000Z\nDTSTART:20260101T000000Z\nRRULE:FREQ=DAILY",
    "DTSTART:20260101T000000Z",
    "RDATE:20260101T000000Z",
    "BEGIN:VEVENT\nRRULE:FREQ=DAILY\nEND:VEVENT",
    "DTSRAT:20260101T000000Z\nRRULE:FREQ=DAILY",
    "RRULE:FREQ=DAILY\nUID:3",
    "FREQ=DAILY\nEXDATE:20260101T000000Z",
    "FREQ=DAILY\nEXDATE:20260101",
    "DTSTART:20260101\nRRULE:FREQ=DAILY",
    "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20260102",
    "DTSTART:20260101\nRRULE:FREQ=DAILY\nEXDATE:20260102T000000",
    "DTSTART:20260101\nRRULE:FREQ=DAILY;UNTIL=20260201",
    "DTSTART:20260101\nRRULE:FREQ=DAILY;UNTIL=20260201T000000Z",
    "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY;UNTIL=20260201T000000",
    "DTSTART;TZID=Mars/Olympus:20260101T090000\nRRULE:FREQ=DAILY",
    "DTSTART;TZID=\"Europe/Berlin\":20260101T090000\nRRULE:FREQ=DAILY",
    "DTSTART:20260101T090000Z\r\nRRULE:FREQ=DAILY;COU\r\n NT=2",
];
