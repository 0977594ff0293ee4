//! The words of `rollcall audit`.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Limit;

pub(super) const EXAMPLES: &str = "\
Examples:
  rollcall audit acme
  rollcall audit acme --since 2027-01-31 --method ApproveRun
  rollcall audit --actor ann@portal.example   of all tenants, for operators";

/// The records to list.
#[derive(Debug, clap::Args)]
pub struct ListAudit {
    /// The portal's id of the customer; if left out, the records of all tenants, for operators.
    pub tenant: Option<String>,
    /// Only records from this time on: RFC 3339, or a day in UTC such as 2027-01-31.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Timestamp>,
    /// Only records before this time.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,
    /// Only calls of this method, such as ApproveRun.
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// Only calls of this caller, by the name in its certificate.
    #[arg(long, value_name = "NAME")]
    pub caller: Option<String>,
    /// Only calls on behalf of this person.
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only records of this run.
    #[arg(long, value_name = "RUN_ID")]
    pub run: Option<String>,
    /// Length of the list.
    #[command(flatten)]
    pub limit: Limit,
}

fn time(text: &str) -> Result<Timestamp, String> {
    let of_day = |day: Date| day.to_zoned(TimeZone::UTC).map(|start| start.timestamp());
    text.parse::<Timestamp>()
        // Parsed as a date only, it would pass over a time without a zone.
        .or_else(|_| Date::strptime("%Y-%m-%d", text).and_then(of_day))
        .map_err(|_| "expected a time such as 2027-01-31T12:00:00Z, or a day such as 2027-01-31".to_owned())
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_is_a_moment_or_the_beginning_of_a_day_in_utc() {
        assert_eq!(time("2027-01-31"), time("2027-01-31T00:00:00Z"));
        assert_eq!(time("2027-01-31T01:00:00+01:00"), time("2027-01-31"));
        for wrong in ["", "yesterday", "2027-02-30", "2027-01-31T12:00"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
