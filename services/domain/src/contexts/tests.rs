use super::*;

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn uncovered_by(contexts: &[&str], bases: &[&str]) -> Vec<String> {
    let contexts = owned(contexts);
    Contexts::sort(&contexts, &owned(bases)).uncovered
}

fn nested(contexts: &[&str], bases: &[&str]) -> Nested {
    Contexts::sort(&owned(contexts), &owned(bases)).nested
}

fn unmet(nested: Nested) -> Vec<String> {
    nested.into_names().collect()
}

const FOREST: [&str; 6] = [
    "DC=corp,DC=example",
    "DC=brand,DC=example",
    "CN=Configuration,DC=corp,DC=example",
    "CN=Schema,CN=Configuration,DC=corp,DC=example",
    "DC=DomainDnsZones,DC=corp,DC=example",
    "DC=ForestDnsZones,DC=corp,DC=example",
];

#[test]
fn a_second_tree_is_left_out_until_a_base_covers_it() {
    assert_eq!(
        uncovered_by(&FOREST, &["DC=corp,DC=example"]),
        ["DC=brand,DC=example"]
    );
    for bases in [
        &["dc=brand, dc=example", "DC=corp,DC=example"][..],
        &[""],
        &["DC=example"],
    ] {
        assert_eq!(uncovered_by(&FOREST, bases), [""; 0], "{bases:?}");
    }
}

#[test]
fn a_part_of_a_context_is_enough_to_know_the_context() {
    assert_eq!(
        uncovered_by(&FOREST, &["OU=Staff,DC=corp,DC=example"]),
        ["DC=brand,DC=example"]
    );
}

#[test]
fn a_base_in_a_child_domain_leaves_its_parent_out() {
    let contexts = ["DC=corp,DC=example", "DC=emea,DC=corp,DC=example"];
    assert_eq!(
        uncovered_by(&contexts, &["OU=Staff,DC=emea,DC=corp,DC=example"]),
        ["DC=corp,DC=example"]
    );
}

const PARENT: &str = "DC=corp,DC=example";
const CHILD: &str = "OU=People,DC=corp,DC=example";

#[test]
fn a_context_below_a_base_is_left_out_until_a_search_comes_to_it() {
    let mut found = nested(&[PARENT, CHILD], &[PARENT]);
    found.see("CN=x,OU=Staff,DC=corp,DC=example");
    found.see("not a name");
    assert_eq!(unmet(found.clone()), [CHILD]);
    found.see("CN=x, ou=people, dc=corp, dc=example");
    assert_eq!(unmet(found), [""; 0]);
}

#[test]
fn a_context_below_a_base_is_no_question_if_it_has_a_base_of_its_own_or_holds_no_mailbox() {
    for bases in [
        &[PARENT, "ou=people,dc=corp,dc=example"][..],
        &[PARENT, "OU=x,OU=People,DC=corp,DC=example"],
    ] {
        assert_eq!(unmet(nested(&[PARENT, CHILD], bases)), [""; 0], "{bases:?}");
    }
    assert_eq!(unmet(nested(&FOREST, &[PARENT])), [""; 0]);
    assert_eq!(unmet(nested(&FOREST, &[""])), [PARENT, "DC=brand,DC=example"]);
}

#[test]
fn a_reference_to_a_context_says_more_than_its_name() {
    let mut found = nested(&[PARENT, CHILD], &[PARENT]);
    found.refer("ldap://dc1.corp.example/CN=x,OU=People,DC=corp,DC=example");
    assert!(!found.is_empty());
    found.refer("ldap://dc1.corp.example/ou=people,DC=corp,DC=example??sub");
    assert!(found.is_empty());
}

#[test]
fn contexts_below_a_base_are_looked_for_by_their_own_names() {
    let contexts = [PARENT, CHILD, "OU=a\\2a+CN=b,DC=corp,DC=example", "O=other"];
    let found = nested(&contexts, &[PARENT]);
    assert_eq!(
        found.filter_below("dc=corp,dc=example").as_deref(),
        Some(r"(|(&(OU=People))(&(OU=a\2a)(CN=b)))")
    );
    assert_eq!(found.filter_below("O=other"), None);
    assert_eq!(found.filter_below("no name"), None);
}

#[test]
fn a_context_without_a_name_that_can_be_read_is_told_unless_it_is_a_base() {
    assert_eq!(uncovered_by(&["East"], &["o=west"]), ["East"]);
    for bases in [["East"], [""]] {
        assert_eq!(uncovered_by(&["East"], &bases), [""; 0]);
    }
}
