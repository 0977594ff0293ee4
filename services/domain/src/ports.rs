//! The operator's list: the ports at which directories may be reached, whatever a tenant's settings name.
//!
//! Whoever can have any port dialled learns which ports of a server are open, so the list names those of directories.

use std::fmt;

use thiserror::Error;

/// The ports of LDAP, LDAPS, and the two of Active Directory's global catalog.
const BY_DEFAULT: [u16; 4] = [389, 636, 3268, 3269];

/// Ports that may be dialled. At least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<Range>);

/// Ports from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: u16,
    last: u16,
}

/// Reason why a list of ports is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidPorts {
    /// It is empty.
    #[error("expected at least one port")]
    Empty,
    /// An entry is neither a port nor a range.
    #[error("`{0}` is neither a port from 1 to 65535 nor a range such as 1024-65535")]
    Entry(String),
}

impl Ports {
    /// True if the port is on the list.
    pub fn allow(&self, port: u16) -> bool {
        self.0
            .iter()
            .any(|range| (range.first..=range.last).contains(&port))
    }
}

impl Default for Ports {
    fn default() -> Self {
        Self(
            BY_DEFAULT
                .map(|port| Range {
                    first: port,
                    last: port,
                })
                .into(),
        )
    }
}

impl TryFrom<Vec<String>> for Ports {
    type Error = InvalidPorts;

    /// Reads ports such as `636`, and ranges such as `1024-65535`.
    fn try_from(entries: Vec<String>) -> Result<Self, InvalidPorts> {
        let ranges: Vec<_> = entries
            .into_iter()
            .map(|entry| Range::parse(&entry).ok_or(InvalidPorts::Entry(entry)))
            .collect::<Result<_, _>>()?;
        if ranges.is_empty() {
            return Err(InvalidPorts::Empty);
        }
        Ok(Self(ranges))
    }
}

impl fmt::Display for Ports {
    /// `389, 636 or 1024-65535`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let between = match index {
                0 => "",
                index if index + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{between}{}", range.first)?;
            if range.last != range.first {
                write!(f, "-{}", range.last)?;
            }
        }
        Ok(())
    }
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
        let range = Self {
            first: port(first)?,
            last: port(last)?,
        };
        (range.first <= range.last).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entries: &[&str]) -> Result<Ports, InvalidPorts> {
        Ports::try_from(
            entries
                .iter()
                .map(|entry| (*entry).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn only_the_ports_of_directories_are_allowed_by_default() {
        let ports = Ports::default();
        for port in [389, 636, 3268, 3269] {
            assert!(ports.allow(port), "{port}");
        }
        for port in [0, 22, 25, 388, 390, 443, 3270, 5432, 65_535] {
            assert!(!ports.allow(port), "{port}");
        }
        assert_eq!(ports.to_string(), "389, 636, 3268 or 3269");
    }

    #[test]
    fn a_range_is_allowed_from_its_first_port_to_its_last() {
        let ports = parse(&["636", "1024-65535"]).unwrap();
        for (port, allowed) in [
            (636, true),
            (1023, false),
            (1024, true),
            (65_535, true),
            (389, false),
        ] {
            assert_eq!(ports.allow(port), allowed, "{port}");
        }
        assert_eq!(ports.to_string(), "636 or 1024-65535");
    }

    #[test]
    fn what_is_no_port_is_named() {
        for wrong in ["0", "65536", "ldap", "10-", "-10", "20-10", "1-2-3", ""] {
            assert_eq!(parse(&["636", wrong]), Err(InvalidPorts::Entry(wrong.to_owned())));
        }
        assert_eq!(parse(&[]), Err(InvalidPorts::Empty));
    }
}
