mod run;
mod screens;
mod step;

use rollcall_client::view::{AccountView, FilterCheckView, RowView, RunView, SettingsView, StepView};
use rollcall_proto::v1;

use super::*;

/// Wide enough for everything.
fn wide() -> Look {
    Look::wide(200)
}

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
    insta::assert_snapshot!(rows(&[RowView::from(&row)], &wide()).whole(), @"
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
    insta::assert_snapshot!(accounts(&[AccountView::from(&account)], &wide()), @"
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
    insta::assert_snapshot!(settings(&shown, &wide()), @"
    tenant:                  acme
    server type:             -
    hosts:                   dc1.acme.example, dc2.acme.example
    port:                    the default
    security:                LDAPS
    CA:                      the system's
    bind username:           reader@acme.example (password: stored, never shown)
    search bases:            the server's default
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
    limit of new accounts:   default: 50 accounts or half of the live ones, whichever is more
    missing from directory:  removed; manual entries are kept
    limit in 24 hours:       1 account
    ");
}

#[test]
fn a_character_that_cannot_be_seen_is_shown_in_settings_and_in_steps() {
    let name = "rea\u{200b}der@acme.example";
    let settings_ = v1::Settings {
        directory: Some(v1::Directory {
            hosts: vec![name.into()],
            bind_username: name.into(),
            filter: format!("(cn={name})"),
            ..v1::Directory::default()
        }),
        ..v1::Settings::default()
    };
    let view = SettingsView::from(&settings_);
    let listed = settings_list(std::slice::from_ref(&view), &wide());
    let step_ = v1::TestStep {
        message: name.into(),
        ..v1::TestStep::default()
    };
    for (shown, times) in [
        (settings(&view, &wide()), 3),
        (listed, 2),
        (step(&StepView::from(&step_), &wide()), 1),
    ] {
        assert_eq!(shown.matches("rea\\u{200b}der").count(), times, "{shown}");
    }
}

#[test]
fn an_empty_list_is_said_in_words() {
    assert_eq!(runs(&[], &wide()), "No runs.");
    assert_eq!(accounts(&[], &wide()), "No accounts.");
    assert_eq!(settings_list(&[], &wide()), "No tenant has settings.");
}

#[test]
fn runs_fit_80_columns_without_a_broken_word() {
    let failed = v1::Run {
        state: v1::RunState::Failed.into(),
        failure: Some(v1::Failure {
            code: "CERTIFICATE_NOT_TRUSTED".into(),
            ..v1::Failure::default()
        }),
        trigger: v1::RunTrigger::Scheduled.into(),
        ..finished()
    };
    let listed = [RunView::from(&finished()), RunView::from(&failed)];
    insta::assert_snapshot!(runs(&listed, &Look::wide(80).in_zone(Some("Europe/Berlin"))), @"
    run                                    kind
      created                              result
    ──────────────────────────────────────────────────────────────────────
    01900000-0000-7000-8000-000000000001   SYNC, MANUAL
      2023-11-14 22:13:20Z (23:13:20 CET)  1200 add, 50 skip
    01900000-0000-7000-8000-000000000001   SYNC, SCHEDULED
      2023-11-14 22:13:20Z (23:13:20 CET)  FAILED, CERTIFICATE_NOT_TRUSTED
    ");
}

#[test]
fn an_invisible_character_of_a_name_is_shown_in_the_table() {
    let row = v1::Row {
        address: "ann@acme.example".into(),
        verdict: v1::Verdict::Skip.into(),
        other: "CN=Ann\u{200b}\u{202e},DC=acme".into(),
        ..v1::Row::default()
    };
    let shown = rows(&[RowView::from(&row)], &wide()).whole();
    assert!(shown.contains(r"CN=Ann\u{200b}\u{202e},DC=acme"), "{shown}");
}

#[test]
fn one_row_is_one_line_where_a_program_reads_it() {
    let row = v1::Row {
        address: "a-rather-long-name-of-ann@acme.example".into(),
        verdict: v1::Verdict::Skip.into(),
        reason: v1::Reason::ClaimedByOtherObject.into(),
        other: format!("CN=Ann,{}DC=acme,DC=example", "OU=Staff,".repeat(20)),
        ..v1::Row::default()
    };
    let shown = rows(&[RowView::from(&row)], &Look::default());
    let lines: Vec<_> = shown.answer.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[1].starts_with(
            "a-rather-long-name-of-ann@acme.example  SKIP, CLAIMED_BY_OTHER_OBJECT: CN=Ann,OU=Staff,"
        ) && lines[1].ends_with(",DC=acme,DC=example"),
        "{lines:?}"
    );
    assert_eq!(
        shown.asides,
        ["CLAIMED_BY_OTHER_OBJECT:  another object has the stronger claim"]
    );
}

#[test]
fn no_number_is_cut_however_narrow_the_terminal() {
    let mut run_ = finished();
    if let Some(counts) = &mut run_.counts {
        (counts.objects, counts.add, counts.accounts) = (1_234_567, 7_654_321, 2_345_678);
    }
    let view = RunView::from(&run_);
    for columns in 40..80 {
        let shown = run(&view, &Look::wide(columns)).whole();
        for number in ["1234567", "7654321", "2345678"] {
            assert!(shown.contains(number), "{columns}: {shown}");
        }
    }
}

#[test]
fn a_long_name_is_broken_after_a_comma_and_loses_nothing() {
    let row = v1::Row {
        address: "ann@acme.example".into(),
        verdict: v1::Verdict::Skip.into(),
        other: "CN=Ann Other,OU=Berlin,OU=Staff,DC=acme,DC=example".into(),
        ..v1::Row::default()
    };
    insta::assert_snapshot!(rows(&[RowView::from(&row)], &Look::wide(55)).whole(), @"
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
