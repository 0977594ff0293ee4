use rollcall_chassis::status::ApiError;
use rollcall_domain::{Filter, PermittedAttributes};
use rollcall_proto::v1::{BuildFilterRequest, ObjectType, ValidateFilterRequest};
use tonic::Status;
use tonic_types::StatusExt;

use crate::validation::{build_filter, validate_filter};

fn validate(filter: &str, attributes: &[&str]) -> rollcall_proto::v1::ValidateFilterResponse {
    validate_filter(&request(filter, attributes), &PermittedAttributes::default()).unwrap()
}

fn build(request: &BuildFilterRequest) -> Result<rollcall_proto::v1::BuildFilterResponse, ApiError> {
    build_filter(request, &PermittedAttributes::default())
}

fn request(filter: &str, attributes: &[&str]) -> ValidateFilterRequest {
    ValidateFilterRequest {
        filter: filter.to_owned(),
        attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn a_valid_filter_is_answered_in_canonical_form_and_as_it_is_sent() {
    let answer = validate("cn=a*", &["mail"]);
    assert!(answer.valid && answer.error.is_none());
    assert_eq!(answer.canonical, "(cn=a*)");
    assert_eq!(answer.composed, "(&(cn=a*)(|(mail=*)))");
}

#[test]
fn of_a_list_of_attributes_that_is_far_too_long_no_more_is_looked_at_than_is_accepted() {
    let names: Vec<String> = (0..300_000).map(|number| format!("a{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let begun = std::time::Instant::now();
    let error: Status = validate_filter(&request("", &names), &PermittedAttributes::default())
        .unwrap_err()
        .into();
    assert!(error.message().contains("attributes"), "{error}");
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn no_filter_is_valid() {
    let answer = validate("", &[]);
    assert!(answer.valid);
    assert_eq!(
        (answer.canonical.as_str(), answer.composed.as_str()),
        ("", "(|(proxyAddresses=*))")
    );
}

#[test]
fn an_invalid_filter_is_an_answer_with_its_position() {
    let answer = validate("(mail=*", &[]);
    assert!(!answer.valid && answer.canonical.is_empty() && answer.composed.is_empty());
    assert_eq!(answer.error.unwrap().position, 7);
}

fn refusal_of(attributes: &[&str]) -> ApiError {
    validate_filter(&request("", attributes), &PermittedAttributes::default()).unwrap_err()
}

#[test]
fn an_attribute_that_settings_may_not_name_is_an_error() {
    assert_eq!(fields(refusal_of(&["mail", "description"])), ["attributes[1]"]);
}

#[test]
fn a_malformed_attribute_is_an_error() {
    let refusal = refusal_of(&["mail", "e mail"]);
    assert_eq!(fields(refusal), ["attributes[1]"]);
}

fn fields(refusal: ApiError) -> Vec<String> {
    let details = Status::from(refusal).get_details_bad_request().unwrap();
    details
        .field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

#[test]
fn a_filter_is_made_from_kinds_domains_and_ones_own() {
    let answer = build(&BuildFilterRequest {
        object_types: vec![ObjectType::Group.into()],
        domains: vec!["Corp.Example".to_owned()],
        filter: "cn=a*".to_owned(),
        attributes: vec!["mail".to_owned()],
        recipient_types: false,
    })
    .unwrap();
    for part in ["(objectClass=group)", "(mail=*@corp.example)", "(cn=a*)"] {
        assert!(answer.filter.contains(part), "{part} in {}", answer.filter);
    }
    assert_eq!(answer.composed, format!("(&{}(|(mail=*)))", answer.filter));
    assert_eq!(validate(&answer.filter, &[]).canonical, answer.filter);
}

#[test]
fn a_filter_of_nothing_lets_everything_through() {
    let answer = build(&BuildFilterRequest::default()).unwrap();
    assert_eq!(
        (answer.filter.as_str(), answer.composed.as_str()),
        ("", "(|(proxyAddresses=*))")
    );
}

#[test]
fn all_that_a_filter_cannot_be_made_from_is_reported_together() {
    let refusal = build(&BuildFilterRequest {
        object_types: vec![ObjectType::User.into(), 4711, 0],
        domains: vec!["corp.example".to_owned(), "no domain".to_owned()],
        filter: "(mail=*".to_owned(),
        attributes: vec!["e mail".to_owned()],
        recipient_types: true,
    })
    .unwrap_err();
    assert_eq!(
        fields(refusal),
        [
            "attributes[0]",
            "object_types[1]",
            "object_types[2]",
            "domains[1]",
            "filter"
        ]
    );
}

#[test]
fn a_filter_that_settings_would_not_take_is_not_made() {
    let domains = (0..900).map(|number| format!("a-rather-long-name-{number}.example"));
    let refusal = build(&BuildFilterRequest {
        domains: domains.collect(),
        ..BuildFilterRequest::default()
    });
    assert_eq!(fields(refusal.unwrap_err()), ["domains"]);
}

#[test]
fn a_filter_to_which_nothing_can_be_added_is_reported_as_such() {
    let depth = Filter::MAX_DEPTH;
    let own = format!("{}(cn=a){}", "(!".repeat(depth - 1), ")".repeat(depth - 1));
    assert!(validate(&own, &[]).valid);
    let refusal = build(&BuildFilterRequest {
        object_types: vec![ObjectType::Group.into()],
        filter: own,
        ..BuildFilterRequest::default()
    });
    assert_eq!(fields(refusal.unwrap_err()), ["filter"]);
}

#[test]
fn what_is_taken_is_taken_again_in_its_canonical_form() {
    let grows = format!("(cn={})", "\u{1}".repeat(16_000));
    let answer = validate(&grows, &[]);
    assert!(!answer.valid);
    assert!(answer.error.unwrap().message.contains("canonical"));
}
