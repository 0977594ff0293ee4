//! The words of `rollcall domains`.

use clap::Subcommand;

/// Commands for domains.
#[derive(Debug, Subcommand)]
pub enum DomainsCommand {
    /// Replaces the whole list of a tenant's domains.
    #[command(
        after_help = "Example:\n  rollcall domains put acme acme.example acme.test=acme.example\n\n\
        acme.test is an alias of acme.example: people have the same username in both."
    )]
    Put {
        /// The portal's id of the customer.
        tenant: String,
        /// All domains: a name, or ALIAS=NAME for an alias of another domain in the list.
        #[arg(required_unless_present = "none", value_name = "DOMAIN")]
        domains: Vec<DomainArg>,
        /// Leaves the tenant without any domain.
        #[arg(long, conflicts_with = "domains")]
        none: bool,
    },
    /// Shows a tenant's domains.
    Show {
        /// The portal's id of the customer.
        tenant: String,
    },
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
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, alias_of) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self {
            name: name.to_owned(),
            alias_of: alias_of.to_owned(),
        })
    }
}
