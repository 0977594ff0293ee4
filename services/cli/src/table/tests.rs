mod run;
mod screens;
mod step;

use rollcall_client::view::{AccountView, FilterCheckView, RowView, RunView, SettingsView};
use rollcall_proto::v1;

use super::*;

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
fn a_row_shows_both_sides() {
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

    CLAIMED_BY_OTHER_OBJECT:  another object has the stronger claim
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
                      anna@acme.example (manual)
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
        composed_filter: "(proxyAddresses=*)".into(),
        paused_reason: v1::PausedReason::Reverted.into(),
        removal: Some(v1::Removal {
            remove_accounts: true,
            keep_manual: true,
            limit_accounts: Some(1),
            limit_percent: None,
        }),
        ..v1::Settings::default()
    };
    let shown = SettingsView::from(&settings_);
    insta::assert_snapshot!(settings(&shown, WIDE), @"
    tenant:                  acme
    server type:             -
    hosts:                   dc1.acme.example, dc2.acme.example
    port:                    the default
    security:                LDAPS
    CA:                      the system's
    bind username:           reader@acme.example (password: stored, never shown)
    search base:             the server's default
    filter:                  none
    attributes:              proxyAddresses
    filter as sent:          (proxyAddresses=*)
    object types:            all
    domains:                 all of the tenant's
    disabled users:          imported
    same username:           one alias is kept, the others are skipped
    schedule:                every 5 hours from 00:01, Europe/Berlin
    paused:                  a sync was reverted; rollcall resume resumes the schedule
    HSR for new users:       no
    welcome new users:       no
    missing from directory:  removed; manual entries are kept
    limit in 24 hours:       1 account
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
    assert_eq!(Width::fitting(Some("100"), true), Width(Some(100)));
    assert_eq!(Width::fitting(Some("1"), false), Width(Some(Width::LEAST)));
    assert_eq!(Width::fitting(Some("wide"), true), Width(None));
    assert_eq!(Width::fitting(None, false), Width(Some(80)));
}

#[test]
fn a_table_gives_way_to_a_narrow_terminal_and_leaves_ids_whole() {
    let run = finished();
    let listed = runs(&[RunView::from(&run)], Width(Some(74)));
    assert!(listed.lines().all(|line| line.chars().count() <= 74), "{listed}");
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

#[test]
fn a_filter_that_is_none_is_marked_where_it_is_wrong() {
    let checked = v1::ValidateFilterResponse {
        error: Some(v1::FilterError {
            position: 5,
            message: "expected a closing parenthesis, found the end.".into(),
        }),
        ..v1::ValidateFilterResponse::default()
    };
    insta::assert_snapshot!(filter_check("(mail=", &FilterCheckView::from(&checked)), @"
    The filter is not valid: expected a closing parenthesis, found the end (at character 5).
      (mail=
           ^
    ");
}

#[test]
fn a_person_reads_times_to_the_second() {
    assert_eq!(
        short_time(Some("2023-11-14T22:13:20.123457Z")),
        "2023-11-14 22:13:20Z"
    );
    assert_eq!(short_time(None), "-");
}
