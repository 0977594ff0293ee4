//! The inputs that decide on a read, besides the read itself: a read that equals the last applied one may be passed
//! over only if all of them are unchanged.

use prost::Message as _;
use rollcall_domain::plan::RULES_VERSION;
use rollcall_proto::v1;

/// A hash of these inputs.
pub(crate) fn hash(settings: &v1::Settings, portal_generation: i64, removals_paused: bool) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&RULES_VERSION.to_be_bytes());
    hasher.update(&portal_generation.to_be_bytes());
    hasher.update(&[u8::from(removals_paused)]);
    hasher.update(&deciding(settings.clone()).encode_length_delimited_to_vec());
    hasher.finalize().as_bytes().to_vec()
}

/// The settings without the fields that decide nothing about a read.
///
/// A field that the programmer forgets to clear costs one plan. A field that was forgotten among those that decide
/// would leave a setting without effect, so every field is named, and a new one does not compile until it is placed.
fn deciding(mut settings: v1::Settings) -> v1::Settings {
    let v1::Settings {
        tenant_id: _,
        directory: _,
        selection: _,
        removal: _,
        new_users: _,
        schedule,
        etag,
        credential_set,
        next_run_time,
        paused_reason,
        update_time,
        composed_filter,
    } = &mut settings;
    *schedule = None;
    etag.clear();
    *credential_set = false;
    *next_run_time = None;
    *paused_reason = 0;
    *update_time = None;
    composed_filter.clear();
    settings
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> v1::Settings {
        v1::Settings {
            tenant_id: "acme".to_owned(),
            directory: Some(v1::Directory {
                hosts: vec!["dc1".to_owned()],
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn hash_of(settings: &v1::Settings) -> Vec<u8> {
        hash(settings, 1, false)
    }

    #[test]
    fn a_change_of_schedule_is_no_change_of_inputs() {
        let scheduled = v1::Settings {
            schedule: Some(v1::Schedule {
                every_hours: 4,
                ..Default::default()
            }),
            etag: "7".to_owned(),
            credential_set: true,
            ..settings()
        };
        assert_eq!(hash_of(&settings()), hash_of(&scheduled));
    }

    #[test]
    fn whatever_decides_changes_the_inputs() {
        let base = hash_of(&settings());
        let mut other = settings();
        other.new_users = Some(v1::NewUsers {
            send_hsr: true,
            ..Default::default()
        });
        assert_ne!(base, hash_of(&other));
        let mut other = settings();
        other.selection = Some(v1::Selection {
            exclude_disabled: true,
            ..Default::default()
        });
        assert_ne!(base, hash_of(&other));
        let mut other = settings();
        other.directory = Some(v1::Directory {
            hosts: vec!["dc2".to_owned()],
            ..Default::default()
        });
        assert_ne!(base, hash_of(&other));
        let mut other = settings();
        other.removal = Some(v1::Removal {
            remove_accounts: true,
            ..Default::default()
        });
        assert_ne!(base, hash_of(&other));
        assert_ne!(base, hash(&settings(), 2, false));
        assert_ne!(base, hash(&settings(), 1, true));
    }
}
