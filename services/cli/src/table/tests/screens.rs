use rollcall_client::view::{ExplanationView, FleetView};

use super::*;

#[test]
fn an_address_is_explained_in_sentences_before_what_they_rest_on() {
    let row = v1::Row {
        address: "ann@acme.example".into(),
        verdict: v1::Verdict::Skip.into(),
        reason: v1::Reason::ClaimedByOtherObject.into(),
        directory_type: v1::AddressType::Alias.into(),
        object_type: v1::ObjectType::User.into(),
        object_dn: "CN=Bob,DC=acme,DC=example".into(),
        other: "CN=Ann,DC=acme,DC=example".into(),
        ..v1::Row::default()
    };
    let answer = v1::ExplainAddressResponse {
        address: "ann@acme.example".into(),
        explanation: "Ann has it. Bob claims it as an alias, and a primary address beats an alias.".into(),
        read: Some(finished()),
        rows: vec![row],
        account: Some(v1::Account {
            account_id: "a1".into(),
            primary_address: "ann@acme.example".into(),
            r#type: v1::ObjectType::User.into(),
            origin: v1::Origin::Synced.into(),
            ..v1::Account::default()
        }),
        domain_standing: v1::DomainStanding::Own.into(),
        ..v1::ExplainAddressResponse::default()
    };
    insta::assert_snapshot!(explanation(&ExplanationView::from(&answer), &Look::wide(80)), @"
    Ann has it. Bob claims it as an alias, and a primary address beats an alias.

    address:    ann@acme.example
    domain:     the tenant's own
    last read:  SYNC of 2023-11-14 22:13:24Z, 01900000-0000-7000-8000-000000000001

    In the last read:
    address           verdict                        directory
    ──────────────────────────────────────────────────────────────
    ann@acme.example  SKIP, CLAIMED_BY_OTHER_OBJECT  ALIAS of USER
                      CN=Ann,DC=acme,DC=example

    CLAIMED_BY_OTHER_OBJECT:  another object has the stronger claim

    object  DN
    ─────────────────────────────────
    USER    CN=Bob,DC=acme,DC=example

    The account that has it:
    account:          a1
    primary address:  ann@acme.example
    type:             USER
    origin:           SYNCED
    HSR:              no
    protected:        no
    ");
}

fn a_fleet() -> v1::GetFleetResponse {
    let at = |seconds: i64| {
        Some(prost_types::Timestamp {
            seconds: 1_700_000_000 + seconds,
            nanos: 0,
        })
    };
    v1::GetFleetResponse {
        time: at(600),
        tenants: 1200,
        scheduled_tenants: 1100,
        paused: vec![v1::PausedTenants {
            reason: v1::PausedReason::CredentialsRefused.into(),
            tenants: 3,
        }],
        runs: vec![v1::RunsInState {
            state: v1::RunState::Succeeded.into(),
            runs: 9000,
        }],
        backlog: vec![v1::LaneBacklog {
            lane: "interactive".into(),
            waiting: 2,
            oldest_create_time: at(0),
        }],
        read_modes: vec![v1::ReadModeShare {
            read_mode: v1::ReadMode::Full.into(),
            runs: 9000,
            unchanged: 8000,
        }],
        keys: vec![v1::KeyUse {
            key_id: "k1".into(),
            credentials: 1200,
        }],
        failing: vec![v1::FailingTenant {
            tenant_id: "acme".into(),
            failure: Some(v1::Failure {
                code: "CANNOT_CONNECT".into(),
                ..v1::Failure::default()
            }),
            last_success_time: at(0),
            run_id: "r1".into(),
        }],
        failing_tenants: 2,
        held_tenants: 1,
        events: Some(v1::EventBacklog {
            tenants: 2,
            oldest_create_time: at(0),
        }),
        pause: Some(v1::FleetPause {
            removals: true,
            note: "migration".into(),
            update_time: at(0),
            ..v1::FleetPause::default()
        }),
    }
}

#[test]
fn the_fleet_is_one_screen() {
    insta::assert_snapshot!(fleet(&FleetView::from(&a_fleet()), &Look::wide(80)).whole(), @"
    as of:                 2023-11-14 22:23:20Z
    tenants:               1200 with settings, 1100 with a schedule
    paused:                3 CREDENTIALS_REFUSED
    HELD:                  1 tenant
    failing:               2 tenants
    runs, last 24 hours:   9000 SUCCEEDED
    reads, last 24 hours:  9000 FULL, 8000 of them unchanged
    credentials by key:    k1: 1200
    waiting events:        of 2 tenants, the oldest waiting for 10 min: the portal
                           does not read its queue

    lane         waiting runs  age of the oldest
    ────────────────────────────────────────────
    interactive  2             10 min

    paused by the operator:  all removals
    note:                    migration
    since:                   2023-11-14 22:13:20Z

    failing tenant  failure         last success
    ────────────────────────────────────────────────────
    acme            CANNOT_CONNECT  2023-11-14 22:13:20Z

    1 more failing: --json lists up to 100.
    ");
}
