use jiff::{SignedDuration, Timestamp};
use rollcall_proto::{
    internal::v1::SealedCredential,
    v1::{Directory, PausedReason, Removal, Schedule, Settings},
};
use rollcall_terms::time::to_proto;

use super::{StoredSettings, answer, kept_time, removal_switch, resumable};
use crate::store::RemovalSwitch;

const NEXT: Timestamp = Timestamp::constant(1_700_000_000, 0);

fn scheduled(every_hours: i32) -> Settings {
    Settings {
        tenant_id: "acme".to_owned(),
        schedule: Some(Schedule {
            every_hours,
            time_zone: "Europe/Berlin".to_owned(),
        }),
        ..Settings::default()
    }
}

fn removing(remove_accounts: bool) -> Settings {
    Settings {
        removal: Some(Removal {
            remove_accounts,
            ..Removal::default()
        }),
        ..Settings::default()
    }
}

fn stored(settings: Settings, paused_reason: PausedReason) -> StoredSettings {
    let every_hours = settings
        .schedule
        .as_ref()
        .map_or(0, |schedule| schedule.every_hours);
    StoredSettings {
        settings,
        credential: SealedCredential::default(),
        generation: 7,
        credential_generation: 3,
        every_hours: i16::try_from(every_hours).unwrap(),
        time_zone: "Europe/Berlin".to_owned(),
        next_run_time: (every_hours > 0).then_some(NEXT),
        paused_reason,
        has_domains: true,
        update_time: NEXT - SignedDuration::from_hours(1),
    }
}

#[test]
fn a_schedule_without_a_domain_to_import_has_no_next_time() {
    let shown = answer(StoredSettings {
        has_domains: false,
        ..stored(scheduled(2), PausedReason::Unspecified)
    });
    assert_eq!(shown.next_run_time, None);
}

#[test]
fn a_paused_schedule_has_no_next_time_and_says_why() {
    for reason in [
        PausedReason::CredentialsRefused,
        PausedReason::Reverted,
        PausedReason::Operator,
    ] {
        let shown = answer(stored(scheduled(2), reason));
        assert_eq!((shown.paused_reason(), shown.next_run_time), (reason, None));
    }
    let shown = answer(stored(scheduled(2), PausedReason::Unspecified));
    assert_eq!(shown.next_run_time, Some(to_proto(NEXT)));
}

#[test]
fn the_filter_is_shown_as_it_is_sent() {
    let settings = Settings {
        directory: Some(Directory {
            filter: "(cn=a*)".to_owned(),
            attributes: vec!["mail".to_owned()],
            ..Directory::default()
        }),
        ..Settings::default()
    };
    let shown = answer(stored(settings, PausedReason::Unspecified));
    assert_eq!(shown.composed_filter, "(&(cn=a*)(|(mail=*)))");
}

#[test]
fn a_schedule_that_does_not_change_keeps_its_next_time_unless_the_save_ends_a_pause() {
    let cases = [
        (PausedReason::Unspecified, false, true),
        (PausedReason::Unspecified, true, true),
        (PausedReason::Operator, true, true),
        (PausedReason::CredentialsRefused, false, true),
        (PausedReason::CredentialsRefused, true, false),
        (PausedReason::Reverted, false, false),
    ];
    for (reason, new_credential, keeps) in cases {
        let stored = stored(scheduled(2), reason);
        let kept = kept_time(&scheduled(2), new_credential, Some(&stored));
        assert_eq!(kept, keeps.then_some(NEXT), "{reason:?}, {new_credential}");
    }
    let other = stored(scheduled(3), PausedReason::Unspecified);
    assert_eq!(kept_time(&scheduled(2), false, Some(&other)), None);
    assert_eq!(kept_time(&scheduled(2), true, None), None);
}

#[test]
fn remove_accounts_is_switched_on_by_the_save_that_finds_it_off() {
    let was = |settings| stored(settings, PausedReason::Unspecified);
    let cases = [
        (removing(false), Some(was(removing(true))), RemovalSwitch::Off),
        (Settings::default(), Some(was(removing(true))), RemovalSwitch::Off),
        (removing(true), Some(was(removing(true))), RemovalSwitch::StaysOn),
        (removing(true), Some(was(removing(false))), RemovalSwitch::On),
        (removing(true), Some(was(Settings::default())), RemovalSwitch::On),
        (removing(true), None, RemovalSwitch::On),
    ];
    for (settings, stored, expected) in cases {
        assert_eq!(removal_switch(&settings, stored.as_ref()), expected);
    }
}

#[test]
fn only_the_pause_after_a_revert_is_the_tenants_to_end() {
    let refusal = |every_hours, reason| {
        resumable(&stored(scheduled(every_hours), reason))
            .map_or_else(|refusal| refusal.refusal().as_str(), |_| "")
    };
    assert_eq!(refusal(2, PausedReason::Reverted), "");
    assert_eq!(refusal(2, PausedReason::Unspecified), "NOT_PAUSED");
    assert_eq!(
        refusal(2, PausedReason::CredentialsRefused),
        "CREDENTIALS_REFUSED"
    );
    assert_eq!(refusal(2, PausedReason::Operator), "FLEET_PAUSED");
    assert_eq!(refusal(0, PausedReason::Unspecified), "NO_SCHEDULE");
}
