use std::collections::BTreeSet;

use tonic::Request;

use super::*;
use crate::grpc::methods::{Methods, SERVICES, matrix};

const BEGIN: &str = "/rollcall.internal.v1.ReconcileService/BeginRun";
const GET_RUN: &str = "/rollcall.v1.ResultsService/GetRun";
const LIST_SETTINGS: &str = "/rollcall.v1.SyncService/ListSettings";
const VALIDATE: &str = "/rollcall.v1.SyncService/ValidateFilter";
const HEALTH: &str = "/grpc.health.v1.Health/Check";

fn methods() -> Methods {
    Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract")
}

fn grants(entries: &[&str]) -> Vec<Grant> {
    let grant = |entry: &&str| Grant::try_from((*entry).to_owned()).expect("a grant");
    entries.iter().map(grant).collect()
}

fn roles() -> Roles {
    let config = RolesConfig {
        portal: grants(&[
            "portal.example",
            "spiffe://example/eu tenants=acme|eu-*",
            "spiffe://example/asserted assertion=required",
            "spiffe://example/mixed tenants=acme assertion=required",
        ]),
        viewer: grants(&["spiffe://example/viewer", "spiffe://example/mixed tenants=eu-*"]),
        operator: grants(&[
            "spiffe://example/operator",
            "spiffe://example/eu-operator tenants=eu-*",
        ]),
        worker: grants(&["spiffe://example/worker", "worker.example"]),
        scheduler: grants(&["spiffe://example/scheduler"]),
    };
    Roles::new(&config, true)
}

fn refusal(path: &str, caller: &Caller, tenants: &[&str], is_asserted: bool) -> Option<Refusal> {
    let methods = methods();
    let method = methods.at(path).expect("a method");
    let tenants: Vec<_> = tenants.iter().map(|tenant| (*tenant).to_owned()).collect();
    let judged = roles()
        .admit(method, caller)
        .and_then(|admission| admission.judge(&method.tenancy, &tenants, is_asserted));
    judged.err().map(|error| error.refusal())
}

fn of(path: &str, identity: &str, tenants: &[&str]) -> Option<Refusal> {
    refusal(path, &Caller::named(identity), tenants, false)
}

#[test]
fn an_identity_of_the_role_is_enough_and_a_similar_one_is_not() {
    assert_eq!(of(BEGIN, "Worker.Example", &[]), None);
    assert_eq!(of(BEGIN, "spiffe://example/worker", &[]), None);
    for other in [
        "worker.example.org",
        "xworker.example",
        "spiffe://Example/worker",
        "spiffe://example/worker/",
        "portal.example",
        "",
    ] {
        assert_eq!(of(BEGIN, other, &[]), Some(Refusal::CallerNotAllowed), "{other}");
    }
}

#[test]
fn an_identity_without_a_role_is_refused_even_health() {
    assert_eq!(
        of(HEALTH, "stranger.example", &[]),
        Some(Refusal::CallerNotAllowed)
    );
    assert_eq!(of(HEALTH, "spiffe://example/scheduler", &[]), None);
    let nobody = Roles::new(&RolesConfig::default(), true).admit(
        methods().at(HEALTH).expect("health"),
        &Caller::named("worker.example"),
    );
    assert_eq!(
        nobody.map(|_| ()).map_err(|error| error.refusal()),
        Err(Refusal::CallerNotAllowed)
    );
}

#[test]
fn a_certificate_with_a_uri_has_no_role_by_its_dns_names() {
    let both = Caller::with_names(&["spiffe://example/viewer", "worker.example"]);
    assert_eq!(refusal(BEGIN, &both, &[], false), Some(Refusal::CallerNotAllowed));
    assert_eq!(refusal(GET_RUN, &both, &["acme"], false), None);
}

#[test]
fn a_caller_limited_to_tenants_is_refused_others_and_what_shows_all() {
    let eu = "spiffe://example/eu";
    for tenants in [&["acme"][..], &["eu-1"], &["acme", "eu-1"]] {
        assert_eq!(of(GET_RUN, eu, tenants), None, "{tenants:?}");
    }
    for tenants in [&["us-1"][..], &["acme", "us-1"], &[]] {
        assert_eq!(
            of(GET_RUN, eu, tenants),
            Some(Refusal::TenantNotAllowed),
            "{tenants:?}"
        );
    }
    assert_eq!(of(VALIDATE, eu, &[]), None, "no tenant is concerned");
    let operator = "spiffe://example/eu-operator";
    assert_eq!(of(GET_RUN, operator, &["eu-1"]), None);
    assert_eq!(of(LIST_SETTINGS, operator, &[]), Some(Refusal::TenantNotAllowed));
    assert_eq!(of(LIST_SETTINGS, "spiffe://example/operator", &[]), None);
}

#[test]
fn an_assertion_is_required_by_the_role_that_the_call_needs() {
    let asserted = Caller::named("spiffe://example/asserted");
    assert_eq!(
        refusal(GET_RUN, &asserted, &["acme"], false),
        Some(Refusal::AssertionRequired)
    );
    assert_eq!(refusal(GET_RUN, &asserted, &["acme"], true), None);
    assert_eq!(
        refusal(VALIDATE, &asserted, &[], false),
        Some(Refusal::AssertionRequired)
    );
    let mixed = "spiffe://example/mixed";
    assert_eq!(of(GET_RUN, mixed, &["eu-1"]), None, "as a viewer");
    assert_eq!(
        of(GET_RUN, mixed, &["acme"]),
        Some(Refusal::AssertionRequired),
        "as the portal"
    );
    assert_eq!(of(GET_RUN, mixed, &["us-1"]), Some(Refusal::TenantNotAllowed));
}

#[test]
fn without_tls_callers_are_not_distinguished() {
    let caller = Caller::from(&Request::new(()));
    let plaintext = Roles::new(&RolesConfig::default(), false);
    let methods = methods();
    let begin = methods.at(BEGIN).expect("a method");
    assert!(plaintext.admit(begin, &caller).is_ok());
    assert_eq!(
        refusal(BEGIN, &caller, &[], false),
        Some(Refusal::CallerNotAllowed),
        "with TLS, a caller without a certificate has no role"
    );
}

/// Every method is tried by a caller of every role, at the layer's own decision.
#[test]
fn each_method_is_open_to_the_roles_that_it_names_and_to_no_other() {
    let callers = [
        (Role::Portal, "portal.example"),
        (Role::Viewer, "spiffe://example/viewer"),
        (Role::Operator, "spiffe://example/operator"),
        (Role::Worker, "spiffe://example/worker"),
        (Role::Scheduler, "spiffe://example/scheduler"),
    ];
    let (methods, roles) = (methods(), roles());
    let mut walked = BTreeSet::new();
    for (path, named) in matrix() {
        let method = methods.at(&path).expect("a method");
        for (role, identity) in callers {
            let is_open = roles.admit(method, &Caller::named(identity)).is_ok();
            assert_eq!(is_open, named.contains(&role), "{path}: {role:?}");
        }
        assert!(
            roles.admit(method, &Caller::named("stranger.example")).is_err(),
            "{path}"
        );
        walked.insert(path);
    }
    assert!(walked.len() >= 39, "{}", walked.len());
}
