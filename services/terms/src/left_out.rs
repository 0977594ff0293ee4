//! Parts of a directory that a read leaves out, as a message and as they are stored.

use rollcall_domain::left_out::{LeftOut, Names};
use rollcall_proto::v1;
use serde::{Deserialize, Serialize};

/// As a message; `None` if nothing is left out.
pub fn to_message(left_out: LeftOut) -> Option<v1::LeftOut> {
    if left_out.is_empty() {
        return None;
    }
    let LeftOut { contexts, references } = left_out;
    Some(v1::LeftOut {
        contexts: contexts.shown,
        more_contexts: contexts.more,
        references: references.shown,
        more_references: references.more,
    })
}

/// From a message.
pub fn from_message(message: &v1::LeftOut) -> LeftOut {
    LeftOut {
        contexts: Names {
            shown: message.contexts.clone(),
            more: message.more_contexts,
        },
        references: Names {
            shown: message.references.clone(),
            more: message.more_references,
        },
    }
}

/// What a run left out as it is stored: by name, and what is empty left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredLeftOut {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contexts: Vec<String>,
    #[serde(skip_serializing_if = "is_zero")]
    more_contexts: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
    #[serde(skip_serializing_if = "is_zero")]
    more_references: u32,
}

impl From<v1::LeftOut> for StoredLeftOut {
    fn from(message: v1::LeftOut) -> Self {
        let v1::LeftOut {
            contexts,
            more_contexts,
            references,
            more_references,
        } = message;
        Self {
            contexts,
            more_contexts,
            references,
            more_references,
        }
    }
}

impl From<StoredLeftOut> for v1::LeftOut {
    fn from(stored: StoredLeftOut) -> Self {
        let StoredLeftOut {
            contexts,
            more_contexts,
            references,
            more_references,
        } = stored;
        Self {
            contexts,
            more_contexts,
            references,
            more_references,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it asks about by reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out() -> LeftOut {
        LeftOut {
            contexts: Names {
                shown: vec!["DC=brand,DC=example".to_owned()],
                more: 0,
            },
            references: Names {
                shown: vec!["ldap://emea.corp.example/DC=emea".to_owned()],
                more: 3,
            },
        }
    }

    #[test]
    fn what_is_left_out_survives_the_message_and_the_store() {
        let message = to_message(left_out()).expect("a message");
        let stored = serde_json::to_string(&StoredLeftOut::from(message)).expect("JSON");
        assert_eq!(
            stored,
            r#"{"contexts":["DC=brand,DC=example"],"references":["ldap://emea.corp.example/DC=emea"],"more_references":3}"#
        );
        let read: StoredLeftOut = serde_json::from_str(&stored).expect("what was stored");
        assert_eq!(from_message(&read.into()), left_out());
    }

    #[test]
    fn nothing_left_out_is_no_message() {
        assert_eq!(to_message(LeftOut::default()), None);
    }
}
