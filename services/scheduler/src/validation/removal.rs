//! Accounts that a run may remove before it needs approval.

use rollcall_chassis::status::Violations;
use rollcall_domain::sentences::field;
use rollcall_proto::v1::Removal;

/// More accounts than a tenant has: a limit beyond it is a slip.
const MOST_ACCOUNTS: i32 = 1_000_000;

/// Checks the limits; 0 is one, and asks always.
pub(super) fn check(removal: &Removal, violations: &mut Violations) {
    if removal
        .limit_accounts
        .is_some_and(|limit| !(0..=MOST_ACCOUNTS).contains(&limit))
    {
        violations.push(
            "settings.removal.limit_accounts",
            field::limit_accounts(MOST_ACCOUNTS),
        );
    }
    if removal
        .limit_percent
        .is_some_and(|limit| !(0..=100).contains(&limit))
    {
        violations.push("settings.removal.limit_percent", field::PERCENT);
    }
}
