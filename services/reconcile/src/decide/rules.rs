//! The settings as the planner's rules.

use rollcall_domain::{
    DomainName, ObjectType,
    plan::{Removal, Rules, SameUsername},
};
use rollcall_proto::v1;
use rollcall_terms::Twin as _;

use crate::error::ReconcileError;

/// The settings that decide in a plan.
pub(crate) fn rules(settings: &v1::Settings) -> Result<Rules, ReconcileError> {
    let selection = settings.selection.clone().unwrap_or_default();
    let new_users = settings.new_users.unwrap_or_default();
    let unreadable = ReconcileError::Unreadable {
        what: "domain of the settings",
    };
    let domains = selection
        .domains
        .iter()
        .map(|name| DomainName::parse(name))
        .collect::<Result<_, _>>();
    Ok(Rules {
        object_types: selection
            .object_types()
            .filter_map(ObjectType::of_message)
            .collect(),
        domains: domains.map_err(|_| unreadable)?,
        exclude_disabled: selection.exclude_disabled,
        same_username: match selection.same_username() {
            v1::SameUsername::Import => SameUsername::Import,
            v1::SameUsername::Skip | v1::SameUsername::Unspecified => SameUsername::Skip,
        },
        removal: match settings.removal {
            Some(removal) if removal.remove_accounts => Removal::On {
                keep_manual: removal.keep_manual,
            },
            _ => Removal::Off,
        },
        send_hsr: new_users.send_hsr,
        send_welcome: new_users.send_welcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_without_import_and_new_users_ask_for_everything_and_send_nothing() {
        assert_eq!(rules(&v1::Settings::default()).unwrap(), Rules::default());
    }

    #[test]
    fn settings_become_rules() {
        let settings = v1::Settings {
            selection: Some(v1::Selection {
                object_types: vec![v1::ObjectType::SharedMailbox.into()],
                domains: vec!["corp.example".to_owned()],
                exclude_disabled: true,
                same_username: v1::SameUsername::Import.into(),
            }),
            new_users: Some(v1::NewUsers {
                send_hsr: true,
                send_welcome: true,
                ..v1::NewUsers::default()
            }),
            ..v1::Settings::default()
        };
        let rules = rules(&settings).unwrap();
        assert_eq!(rules.object_types, [ObjectType::SharedMailbox]);
        assert_eq!(rules.domains[0].as_str(), "corp.example");
        assert_eq!(rules.same_username, SameUsername::Import);
        assert!(rules.exclude_disabled && rules.send_hsr && rules.send_welcome);
    }
}
