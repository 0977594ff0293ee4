//! Limits beyond which a run needs approval: of accounts that it removes, and of accounts that it creates.

use rollcall_chassis::status::Violations;
use rollcall_domain::sentences::field;
use rollcall_proto::{limits, v1::Settings};

/// More accounts than a tenant has: a limit beyond it is a slip.
const MOST_ACCOUNTS: i32 = limits::removal::LIMIT_ACCOUNTS_MAX;

/// Checks the limits; 0 is one, and asks always.
pub(super) fn check(settings: &Settings, violations: &mut Violations) {
    let removal = settings.removal.unwrap_or_default();
    check_accounts(
        "settings.removal.limit_accounts",
        removal.limit_accounts,
        violations,
    );
    if removal
        .limit_percent
        .is_some_and(|limit| !(0..=100).contains(&limit))
    {
        violations.push("settings.removal.limit_percent", field::PERCENT);
    }
    let new_users = settings.new_users.unwrap_or_default();
    check_accounts(
        "settings.new_users.limit_accounts",
        new_users.limit_accounts,
        violations,
    );
}

fn check_accounts(name: &'static str, limit: Option<i32>, violations: &mut Violations) {
    if limit.is_some_and(|limit| !(0..=MOST_ACCOUNTS).contains(&limit)) {
        violations.push(name, field::limit_accounts(MOST_ACCOUNTS));
    }
}
