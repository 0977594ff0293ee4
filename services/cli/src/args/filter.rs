//! The words of `rollcall filter`.

use clap::{Args, Subcommand};

use super::ObjectType;

const BUILD_EXAMPLES: &str = "\
Examples:
  rollcall filter build --object-type user,group
  rollcall filter build --object-type user --domain acme.example \\
      --filter '(memberOf=CN=Mail,OU=Groups,DC=acme,DC=example)'

Save it with: rollcall settings put TENANT --filter FILTER";

/// Commands for filters.
#[derive(Debug, Subcommand)]
pub enum FilterCommand {
    /// Builds a filter from object types and domains, combined with your own.
    #[command(after_help = BUILD_EXAMPLES)]
    Build(BuildFilter),
    /// Checks a filter as saving it would; exit code 1 if it is not valid.
    #[command(after_help = "Example:\n  rollcall filter check '(&(objectClass=user)(mail=*))'")]
    Check {
        /// The filter (RFC 4515).
        #[arg(allow_hyphen_values = true)]
        filter: String,
        /// Attributes that carry addresses, from the operator's list, for the filter as it is sent; only proxyAddresses if
        /// never given.
        #[arg(long = "attribute", value_name = "NAME", value_delimiter = ',')]
        attributes: Vec<String>,
    },
}

/// Objects that a filter must match.
#[derive(Debug, Args)]
pub struct BuildFilter {
    /// Object types; all if never given.
    #[arg(long = "object-type", value_name = "TYPE", value_delimiter = ',', value_enum)]
    pub object_types: Vec<ObjectType>,
    /// Domains, one of which `mail` or an SMTP proxy address must be in; all if never given.
    #[arg(long = "domain", value_name = "DOMAIN", value_delimiter = ',')]
    pub domains: Vec<String>,
    /// Your own filter (RFC 4515), which must match as well.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub filter: String,
    /// Attributes that carry addresses, from the operator's list, for the filter as it is sent; only proxyAddresses if
    /// never given.
    #[arg(long = "attribute", value_name = "NAME", value_delimiter = ',')]
    pub attributes: Vec<String>,
    /// Decide object types by msExchRecipientTypeDetails; `rollcall test` shows if the directory's schema has it.
    #[arg(long)]
    pub recipient_types: bool,
}
