//! Reasons why a write to an account is refused, and what the portal learns of them.

use rollcall_chassis::status::ApiError;
use rollcall_terms::Refusal;

/// A write that cannot be, as things stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AccountRefused {
    /// There is no such account of the tenant.
    #[error("The tenant has no such account.")]
    NoAccount,
    /// It is removed.
    #[error("The account is removed. Restore it first.")]
    AlreadyRemoved,
    /// It is live.
    #[error("The account is not removed.")]
    NotRemoved,
    /// It is protected.
    #[error("The account is protected. Remove its protection first.")]
    Protected,
    /// Another account has an address.
    #[error("The address {address} belongs to the account {primary}.")]
    AddressTaken {
        /// The address.
        address: String,
        /// The primary address of the account that has it.
        primary: String,
    },
    /// An address is outside of the tenant's domains.
    #[error("The address {address} is not in any of the tenant's domains.")]
    DomainNotRegistered {
        /// The address.
        address: String,
    },
    /// The directory holds what would be changed.
    #[error(
        "The address {address} comes from the directory: change its account, address type and object type there."
    )]
    HeldByDirectory {
        /// The address, or one of those of the account.
        address: String,
    },
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
            AccountRefused::DomainNotRegistered { address } => {
                Self::new(Refusal::DomainNotRegistered, told).with("address", address)
            }
            AccountRefused::HeldByDirectory { address } => {
                Self::new(Refusal::HeldByDirectory, told).with("address", address)
            }
        }
    }
}
