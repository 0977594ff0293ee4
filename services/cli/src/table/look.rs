//! Look of the output for people: how wide it is, and in which time zone beside UTC.

use std::io::{self, IsTerminal};

use comfy_table::Table;
use jiff::{Timestamp, tz::TimeZone};

/// Room for text, and the zone of the tenant whose times are shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look {
    width: Width,
    zone: Option<TimeZone>,
}

/// Room for a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Width {
    /// So many columns.
    Columns(u16),
    /// As many as a line needs: a program reads it.
    #[default]
    Unbounded,
}

impl Width {
    /// Width of a terminal that does not know its own.
    const USUAL: u16 = 80;
    /// Narrower than this nothing is readable.
    const LEAST: u16 = 40;

    fn fitting(variable: Option<&str>, terminal: Option<u16>) -> Self {
        let columns = variable.and_then(|columns| columns.parse().ok()).or(terminal);
        columns.map_or(Self::Unbounded, |columns: u16| {
            Self::Columns(columns.max(Self::LEAST))
        })
    }
}

impl Look {
    /// Look of standard output: as wide as COLUMNS says, otherwise as the terminal, otherwise without a bound.
    #[expect(
        clippy::disallowed_methods,
        reason = "what shells say of the terminal is no configuration"
    )]
    pub(crate) fn of_output() -> Self {
        let variable = std::env::var("COLUMNS").ok();
        let terminal = io::stdout()
            .is_terminal()
            .then(|| Table::new().width().unwrap_or(Width::USUAL));
        Self {
            width: Width::fitting(variable.as_deref(), terminal),
            zone: None,
        }
    }

    /// So many columns for each line; `None` if a line is never broken.
    pub(crate) fn columns(&self) -> Option<u16> {
        match self.width {
            Width::Columns(columns) => Some(columns),
            Width::Unbounded => None,
        }
    }

    /// A line break in a cell, or what stands in its place if each row is one line.
    pub(super) fn line_break<'b>(&self, otherwise: &'b str) -> &'b str {
        match self.width {
            Width::Columns(_) => "\n",
            Width::Unbounded => otherwise,
        }
    }

    /// Shows times in this zone too.
    pub(crate) fn set_zone(&mut self, zone: Option<TimeZone>) {
        self.zone = zone;
    }

    /// The same with another zone, by its IANA name; without one, or with an unknown one, only in UTC.
    pub(super) fn in_zone(&self, name: Option<&str>) -> Self {
        Self {
            width: self.width,
            zone: name.and_then(|name| TimeZone::get(name).ok()),
        }
    }

    /// RFC 3339 in UTC, as a person reads it: to the second, and beside it in the tenant's zone.
    pub(crate) fn time(&self, time: &str) -> String {
        let Ok(parsed) = time.parse::<Timestamp>() else {
            return time.to_owned();
        };
        let utc = short_time(parsed);
        let Some(zone) = &self.zone else { return utc };
        let there = parsed.to_zoned(zone.clone());
        if there.offset().is_zero() && there.strftime("%Z").to_string() == "UTC" {
            return utc;
        }
        let same_day = there.date() == parsed.to_zoned(TimeZone::UTC).date();
        let format = if same_day {
            "%H:%M:%S %Z"
        } else {
            "%Y-%m-%d %H:%M:%S %Z"
        };
        format!("{utc} ({})", there.strftime(format))
    }

    /// A time, if there is one.
    pub(super) fn at(&self, time: Option<&str>) -> Option<String> {
        time.map(|time| self.time(time))
    }

    /// A time, or a dash.
    pub(super) fn at_or_dash(&self, time: Option<&str>) -> String {
        self.at(time).unwrap_or_else(|| "-".to_owned())
    }
}

/// A time in UTC, to the second.
fn short_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
impl Look {
    /// So many columns, and no zone.
    pub(super) fn wide(columns: u16) -> Self {
        Self {
            width: Width::Columns(columns),
            zone: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_the_variable_s_then_the_terminal_s_and_otherwise_there_is_no_bound() {
        assert_eq!(Width::fitting(Some("100"), Some(120)), Width::Columns(100));
        assert_eq!(Width::fitting(Some("1"), None), Width::Columns(Width::LEAST));
        assert_eq!(Width::fitting(Some("wide"), Some(120)), Width::Columns(120));
        assert_eq!(Width::fitting(None, None), Width::Unbounded);
    }

    #[test]
    fn a_person_reads_times_to_the_second_and_in_the_tenant_s_zone_beside_utc() {
        let (utc, berlin) = (Look::default(), Look::default().in_zone(Some("Europe/Berlin")));
        let time = "2023-11-14T22:13:20.123457Z";
        assert_eq!(utc.time(time), "2023-11-14 22:13:20Z");
        assert_eq!(berlin.time(time), "2023-11-14 22:13:20Z (23:13:20 CET)");
        assert_eq!(utc.at_or_dash(None), "-");
        let zone = Look::default().in_zone(Some("UTC"));
        assert_eq!(zone.time(time), "2023-11-14 22:13:20Z", "once is enough");
    }

    #[test]
    fn the_date_is_repeated_where_the_zone_has_another_day() {
        let tokyo = Look::default().in_zone(Some("Asia/Tokyo"));
        assert_eq!(
            tokyo.time("2023-11-14T22:13:20Z"),
            "2023-11-14 22:13:20Z (2023-11-15 07:13:20 JST)"
        );
    }
}
