//! The words of `rollcall domains`.

use clap::{Args, Subcommand, builder::NonEmptyStringValueParser};

const PUT_EXAMPLES: &str = "\
Example:
  rollcall domains put acme acme.example acme.test=acme.example

acme.test is an alias of acme.example: people have the same username in both.
A domain that is not listed no longer belongs to the tenant; to change single
domains, use rollcall domains add and rollcall domains remove.";

/// Commands for domains.
#[derive(Debug, Subcommand)]
pub enum DomainsCommand {
    /// Adds domains to those that a tenant has, or changes what they are aliases of.
    #[command(
        after_help = "Examples:\n  rollcall domains add acme acme.example\n  rollcall domains add acme acme.test=acme.example"
    )]
    Add {
        /// The portal's id of the customer.
        tenant: String,
        /// The domains: a name, or ALIAS=NAME for an alias of another of the tenant's domains.
        #[arg(required = true, value_name = "DOMAIN")]
        domains: Vec<DomainArg>,
    },
    /// Removes domains from those that a tenant has; asks first if live addresses are in them.
    #[command(after_help = "Example:\n  rollcall domains remove acme acme.test")]
    Remove {
        /// The portal's id of the customer.
        tenant: String,
        /// The domains.
        #[arg(required = true, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
        domains: Vec<String>,
        /// Confirmation beforehand.
        #[command(flatten)]
        confirmed: Confirmed,
    },
    /// Replaces the whole list of a tenant's domains; asks first if it drops one that live addresses are in.
    #[command(after_help = PUT_EXAMPLES)]
    Put {
        /// The portal's id of the customer.
        tenant: String,
        /// All domains: a name, or ALIAS=NAME for an alias of another domain in the list.
        #[arg(required_unless_present = "none", value_name = "DOMAIN")]
        domains: Vec<DomainArg>,
        /// Leaves the tenant without any domain.
        #[arg(long, conflicts_with = "domains")]
        none: bool,
        /// Confirmation beforehand.
        #[command(flatten)]
        confirmed: Confirmed,
    },
    /// Shows a tenant's domains.
    Show {
        /// The portal's id of the customer.
        tenant: String,
    },
    /// Shows which tenant owns a domain, or for which it is reserved; for operators.
    #[command(after_help = "Example:\n  rollcall domains owner acme.example")]
    Owner {
        /// The domain.
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        domain: String,
    },
    /// Ends the reservation of a domain that a tenant gave up, so that any tenant can register it; for operators.
    #[command(after_help = "Example:\n  rollcall domains release acme.test")]
    Release {
        /// The domain.
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        domain: String,
    },
}

/// Confirmation of what is asked for.
#[derive(Debug, Clone, Copy, Args)]
pub struct Confirmed {
    /// Do not ask for confirmation; needed where there is no terminal.
    #[arg(long, short)]
    pub yes: bool,
}

/// `NAME` or `ALIAS=NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainArg {
    /// The domain.
    pub name: String,
    /// The domain of which it is an alias; empty for a real domain.
    pub alias_of: String,
}

impl std::str::FromStr for DomainArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, alias_of) = match text.split_once('=') {
            Some((_, "")) => return Err("expected a domain after `=`, of which this one is an alias"),
            Some(parts) => parts,
            None => (text, ""),
        };
        if name.trim().is_empty() {
            return Err("expected a domain, found none");
        }
        Ok(Self {
            name: name.to_owned(),
            alias_of: alias_of.to_owned(),
        })
    }
}
