//! The words of `rollcall accounts` and `rollcall account`.

use clap::{Args, Subcommand};

use super::{Limit, ObjectType};

const PUT_EXAMPLES: &str = "\
Examples:
  rollcall account put acme press@acme.example --alias media@acme.example --hsr
  rollcall account put acme press@acme.example --drop media@acme.example
  rollcall account put acme press@acme.example --primary news@acme.example";

/// Which accounts to list.
#[derive(Debug, Args)]
pub struct ListAccounts {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Only accounts with an address that begins with this.
    #[arg(long, default_value = "", value_name = "PREFIX", hide_default_value = true)]
    pub search: String,
    /// Those that were removed and can be restored, instead of the live ones.
    #[arg(long)]
    pub removed: bool,
    /// How many.
    #[command(flatten)]
    pub limit: Limit,
}

/// What is done with one account.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Makes an account by hand, or changes what is given of the one that has the address.
    #[command(after_help = PUT_EXAMPLES)]
    Put(EditAccount),
    /// Removes an account, softly: for 30 days it can be restored.
    #[command(after_help = "Example:\n  rollcall account remove acme ann@acme.example")]
    Remove(NamedAccount),
    /// Makes a removed account live again, with the addresses that it had.
    #[command(after_help = "Example:\n  rollcall account restore acme ann@acme.example")]
    Restore(NamedAccount),
    /// Protects an account: no sync removes, merges or renames it, or takes an address from it.
    #[command(
        after_help = "Examples:\n  rollcall account protect acme postmaster@acme.example\n  rollcall account protect acme postmaster@acme.example --off"
    )]
    Protect(Protect),
}

/// What is to be in the account; what is not given stays as it is.
#[derive(Debug, Args)]
pub struct EditAccount {
    /// The account, and whose it is.
    #[command(flatten)]
    pub account: NamedAccount,
    /// Further addresses that it is to have.
    #[arg(long = "alias", value_name = "ADDRESS", value_delimiter = ',')]
    pub aliases: Vec<String>,
    /// Addresses that it is to have no more.
    #[arg(long = "drop", value_name = "ADDRESS", value_delimiter = ',')]
    pub dropped: Vec<String>,
    /// Its primary address; for a new account the one that it is named by.
    #[arg(long, value_name = "ADDRESS")]
    pub primary: Option<String>,
    /// What it stands for; a user if never given.
    #[arg(long = "type", value_name = "TYPE", value_enum)]
    pub object_type: Option<ObjectType>,
    /// Switch HSR on; for users alone.
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

/// Which account is protected, or is no more.
#[derive(Debug, Args)]
pub struct Protect {
    /// The account, and whose it is.
    #[command(flatten)]
    pub account: NamedAccount,
    /// Protect it no more.
    #[arg(long)]
    pub off: bool,
}
