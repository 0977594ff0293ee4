//! The words of `rollcall settings`.

mod words;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Confirmed, Limit};

pub(crate) use words::{ObjectType, SameUsername, Security, ServerType};

const PUT_EXAMPLES: &str = "\
Examples:
  rollcall settings put acme --host dc1.acme.example --host dc2.acme.example \\
      --bind-username 'CN=Reader,OU=Service,DC=acme,DC=example' \\
      --ca-file ca.pem --password-file secret.txt \\
      --base 'OU=People,DC=acme,DC=example' \\
      --filter '(memberOf=CN=Mail,OU=Groups,DC=acme,DC=example)'
  rollcall settings put acme --base 'OU=Staff,DC=acme,DC=example' --base 'DC=brand,DC=example'
  rollcall settings put acme --every-hours 24 --time-zone Europe/Berlin
  rollcall settings put acme --clear filter --clear object-types
  rollcall settings put acme --remove-accounts --keep-manual

The password is asked for, or read from a file or standard input. It is never
shown again by any call, and must be entered again when hosts, port, security,
CA certificates or the username change.";

pub(super) const TEST_EXAMPLES: &str = "\
Examples:
  rollcall test acme                        the settings as they are saved
  rollcall test acme --host dc2.acme.example --ask-password
                                            with another host; nothing is saved
  rollcall test acme --host dc1.acme.example --ca-file ca.pem \\
      --bind-username reader@acme.example --password-file secret.txt

Exit code 3 if a step FAILED. With --json: one object per step, one per line.";

/// Commands for settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Creates a tenant's settings, or changes those given and leaves the rest as they are.
    #[command(after_help = PUT_EXAMPLES)]
    Put(Box<Put>),
    /// Shows a tenant's settings, and the filter as it is sent to the directory.
    Show {
        /// The portal's id of the customer.
        tenant: String,
    },
    /// Deletes a tenant's settings, schedule, waiting runs and password; its accounts stay as they are.
    #[command(after_help = "Example:\n  rollcall settings delete acme")]
    Delete {
        /// The portal's id of the customer.
        tenant: String,
        /// Confirmation beforehand.
        #[command(flatten)]
        confirmed: Confirmed,
    },
    /// Lists all tenants' settings.
    List {
        /// Length of the list.
        #[command(flatten)]
        limit: Limit,
    },
}

/// New values of the settings; those not given stay as they are.
#[derive(Debug, Args)]
pub struct Put {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The directory server.
    #[command(flatten)]
    pub server: DirectoryServer,
    /// Source of the bind password.
    #[command(flatten)]
    pub password: PasswordSource,
    /// Selection of what is imported.
    #[command(flatten)]
    pub selection: Selection,
    /// Schedule, and actions for new users.
    #[command(flatten)]
    pub times: Times,
    /// Treatment of absent addresses.
    #[command(flatten)]
    pub removal: Removal,
    /// Reset this part of the settings; may be given several times.
    #[arg(long, value_name = "PART", value_enum)]
    pub clear: Vec<Clearable>,
}

/// The directory server, and how it is read.
#[derive(Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Directory")]
pub struct DirectoryServer {
    /// Kind of server.
    #[arg(long, value_enum)]
    pub server_type: Option<ServerType>,
    /// Host name or IP address; several are tried in this order.
    #[arg(long = "host", value_name = "HOST", value_parser = only_host)]
    pub hosts: Vec<String>,
    /// Port; 0 for the default of the security mode (636 or 389). If only the mode changes, 389 and 636 take each
    /// other's place, and so do 3268 and 3269; any other port must be given again.
    #[arg(long)]
    pub port: Option<u16>,
    /// Protection of the connection.
    #[arg(long, value_enum)]
    pub security: Option<Security>,
    /// CA certificates (PEM) that the server's certificate must chain to; the system's if never given.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Bind user: a DN, a user principal name, or DOMAIN\user.
    #[arg(long, value_name = "NAME")]
    pub bind_username: Option<String>,
    /// Search base (a DN); several are read one after the other, and '' is the root of the tree. The server's default
    /// naming context if never given.
    #[arg(long = "base", value_name = "DN")]
    pub bases: Vec<String>,
    /// Filter (RFC 4515); every object with an address if never given.
    #[arg(long)]
    pub filter: Option<String>,
    /// Attributes that carry addresses, from the operator's list; only proxyAddresses if never given.
    #[arg(long = "attribute", value_name = "NAME", value_delimiter = ',')]
    pub attributes: Vec<String>,
    /// One of the attributes, whose values are primary addresses, as those of mail are, of objects without SMTP: in
    /// proxyAddresses.
    #[arg(long, value_name = "NAME")]
    pub primary_attribute: Option<String>,
}

/// A host by itself. What a URL or a port would say besides has options of its own; the rest is left to the service to
/// judge.
fn only_host(given: &str) -> Result<String, &'static str> {
    let port_follows = given.rsplit_once(':').is_some_and(|(host, port)| {
        !port.is_empty()
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && (!host.contains(':') || host.ends_with(']'))
    });
    if given.contains("://") {
        Err("expected only the host, not a URL: --security and --port say the rest")
    } else if port_follows {
        Err("expected only the host: --port says the port")
    } else {
        Ok(given.to_owned())
    }
}

/// Source of the bind password: never the command line or a variable, where others could see it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Password")]
#[group(multiple = false)]
pub struct PasswordSource {
    /// Read the password from this file (a line break at its end is not part of it).
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Read the password from standard input.
    #[arg(long)]
    pub password_stdin: bool,
    /// Ask for the password on the terminal; the default for new settings.
    #[arg(long)]
    pub ask_password: bool,
}

/// Selection of what is imported from the directory.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct Selection {
    /// Object types to import; all if never given.
    #[arg(long = "object-type", value_name = "TYPE", value_delimiter = ',', value_enum)]
    pub object_types: Vec<ObjectType>,
    /// Domains of the tenant whose addresses are imported; all if never given.
    #[arg(long = "domain", value_name = "DOMAIN", value_delimiter = ',')]
    pub domains: Vec<String>,
    /// Leave out users that are disabled in the directory. Shared, linked and resource mailboxes stay.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub exclude_disabled: Option<bool>,
    /// Treatment of one object's aliases that have the same username portion.
    #[arg(long, value_enum)]
    pub same_username: Option<SameUsername>,
}

/// Schedule of syncs, and actions for new users.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Schedule and new users")]
pub struct Times {
    /// Sync every N hours, 1 to 24; 0 for no schedule.
    #[arg(long, value_name = "N")]
    pub every_hours: Option<i32>,
    /// Time zone of the schedule, such as Europe/Berlin.
    #[arg(long, value_name = "IANA")]
    pub time_zone: Option<String>,
    /// Turn HSR on for new users.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub send_hsr: Option<bool>,
    /// Have the portal welcome new users.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub send_welcome: Option<bool>,
    /// Hold a sync that would create more than N accounts; 0: hold every new account. Without a limit, the greater of
    /// 50 and half of the live accounts counts. The first sync has no limit.
    #[arg(long, value_name = "N")]
    pub limit_new: Option<i32>,
}

/// Treatment of the tenant's addresses that are absent from the directory.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Removal")]
pub struct Removal {
    /// Remove absent addresses and accounts, restorably, instead of marking them as stale.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub remove_accounts: Option<bool>,
    /// Keep manual addresses and accounts.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub keep_manual: Option<bool>,
    /// Limits of removals.
    #[command(flatten)]
    pub limits: Limits,
}

/// Limits of accounts that may be removed, or lose an address, in 24 hours before a run is HELD. With both, the lower
/// counts.
#[derive(Debug, Default, Clone, Copy, Args)]
pub struct Limits {
    /// Hold a sync that would remove, or take addresses from, more than N accounts, counting the last 24 hours; 0:
    /// hold every removal.
    #[arg(long, value_name = "N")]
    pub limit_accounts: Option<i32>,
    /// The same limit as a percentage of the live accounts, 0 to 100.
    #[arg(long, value_name = "N")]
    pub limit_percent: Option<i32>,
}

/// The connection to test.
#[derive(Debug, Args)]
pub struct TestConnection {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Differences from the saved settings, if any are saved.
    #[command(flatten)]
    pub server: DirectoryServer,
    /// Source of the bind password.
    #[command(flatten)]
    pub password: PasswordSource,
}

/// Parts of the settings that can be emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Clearable {
    /// The CA certificates: the system's trust store is used again.
    Ca,
    /// The search bases: the server's default naming context again.
    Base,
    /// The filter.
    Filter,
    /// The attributes: only proxyAddresses again.
    Attributes,
    /// The primary attribute: only mail claims primary addresses again.
    PrimaryAttribute,
    /// The object types: all again.
    ObjectTypes,
    /// The domains: all again.
    Domains,
    /// The schedule.
    Schedule,
    /// The limit in accounts.
    LimitAccounts,
    /// The limit of new accounts: the default applies again.
    LimitNew,
    /// The limit in percent; without either limit the default applies again.
    LimitPercent,
}
