//! The rules by which claims become accounts, one example or more for each.

use crate::address::{Address, DomainName};
use crate::object::ObjectType;
use crate::plan::{Rules, SameUsername};

use super::tenant::Tenant;

#[test]
fn an_object_that_occurs_twice_in_one_read_counts_once_as_last_seen() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:old@a.test"), ("ann", "SMTP:new@a.test")]);
    assert_eq!(tenant.sync(), ["new@a.test ADD NEW_ACCOUNT"]);
}

#[test]
fn rule_1_primary_beats_alias_where_one_object_claims_an_address_as_both() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "smtp:al@a.test smtp:ann@a.test SMTP:Ann@A.test")]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: ann@a.test al@a.test"]);
}

#[test]
fn rule_1_a_manual_address_that_its_own_object_claims_is_synced_from_here_on() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@a.test")]).sync();
    tenant.manual_address("ann@a.test", "info@a.test");
    tenant.directory(&[("ann", "SMTP:ann@a.test smtp:info@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["ann@a.test KEEP", "info@a.test UPDATE NOW_SYNCED"]
    );
}

#[test]
fn rule_2_refuses_claims_by_themselves() {
    let mut tenant = Tenant::with(Rules {
        object_types: vec![ObjectType::User],
        exclude_disabled: true,
        ..Rules::default()
    });
    tenant.directory(&[
        ("ann", "SMTP:ann@nobodys.test smtp:nonsense"),
        ("group", "SMTP:group@a.test"),
        ("left", "SMTP:left@a.test"),
    ]);
    tenant.object("group", |group| group.object_type = ObjectType::Group);
    tenant.object("left", |left| left.disabled = true);
    assert_eq!(
        tenant.sync(),
        [
            "ann@nobodys.test SKIP DOMAIN_NOT_REGISTERED",
            "group@a.test SKIP TYPE_EXCLUDED",
            "left@a.test SKIP DISABLED_EXCLUDED",
            "nonsense SKIP INVALID_ADDRESS",
        ]
    );
    assert!(tenant.accounts().is_empty());
}

#[test]
fn rule_2_refuses_an_unknown_prefix_before_the_tenant_s_address_and_counts_it_before_any_other() {
    let mut tenant = Tenant::new();
    tenant.directory(&[(
        "ann",
        "SMTP:ann@a.test stmp:lee@a.test stmp:lee@nobodys.test mailto:ann@a.test",
    )]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test ADD NEW_ACCOUNT",
            "mailto:ann@a.test SKIP UNKNOWN_PREFIX",
            "stmp:lee@a.test SKIP UNKNOWN_PREFIX",
        ]
    );
    assert_eq!(tenant.accounts().len(), 1);
    assert_eq!(tenant.plan(|plan| plan.counts.not_email), 1);
}

#[test]
fn rule_2_never_refuses_a_disabled_shared_mailbox_and_refuses_domains_that_are_not_named() {
    let mut tenant = Tenant::with(Rules {
        domains: vec![DomainName::parse("a.test").unwrap()],
        exclude_disabled: true,
        ..Rules::default()
    });
    tenant.directory(&[("desk", "SMTP:desk@a.test smtp:help@b.test smtp:desk@theirs.test")]);
    tenant.object("desk", |desk| {
        (desk.object_type, desk.disabled) = (ObjectType::SharedMailbox, true);
    });
    assert_eq!(
        tenant.sync(),
        [
            "desk@a.test ADD NEW_ACCOUNT",
            "desk@theirs.test SKIP DOMAIN_EXCLUDED",
            "help@b.test SKIP DOMAIN_EXCLUDED",
        ]
    );
}

#[test]
fn rule_3_of_several_primary_claims_mail_decides_and_then_a_real_domain() {
    let mut tenant = Tenant::new();
    tenant.directory(&[
        ("ann", "SMTP:a1@a.test SMTP:a2@a.test"),
        ("bob", "SMTP:b1@alias.test SMTP:b2@b.test"),
    ]);
    tenant.object("ann", |ann| ann.mail = Some(Address::parse("a2@a.test").unwrap()));
    tenant.sync();
    assert_eq!(
        tenant.accounts(),
        ["101: a2@a.test a1@a.test", "102: b2@b.test b1@alias.test"]
    );
}

#[test]
fn rule_3_the_present_primary_goes_before_a_new_one_of_the_same_kind() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:b@a.test")]).sync();
    tenant.directory(&[("ann", "SMTP:b@a.test SMTP:a@a.test")]);
    assert_eq!(tenant.sync(), ["a@a.test ADD NEW_ADDRESS", "b@a.test KEEP"]);
}

#[test]
fn rule_3_an_address_that_the_object_holds_goes_before_a_lower_one() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:m@a.test")])
        .sync();
    tenant.directory(&[("ann", "smtp:b@a.test smtp:m@a.test")]);
    tenant.sync();
    assert_eq!(tenant.accounts(), ["101: m@a.test ann@a.test~ b@a.test"]);
}

#[test]
fn rule_3_a_primary_claim_goes_before_the_holders_alias_claim() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "smtp:info@a.test")]).sync();
    tenant.directory(&[("ann", "smtp:info@a.test"), ("desk", "SMTP:info@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "info@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=desk",
            "info@a.test UPDATE MOVED info@a.test",
        ]
    );
    assert_eq!(tenant.accounts(), ["102: info@a.test"]);
}

#[test]
fn rule_3_a_primary_claim_goes_before_an_alias_claim_and_the_holder_before_a_lower_id() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("a", "smtp:x@a.test"), ("b", "SMTP:x@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "x@a.test ADD NEW_ACCOUNT",
            "x@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=b"
        ]
    );
    tenant.directory(&[("a", "SMTP:x@a.test"), ("b", "SMTP:x@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["x@a.test KEEP", "x@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=b"]
    );
}

#[test]
fn rule_3_hybrid_primaries_in_an_unregistered_domain_leave_the_aliases_to_be_primary() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@corp.local smtp:ann@a.test smtp:ann.lee@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann.lee@a.test ADD NEW_ACCOUNT",
            "ann@a.test ADD NEW_ACCOUNT",
            "ann@corp.local SKIP DOMAIN_NOT_REGISTERED",
        ]
    );
    assert_eq!(tenant.accounts(), ["101: ann.lee@a.test ann@a.test"]);
}

#[test]
fn rule_5_one_alias_of_a_username_is_kept_and_the_same_in_a_domain_alias() {
    let mut tenant = Tenant::new();
    tenant.directory(&[(
        "ann",
        "SMTP:ann@a.test smtp:ann@b.test smtp:ann@alias.test smtp:al@a.test smtp:al@b.test",
    )]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test ADD NEW_ACCOUNT",
            "al@b.test SKIP DUPLICATE_USERNAME al@a.test",
            "ann@a.test ADD NEW_ACCOUNT",
            "ann@alias.test ADD NEW_ACCOUNT",
            "ann@b.test SKIP DUPLICATE_USERNAME ann@a.test",
        ]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test al@a.test ann@alias.test="]);
}

#[test]
fn rule_5_of_one_username_a_real_domain_goes_first_then_what_the_object_holds() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@a.test smtp:al@alias.test smtp:al@b.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "al@alias.test SKIP DUPLICATE_USERNAME al@b.test",
            "al@b.test ADD NEW_ACCOUNT",
            "ann@a.test ADD NEW_ACCOUNT",
        ]
    );
    tenant.directory(&[("ann", "SMTP:ann@a.test smtp:al@a.test smtp:al@b.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "al@a.test SKIP DUPLICATE_USERNAME al@b.test",
            "al@b.test KEEP",
            "ann@a.test KEEP",
        ]
    );
}

#[test]
fn rule_5_a_domain_alias_of_another_domain_makes_no_domain_alias() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann@b.test smtp:ann@alias.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@alias.test SKIP DUPLICATE_USERNAME ann@b.test",
            "ann@b.test ADD NEW_ACCOUNT",
        ]
    );
}

#[test]
fn rule_5_with_import_each_alias_stands_for_itself() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:ann@b.test smtp:ann@alias.test")])
        .sync();
    tenant.rules.same_username = SameUsername::Import;
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            "ann@alias.test UPDATE ROLE_CHANGED",
            "ann@b.test ADD NEW_ADDRESS"
        ]
    );
}

#[test]
fn rule_5_an_object_that_loses_an_alias_keeps_the_next_of_the_same_username() {
    let mut tenant = Tenant::new();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:info@a.test"),
        ("bob", "SMTP:bob@a.test smtp:info@a.test smtp:info@b.test"),
    ]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test ADD NEW_ACCOUNT",
            "bob@a.test ADD NEW_ACCOUNT",
            "info@a.test ADD NEW_ACCOUNT",
            "info@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=ann",
            "info@b.test ADD NEW_ACCOUNT",
        ]
    );
}

#[test]
fn rule_6_an_object_keeps_its_account_when_its_primary_changes() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("ann", "SMTP:ann.lee@a.test")]).sync();
    tenant.directory(&[("ann", "SMTP:ann.ray@a.test smtp:ann.lee@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["ann.lee@a.test UPDATE RENAMED", "ann.ray@a.test ADD NEW_ADDRESS"]
    );
    assert_eq!(tenant.accounts(), ["101: ann.ray@a.test ann.lee@a.test"]);
}

#[test]
fn rule_6_addresses_swapped_between_two_objects_change_accounts_and_no_account_is_created() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:x@a.test"), ("bob", "SMTP:y@a.test")])
        .sync();
    tenant.directory(&[("ann", "SMTP:y@a.test"), ("bob", "SMTP:x@a.test")]);
    assert_eq!(
        tenant.sync(),
        ["x@a.test UPDATE MOVED y@a.test", "y@a.test UPDATE MOVED x@a.test"]
    );
    assert_eq!(tenant.accounts(), ["101: y@a.test", "102: x@a.test"]);
}

#[test]
fn rule_6_an_alias_that_becomes_another_objects_primary_goes_there() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test smtp:sales@a.test")])
        .sync();
    tenant.directory(&[
        ("ann", "SMTP:ann@a.test smtp:sales@a.test"),
        ("sales", "SMTP:sales@a.test"),
    ]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test KEEP",
            "sales@a.test SKIP CLAIMED_BY_OTHER_OBJECT CN=sales",
            "sales@a.test UPDATE MOVED ann@a.test",
        ]
    );
    assert_eq!(tenant.accounts(), ["101: ann@a.test", "102: sales@a.test"]);
}

#[test]
fn rule_6_an_address_given_to_a_colleague_leaves_the_account_with_its_lowest_other_one() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[
            ("ann", "SMTP:ann@a.test smtp:z@a.test smtp:m@a.test"),
            ("bob", "SMTP:bob@a.test"),
        ])
        .sync();
    tenant.directory(&[("bob", "SMTP:bob@a.test smtp:ann@a.test")]);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test UPDATE MOVED m@a.test",
            "bob@a.test KEEP",
            "m@a.test STALE ABSENT",
            "z@a.test STALE ABSENT"
        ]
    );
    assert_eq!(
        tenant.accounts(),
        ["101: m@a.test~ z@a.test~", "102: bob@a.test ann@a.test"]
    );
}

#[test]
fn rule_6_an_account_left_without_an_address_is_removed_and_comes_back_with_its_object() {
    let mut tenant = Tenant::new();
    tenant
        .directory(&[("ann", "SMTP:ann@a.test"), ("bob", "SMTP:bob@a.test")])
        .sync();
    tenant
        .directory(&[("bob", "SMTP:bob@a.test smtp:ann@a.test")])
        .sync();
    assert_eq!(tenant.accounts(), ["102: bob@a.test ann@a.test"]);
    tenant.directory(&[
        ("ann", "SMTP:ann.lee@a.test"),
        ("bob", "SMTP:bob@a.test smtp:ann@a.test"),
    ]);
    assert_eq!(
        tenant.sync(),
        [
            "ann.lee@a.test ADD RESTORED",
            "ann@a.test KEEP",
            "bob@a.test KEEP"
        ]
    );
    assert_eq!(
        tenant.accounts(),
        ["101: ann.lee@a.test", "102: bob@a.test ann@a.test"]
    );
}

#[test]
fn rule_8_only_new_users_get_hsr_and_an_account_that_ceases_to_be_a_user_loses_it() {
    let mut tenant = Tenant::with(Rules {
        send_hsr: true,
        ..Rules::default()
    });
    tenant.directory(&[("ann", "SMTP:ann@a.test"), ("room", "SMTP:room@a.test")]);
    tenant
        .object("room", |room| room.object_type = ObjectType::Resource)
        .sync();
    assert!(tenant.account_of("ann@a.test").hsr_enabled);
    assert!(!tenant.account_of("room@a.test").hsr_enabled);
    tenant.object("ann", |ann| ann.object_type = ObjectType::SharedMailbox);
    tenant.object("room", |room| room.object_type = ObjectType::User);
    assert_eq!(
        tenant.sync(),
        [
            "ann@a.test UPDATE TYPE_CHANGED",
            "room@a.test UPDATE TYPE_CHANGED"
        ]
    );
    assert!(!tenant.account_of("ann@a.test").hsr_enabled);
    assert!(!tenant.account_of("room@a.test").hsr_enabled);
}

#[test]
fn rule_8_an_account_whose_type_changes_has_rows_for_its_manual_addresses_too() {
    let mut tenant = Tenant::new();
    tenant.directory(&[("desk", "SMTP:desk@a.test")]).sync();
    tenant.manual_address("desk@a.test", "help@a.test");
    tenant.object("desk", |desk| desk.object_type = ObjectType::SharedMailbox);
    assert_eq!(
        tenant.sync(),
        [
            "desk@a.test UPDATE TYPE_CHANGED",
            "help@a.test UPDATE TYPE_CHANGED"
        ]
    );
    assert_eq!(tenant.sync(), ["desk@a.test KEEP", "help@a.test KEEP"]);
}
