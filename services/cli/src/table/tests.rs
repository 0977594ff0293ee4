use rollcall_proto::v1;

use super::*;
use crate::view::{RowView, RunView};

/// Wide enough for everything.
const WIDE: Width = Width(Some(200));

fn finished() -> v1::Run {
    v1::Run {
        run_id: "01900000-0000-7000-8000-000000000001".into(),
        tenant_id: "acme".into(),
        kind: v1::RunKind::Sync.into(),
        trigger: v1::RunTrigger::Manual.into(),
        state: v1::RunState::Succeeded.into(),
        read_mode: v1::ReadMode::Full.into(),
        attempt: 1,
        counts: Some(v1::Counts {
            objects: 420,
            claims: 1250,
            not_email: 12,
            add: 1200,
            skip: 50,
            accounts: 400,
            welcomes: 310,
            ..v1::Counts::default()
        }),
        create_time: Some(prost_types::Timestamp {
            seconds: 1_700_000_000,
            nanos: 0,
        }),
        end_time: Some(prost_types::Timestamp {
            seconds: 1_700_000_004,
            nanos: 0,
        }),
        ..v1::Run::default()
    }
}

#[test]
fn a_finished_run_shows_what_it_met_and_decided() {
    insta::assert_snapshot!(run(&RunView::from(&finished()), WIDE), @"
    run:      01900000-0000-7000-8000-000000000001
    tenant:   acme
    kind:     SYNC, MANUAL
    state:    SUCCEEDED
    read:     FULL
    created:  2023-11-14 22:13:20Z
    ended:    2023-11-14 22:13:24Z

    in the directory        decided        in the portal
    ─────────────────────────────────────────────────────────
    objects            420  add      1200  accounts       400
    addresses         1250  keep        0  welcomes       310
    not e-mail          12  update      0
    references           0  remove      0
                            stale       0
                            skip       50
    ");
}

#[test]
fn a_failed_run_says_what_to_do() {
    let failed = v1::Run {
        state: v1::RunState::Failed.into(),
        counts: None,
        read_mode: 0,
        failure: Some(v1::Failure {
            code: "WRONG_CREDENTIALS".into(),
            message: "The directory refused user name and password.".into(),
            advice: "Check both and save the settings again.".into(),
            detail: "dc1.acme.example: result 49, data 52e".into(),
        }),
        ..finished()
    };
    insta::assert_snapshot!(run(&RunView::from(&failed), WIDE), @"
    run:      01900000-0000-7000-8000-000000000001
    tenant:   acme
    kind:     SYNC, MANUAL
    state:    FAILED
    created:  2023-11-14 22:13:20Z
    ended:    2023-11-14 22:13:24Z

    failure:        WRONG_CREDENTIALS
    what happened:  The directory refused user name and password.
    what to do:     Check both and save the settings again.
    for support:    dc1.acme.example: result 49, data 52e
    ");
}

#[test]
fn runs_are_told_in_a_line_each() {
    insta::assert_snapshot!(runs(&[RunView::from(&finished())], WIDE), @"
    run                                   kind          created               what came of it
    ───────────────────────────────────────────────────────────────────────────────────────────
    01900000-0000-7000-8000-000000000001  SYNC, MANUAL  2023-11-14 22:13:20Z  1200 add, 50 skip
    ");
}

#[test]
fn a_row_tells_both_sides() {
    let row = v1::Row {
        address: "ann@acme.example".into(),
        verdict: v1::Verdict::Skip.into(),
        reason: v1::Reason::ClaimedByOtherObject.into(),
        directory_type: v1::AddressType::Alias.into(),
        object_type: v1::ObjectType::User.into(),
        other: "CN=Ann,DC=acme,DC=example".into(),
        ..v1::Row::default()
    };
    insta::assert_snapshot!(rows(&[RowView::from(&row)], WIDE), @"
    address           verdict                        directory
    ──────────────────────────────────────────────────────────────
    ann@acme.example  SKIP, CLAIMED_BY_OTHER_OBJECT  ALIAS of USER
                      CN=Ann,DC=acme,DC=example
    ");
}

#[test]
fn an_account_marks_what_is_special_about_an_address() {
    let address = |address: &str, address_type: v1::AddressType, origin: v1::Origin| v1::AccountAddress {
        address: address.into(),
        address_type: address_type.into(),
        origin: origin.into(),
        stale_since: None,
    };
    let account = v1::Account {
        primary_address: "ann@acme.example".into(),
        addresses: vec![
            address("ann@acme.example", v1::AddressType::Primary, v1::Origin::Synced),
            address("ann@acme.test", v1::AddressType::DomainAlias, v1::Origin::Synced),
            address("anna@acme.example", v1::AddressType::Alias, v1::Origin::Manual),
        ],
        r#type: v1::ObjectType::User.into(),
        origin: v1::Origin::Synced.into(),
        hsr_enabled: true,
        ..v1::Account::default()
    };
    insta::assert_snapshot!(accounts(&[AccountView::from(&account)], WIDE), @"
    primary address   further addresses             type  origin  HSR
    ─────────────────────────────────────────────────────────────────
    ann@acme.example  ann@acme.test (domain alias)  USER  SYNCED  yes
                      anna@acme.example (typed in)
    ");
}

#[test]
fn settings_say_what_their_gaps_mean() {
    let settings_ = v1::Settings {
        tenant_id: "acme".into(),
        directory: Some(v1::Directory {
            hosts: vec!["dc1.acme.example".into(), "dc2.acme.example".into()],
            security: v1::Security::Ldaps.into(),
            bind_username: "reader@acme.example".into(),
            ..v1::Directory::default()
        }),
        schedule: Some(v1::Schedule {
            every_hours: 5,
            time_zone: "Europe/Berlin".into(),
        }),
        credential_set: true,
        ..v1::Settings::default()
    };
    let shown = SettingsShown {
        settings: SettingsView::from(&settings_),
        composed_filter: Some("(proxyAddresses=*)".into()),
    };
    insta::assert_snapshot!(settings(&shown, WIDE), @"
    tenant:             acme
    server type:        -
    hosts:              dc1.acme.example, dc2.acme.example
    port:               the usual one
    security:           LDAPS
    CA:                 the system's
    bind username:      reader@acme.example (password: stored, never shown)
    search base:        the server's own
    filter:             none
    attributes:         proxyAddresses
    filter as sent:     (proxyAddresses=*)
    object types:       all
    domains:            all of the tenant's
    disabled users:     imported
    same username:      one alias is kept, the others are skipped
    schedule:           every 5 hours from 00:01, Europe/Berlin
    HSR for new users:  no
    welcome new users:  no
    ");
}

#[test]
fn an_empty_list_is_said_in_words() {
    assert_eq!(runs(&[], WIDE), "No runs.");
    assert_eq!(accounts(&[], WIDE), "No accounts.");
    assert_eq!(settings_list(&[], WIDE), "No tenant has settings.");
}

#[test]
fn the_width_is_what_is_said_then_the_terminal_s_then_the_usual() {
    assert_eq!(Width::of(Some("100"), true), Width(Some(100)));
    assert_eq!(Width::of(Some("1"), false), Width(Some(Width::LEAST)));
    assert_eq!(Width::of(Some("wide"), true), Width(None));
    assert_eq!(Width::of(None, false), Width(Some(80)));
}

#[test]
fn a_table_gives_way_to_a_narrow_terminal_and_leaves_ids_whole() {
    let run = finished();
    let listed = runs(&[RunView::from(&run)], Width(Some(70)));
    assert!(listed.lines().all(|line| line.chars().count() <= 70), "{listed}");
    assert!(listed.contains(&run.run_id), "{listed}");
}

#[test]
fn a_long_name_is_broken_after_a_comma_and_loses_nothing() {
    let row = v1::Row {
        address: "ann@acme.example".into(),
        verdict: v1::Verdict::Skip.into(),
        other: "CN=Ann Other,OU=Berlin,OU=Staff,DC=acme,DC=example".into(),
        ..v1::Row::default()
    };
    insta::assert_snapshot!(rows(&[RowView::from(&row)], Width(Some(55))), @"
    address           verdict
    ───────────────────────────────────────────────────────
    ann@acme.example  SKIP
                      CN=Ann Other,OU=Berlin,OU=Staff,
                      DC=acme,DC=example
    ");
}
