use super::Zone;
use crate::parse_instant;

fn offset(zone: &str, at: &str) -> i32 {
    Zone::parse(zone)
        .unwrap()
        .offset_at(parse_instant(at).unwrap())
        .local_minus_utc()
}

#[test]
fn names_are_read_in_any_case_and_kept_as_written() {
    for name in ["Europe/Berlin", "europe/berlin", "EUROPE/BERLIN"] {
        assert_eq!(offset(name, "2030-01-01"), 3600);
        assert_eq!(offset(name, "2030-07-01"), 7200);
        assert_eq!(Zone::parse(name).unwrap().to_string(), name);
    }
    for name in [
        "UTC",
        "utc",
        "GMT",
        "Etc/UTC",
        "EST",
        "US/Pacific",
        "Asia/Calcutta",
    ] {
        assert!(Zone::parse(name).is_ok(), "{name}");
    }
}

#[test]
fn offsets_are_fixed() {
    let cases = [
        ("+05:30", 19_800),
        ("-08:00", -28_800),
        ("+0530", 19_800),
        ("+05", 18_000),
        ("UTC+2", 7_200),
    ];
    for (zone, seconds) in cases.into_iter().chain([
        ("utc-3:30", -12_600),
        ("UTC+02:00", 7_200),
        ("+14:00", 50_400),
    ]) {
        assert_eq!(offset(zone, "2030-01-01"), seconds, "{zone}");
    }
}

#[test]
fn three_letters_are_a_zone_in_a_row_only() {
    for (letters, name) in [("PST", "America/Los_Angeles"), ("bst", "Asia/Dhaka")] {
        let stored = Zone::parse_stored(letters).unwrap();
        let at = parse_instant("2030-07-01").unwrap();
        assert_eq!(
            stored.offset_at(at),
            Zone::parse(name).unwrap().offset_at(at)
        );
        assert_eq!(stored.as_str(), letters);
    }
    assert_eq!(
        Zone::parse_stored("Europe/Berlin"),
        Zone::parse("Europe/Berlin")
    );
    assert_eq!(Zone::parse_stored("local"), Zone::parse("local"));
}

#[test]
fn what_is_no_zone_is_refused() {
    let wrong = [
        "",
        " UTC",
        "UTC ",
        "+5",
        "+5:30",
        "+24:00",
        "+05:60",
        "+05:3",
        "UTC+123",
        "UTC+0530",
        "BST",
        "Z",
        "local",
        "Mars/Olympus",
        "+1é",
        "utcé",
        "++1:00",
    ];
    for zone in wrong {
        assert!(Zone::parse(zone).is_err(), "{zone}");
    }
}

#[test]
fn an_unknown_zone_is_told_near_ones() {
    let error = Zone::parse("America/New_Yrok").unwrap_err().to_string();
    assert!(
        error.starts_with("unknown time zone `America/New_Yrok`; did you mean `America/New_York`"),
        "{error}"
    );
    assert!(
        Zone::parse("Berlin")
            .unwrap_err()
            .to_string()
            .contains("`Europe/Berlin`")
    );
    assert!(
        Zone::parse("qqqq")
            .unwrap_err()
            .to_string()
            .contains("write an IANA name")
    );
}

#[test]
fn changes_of_the_offset_are_found_to_the_second() {
    let zone = Zone::parse("America/New_York").unwrap();
    let at = |text| parse_instant(text).unwrap();
    let (winter, summer) = (at("2026-01-01"), at("2026-07-01"));
    assert_eq!(
        zone.first_change(winter, summer),
        Some(at("2026-03-08T07:00:00Z"))
    );
    assert_eq!(
        zone.last_change(winter, summer),
        Some(at("2026-03-08T07:00:00Z"))
    );
    assert_eq!(
        zone.first_change(summer, at("2027-01-01")),
        Some(at("2026-11-01T06:00:00Z"))
    );
    assert_eq!(zone.first_change(summer, at("2026-11-01T05:59:59Z")), None);
    assert_eq!(
        zone.last_change(at("2026-11-01T06:00:00Z"), at("2027-01-01")),
        None
    );
}

#[test]
fn a_time_is_shown_first_with_the_earlier_offset_and_a_skipped_one_never() {
    let zone = Zone::parse("America/New_York").unwrap();
    let shown = |text| zone.first_showing(parse_instant(text).unwrap().naive_utc());
    assert_eq!(
        shown("2026-11-01T01:30"),
        parse_instant("2026-11-01T05:30:00Z").ok()
    );
    assert_eq!(shown("2026-03-08T02:30"), None);
    assert_eq!(
        shown("2026-03-08T03:00"),
        parse_instant("2026-03-08T07:00:00Z").ok()
    );
}

#[test]
fn an_abbreviation_is_told_the_name_of_its_zone() {
    let error = Zone::parse("pst").unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown time zone `pst`; an abbreviation does not say which zone is meant; write its name, such as `America/Los_Angeles`"
    );
    for (letters, zone) in super::ABBREVIATIONS {
        assert!(Zone::parse(letters).is_err(), "{letters}");
        assert!(Zone::parse(zone).is_ok(), "{zone}");
    }
}
