//! The words of `rollcall accounts` and `rollcall account`.

use clap::{Args, Subcommand};

use super::{Limit, ObjectType};

const PUT_EXAMPLES: &str = "\
Examples:
  rollcall account put acme press@acme.example --alias media@acme.example --hsr
  rollcall account put acme press@acme.example --drop media@acme.example
  rollcall account put acme press@acme.example --primary news@acme.example";

/// The accounts to list.
#[derive(Debug, Args)]
pub struct ListAccounts {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Only accounts with an address that begins with PREFIX.
    #[arg(long, default_value = "", value_name = "PREFIX", hide_default_value = true)]
    pub search: String,
    /// Removed accounts that can be restored, instead of the live ones.
    #[arg(long)]
    pub removed: bool,
    /// Length of the list.
    #[command(flatten)]
    pub limit: Limit,
}

/// Commands for one account.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Shows one account, with all its addresses.
    #[command(
        after_help = "Examples:\n  rollcall account show acme ann@acme.example\n  rollcall account show acme ann@acme.example --removed"
    )]
    Show {
        /// The account, and whose it is.
        #[command(flatten)]
        account: NamedAccount,
        /// A removed account that can be restored, instead of a live one.
        #[arg(long)]
        removed: bool,
    },
    /// Creates a manual account, or changes the account that has the address; what is not given stays as it is.
    #[command(after_help = PUT_EXAMPLES)]
    Put(EditAccount),
    /// Removes an account; for a time it can be restored.
    ///
    /// If its object is still in the directory, the next sync makes it live again.
    #[command(after_help = "Example:\n  rollcall account remove acme ann@acme.example")]
    Remove(NamedAccount),
    /// Restores a removed account, with the addresses that it had.
    #[command(after_help = "Example:\n  rollcall account restore acme ann@acme.example")]
    Restore(NamedAccount),
    /// Protects an account: no sync removes, merges or renames it, or takes an address from it.
    #[command(
        after_help = "Examples:\n  rollcall account protect acme postmaster@acme.example\n  rollcall account protect acme postmaster@acme.example --off"
    )]
    Protect(Protect),
}

/// New values of the account; those not given stay as they are.
#[derive(Debug, Args)]
pub struct EditAccount {
    /// The account, and whose it is.
    #[command(flatten)]
    pub account: NamedAccount,
    /// Addresses to add.
    #[arg(long = "alias", value_name = "ADDRESS", value_delimiter = ',')]
    pub aliases: Vec<String>,
    /// Addresses to drop.
    #[arg(long = "drop", value_name = "ADDRESS", value_delimiter = ',')]
    pub dropped: Vec<String>,
    /// Its primary address; for a new account, ACCOUNT if left out.
    #[arg(long, value_name = "ADDRESS")]
    pub primary: Option<String>,
    /// Its object type; user if never given.
    #[arg(long, value_name = "TYPE", value_enum)]
    pub object_type: Option<ObjectType>,
    /// Turn HSR on (users only).
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub hsr: Option<bool>,
    /// Protect it from every sync.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub protected: Option<bool>,
}

/// One account of a tenant.
#[derive(Debug, Clone, Args)]
pub struct NamedAccount {
    /// The portal's id of the customer.
    pub tenant: String,
    /// One of its addresses, or its id.
    pub account: String,
}

/// The account to protect, or to protect no longer.
#[derive(Debug, Args)]
pub struct Protect {
    /// The account, and whose it is.
    #[command(flatten)]
    pub account: NamedAccount,
    /// Remove the protection.
    #[arg(long)]
    pub off: bool,
}
