//! Numbers of claims that are left out, as they are stored and as a message has them.

use std::collections::BTreeMap;

use rollcall_domain::{Reason, Skipped};
use rollcall_proto::v1::{self, ReasonCount};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::names;

/// Numbers of refused claims as they are stored: by the name of their reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredSkipped(pub Skipped);

impl StoredSkipped {
    /// True if no claim was refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for StoredSkipped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .in_order()
                .map(|(reason, claims)| (reason.as_str(), claims)),
        )
    }
}

impl<'de> Deserialize<'de> for StoredSkipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = BTreeMap::<String, u64>::deserialize(deserializer)?;
        // A reason of a newer release is passed over.
        let known = stored
            .into_iter()
            .filter_map(|(reason, claims)| Some((Reason::parse(&reason)?, claims)));
        Ok(Self(known.collect()))
    }
}

impl From<StoredSkipped> for Vec<ReasonCount> {
    fn from(StoredSkipped(skipped): StoredSkipped) -> Self {
        let counts = skipped.by_number().into_iter();
        counts
            .map(|(reason, claims)| ReasonCount {
                reason: names::from_nullable::<v1::Reason>(Some(reason.as_str())).into(),
                claims,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_stored_by_name_and_those_of_a_newer_release_passed_over() {
        let stored = r#"{"INVALID_ADDRESS":1,"MOONSTRUCK":4,"DUPLICATE_USERNAME":2}"#;
        let read: StoredSkipped = serde_json::from_str(stored).unwrap();
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"{"INVALID_ADDRESS":1,"DUPLICATE_USERNAME":2}"#
        );
        let counts: Vec<ReasonCount> = read.into();
        let shown: Vec<_> = counts
            .iter()
            .map(|count| (count.reason(), count.claims))
            .collect();
        assert_eq!(
            shown,
            [
                (v1::Reason::DuplicateUsername, 2),
                (v1::Reason::InvalidAddress, 1)
            ]
        );
    }
}
