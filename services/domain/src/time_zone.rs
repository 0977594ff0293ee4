//! Time zones by name, from the database that is part of the program: the same on every machine.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A text that names no time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct UnknownTimeZone;

/// The time zone with this IANA name, whatever the case.
pub fn parse(name: &str) -> Result<TimeZone, UnknownTimeZone> {
    ZONES
        .get(name)
        .ok()
        .filter(|zone| zone.iana_name().is_some())
        .ok_or(UnknownTimeZone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_iana_name() {
        for (name, expected) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("america/sao_paulo", "America/Sao_Paulo"),
            ("UTC", "UTC"),
            ("Etc/GMT+5", "Etc/GMT+5"),
        ] {
            assert_eq!(parse(name).unwrap().iana_name(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in [
            "",
            "Berlin",
            "Europe/Berlin ",
            "+02:00",
            "CET-1CEST",
            "Etc/Unknown",
            "../../etc/passwd",
            "Mars/Olympus",
        ] {
            assert_eq!(parse(name), Err(UnknownTimeZone), "{name:?}");
        }
    }
}
