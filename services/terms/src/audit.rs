//! Records of acts, as they are stored and as a message has them.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Methods of the contract that act: each call leaves a record, also if it is refused.
pub const ACTS: &[&str] = &[
    "PutSettings",
    "DeleteSettings",
    "ResumeSchedule",
    "SyncNow",
    "PreviewUsers",
    "ApproveRun",
    "RevertRun",
    "CancelRun",
    "TestConnection",
    "PauseFleet",
    "ResumeFleet",
    "PutDomains",
    "ReleaseDomain",
    "PutAccount",
    "RemoveAccount",
    "RestoreAccount",
    "SetProtected",
    "ExportCsv",
];

/// Methods of the contract that only read, and leave no record.
pub const READS: &[&str] = &[
    "GetSettings",
    "ListSettings",
    "ValidateFilter",
    "BuildFilter",
    "GetDomains",
    "GetDomainOwner",
    "GetRun",
    "ListRuns",
    "WatchRun",
    "ListRows",
    "ListAccounts",
    "ExplainAddress",
    "GetFleet",
    "ListAudit",
    "ListFleetAudit",
];

/// Outcome of a call that did what it says.
pub const OK: &str = "OK";

/// Octets of a record's details. A value for which there is no more room is left out.
const ROOM: usize = 64 * 1024;
/// Details of one record; further ones are only counted.
const MOST_DETAILS: usize = 100;
/// Characters of a value. A filter is longer only if it names hundreds of values.
const LONGEST_VALUE: usize = 4_096;

/// Stands for a value that is left out.
const LEFT_OUT: &str = "…";

/// One thing that an act did, or one setting that it changed. It never holds a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Name, such as `directory.filter`.
    pub name: String,
    /// Value, which is the new one if the act changed something.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Value before a change.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub old: String,
}

impl Detail {
    fn len(&self) -> usize {
        self.name.len() + self.value.len() + self.old.len()
    }
}

/// The details of a record, within bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Details(Vec<Detail>);

impl Details {
    /// With a value.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        self.changed(name, String::new(), value)
    }

    /// With a value, unless it is empty.
    #[must_use]
    pub fn with_any(self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if value.is_empty() {
            self
        } else {
            self.with(name, value)
        }
    }

    /// With a value and the one before it.
    #[must_use]
    pub fn changed(mut self, name: &str, old: impl Into<String>, value: impl Into<String>) -> Self {
        let taken: usize = self.0.iter().map(Detail::len).sum();
        let detail = Detail {
            name: name.to_owned(),
            value: bounded(value.into()),
            old: bounded(old.into()),
        };
        let detail = if taken + detail.len() > ROOM {
            Detail {
                name: detail.name,
                value: LEFT_OUT.to_owned(),
                old: String::new(),
            }
        } else {
            detail
        };
        if self.0.len() < MOST_DETAILS {
            self.0.push(detail);
        }
        self
    }

    /// With the value of a list: all of it, or as many of its entries as fit, and their number.
    #[must_use]
    pub fn listed<'a>(self, name: &str, entries: impl IntoIterator<Item = &'a str>) -> Self {
        let text = list(entries);
        self.with_any(name, text)
    }

    /// In the order in which they were given.
    pub fn into_inner(self) -> Vec<Detail> {
        self.0
    }
}

/// Entries as one text: as many as fit, and the number of the others.
pub fn list<'a>(entries: impl IntoIterator<Item = &'a str>) -> String {
    const ROOM: usize = LONGEST_VALUE - 32;
    let mut text = String::new();
    let mut others: u64 = 0;
    for entry in entries {
        if others > 0 || text.len() + entry.len() > ROOM {
            others += 1;
            continue;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(entry);
    }
    if others > 0 {
        let _ = write!(text, " … {others} more");
    }
    text
}

/// The beginning of a text that is too long, marked as such. PostgreSQL takes no NUL.
fn bounded(text: String) -> String {
    let text = if text.contains('\0') {
        text.replace('\0', "\\0")
    } else {
        text
    };
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_stored_without_what_is_empty_and_read_again() {
        let details = Details::default()
            .with("port", "636")
            .changed("filter", "(a=*)", "(b=*)")
            .with_any("note", "");
        let stored = serde_json::to_string(&details).expect("JSON");
        assert_eq!(
            stored,
            r#"[{"name":"port","value":"636"},{"name":"filter","value":"(b=*)","old":"(a=*)"}]"#
        );
        assert_eq!(
            serde_json::from_str::<Details>(&stored).expect("details"),
            details
        );
    }

    #[test]
    fn every_method_of_the_portal_s_contract_either_acts_or_reads() {
        use prost_types::{FileDescriptorSet, MethodDescriptorProto};
        let files =
            <FileDescriptorSet as prost::Message>::decode(rollcall_proto::DESCRIPTORS).expect("descriptors");
        let files = files.file.iter().filter(|file| file.package() == "rollcall.v1");
        let methods = files
            .flat_map(|file| &file.service)
            .flat_map(|service| &service.method);
        let mut methods: Vec<_> = methods.map(MethodDescriptorProto::name).collect();
        let mut named = [ACTS, READS].concat();
        methods.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, methods);
    }

    #[test]
    fn a_record_is_bounded_whatever_a_caller_sends() {
        let names: Vec<String> = (0..10_000).map(|n| format!("domain{n}.example")).collect();
        let details = (0..1_000).fold(Details::default(), |details, _| {
            details.listed("added", names.iter().map(String::as_str))
        });
        let details = details.into_inner();
        assert_eq!(details.len(), MOST_DETAILS);
        let octets: usize = details.iter().map(Detail::len).sum();
        assert!(octets <= ROOM + MOST_DETAILS * 16, "{octets}");
        let first = &details[0].value;
        assert!(
            first.len() <= LONGEST_VALUE && first.ends_with(" more"),
            "{first}"
        );
        assert_eq!(details[MOST_DETAILS - 1].value, LEFT_OUT);
        let long = Details::default().with("filter", "ü\0".repeat(LONGEST_VALUE));
        let value = &long.into_inner()[0].value;
        assert!(value.chars().count() <= LONGEST_VALUE + 2 && !value.contains('\0'));
    }
}
