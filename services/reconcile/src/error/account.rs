//! Reasons why a write to an account is refused, and what the portal learns of them.

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{edit::EditRefused, sentences::account as sentences};
use rollcall_terms::Refusal;

/// A write that cannot be, as things stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AccountRefused {
    /// There is no such account of the tenant.
    #[error("{}", sentences::NO_ACCOUNT)]
    NoAccount,
    /// It is removed.
    #[error("{}", sentences::ALREADY_REMOVED)]
    AlreadyRemoved,
    /// It is live.
    #[error("{}", sentences::NOT_REMOVED)]
    NotRemoved,
    /// It is protected.
    #[error("{}", sentences::PROTECTED)]
    Protected,
    /// Another account has an address.
    #[error("{}", sentences::address_taken(address, primary))]
    AddressTaken {
        /// The address.
        address: String,
        /// The primary address of the account that has it.
        primary: String,
    },
    /// A rule of edits.
    #[error(transparent)]
    Edit(#[from] EditRefused),
}

impl From<AccountRefused> for ApiError {
    fn from(refused: AccountRefused) -> Self {
        let told = refused.to_string();
        match refused {
            AccountRefused::NoAccount => Self::new(Refusal::NoAccount, told),
            AccountRefused::AlreadyRemoved => Self::new(Refusal::AlreadyRemoved, told),
            AccountRefused::NotRemoved => Self::new(Refusal::NotRemoved, told),
            AccountRefused::Protected => Self::new(Refusal::Protected, told),
            AccountRefused::AddressTaken { address, primary } => Self::new(Refusal::AddressTaken, told)
                .with("address", address)
                .with("primary_address", primary),
            AccountRefused::Edit(EditRefused::DomainNotRegistered { address }) => {
                Self::new(Refusal::DomainNotRegistered, told).with("address", address.as_str())
            }
            AccountRefused::Edit(EditRefused::HeldByDirectory { address }) => {
                Self::new(Refusal::HeldByDirectory, told).with("address", address.as_str())
            }
            AccountRefused::Edit(EditRefused::HsrOfOtherType { .. }) => {
                let mut violations = Violations::default();
                violations.push("account.hsr_enabled", told);
                violations.into_error()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_domain::{Address, ObjectType, edit::EditRefused};
    use tonic::{Code, Status};

    use crate::error::ReconcileError;

    #[test]
    fn an_edit_that_breaks_a_rule_is_refused_in_words_for_a_person() {
        let address = Address::parse("a@a.example").unwrap();
        let cases = [
            (
                EditRefused::DomainNotRegistered {
                    address: address.clone(),
                },
                Code::FailedPrecondition,
                "The address a@a.example is not in any of the tenant's domains.",
            ),
            (
                EditRefused::HeldByDirectory { address },
                Code::FailedPrecondition,
                "The address a@a.example comes from the directory: change its account, address type and object type \
                 there.",
            ),
            (
                EditRefused::HsrOfOtherType {
                    object_type: ObjectType::Group,
                },
                Code::InvalidArgument,
                "account.hsr_enabled: HSR is only for accounts of type USER; this account is GROUP",
            ),
        ];
        for (refused, code, message) in cases {
            let status = Status::from(ReconcileError::from(refused));
            assert_eq!((status.code(), status.message()), (code, message));
        }
    }
}
