//! The worker's configuration.

use std::{path::PathBuf, time::Duration};

use rollcall_chassis::config::{
    AmqpConfig, AssertionsConfig, ClientConfig, LifecycleConfig, Problems, RolesConfig, ServerConfig,
    ServiceConfig, TelemetryConfig, from_list,
};
use rollcall_domain::PermittedAttributes;
use serde::Deserialize;

use network::NetworkConfig;

use crate::{run::Pace, source::ldap::limits::Limits};

/// All sections.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The health service.
    pub server: ServerConfig,
    /// The callers' roles.
    #[serde(default)]
    pub roles: RolesConfig,
    /// Who signs on whose behalf calls are made.
    #[serde(default)]
    pub assertions: AssertionsConfig,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The end of the process.
    #[serde(default)]
    pub lifecycle: LifecycleConfig,
    /// The source of jobs.
    pub amqp: AmqpConfig,
    /// The service at which runs begin and end.
    pub reconcile: ClientConfig,
    /// The keys that open credentials.
    pub credentials: CredentialsConfig,
    /// The keys by which jobs are known.
    pub signing: SigningConfig,
    /// Networks to which the worker may connect.
    #[serde(default)]
    pub(crate) network: NetworkConfig,
    /// The way directories are read.
    #[serde(default)]
    pub directory: DirectoryConfig,
    /// Runs at once.
    #[serde(default)]
    pub lanes: LanesConfig,
    /// Expectations of a directory.
    #[serde(default)]
    pub pace: PaceConfig,
    /// Limits of one run.
    #[serde(default)]
    pub limits: LimitsConfig,
}

/// `[credentials]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialsConfig {
    /// The newest key first, then older ones.
    pub key_files: Vec<PathBuf>,
}

/// `[signing]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningConfig {
    /// The public keys of schedulers, in any order.
    pub public_key_files: Vec<PathBuf>,
}

/// `[directory]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirectoryConfig {
    /// Connections without TLS are allowed.
    pub allow_plaintext: bool,
    /// Attributes that are read for addresses if settings name them.
    #[serde(deserialize_with = "from_list")]
    pub address_attributes: PermittedAttributes,
    /// Entries asked for at a time.
    pub page_size: u32,
    /// For resolving a name, connecting to one address, and TLS: each.
    pub connect_timeout_seconds: u64,
    /// For all of these together, over all hosts and addresses.
    pub reach_timeout_seconds: u64,
    /// Time until the bind is answered.
    pub bind_timeout_seconds: u64,
    /// Time until a server's next message, once it has accepted the bind.
    pub read_timeout_seconds: u64,
}

impl Default for DirectoryConfig {
    fn default() -> Self {
        Self {
            allow_plaintext: false,
            address_attributes: PermittedAttributes::default(),
            page_size: 1_000,
            connect_timeout_seconds: 10,
            reach_timeout_seconds: 20,
            bind_timeout_seconds: 10,
            // Active Directory itself ends a query after so long (MaxQueryDuration).
            read_timeout_seconds: 120,
        }
    }
}

/// `[lanes]`: slots of each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LanesConfig {
    /// Runs for which a caller waits.
    pub interactive: u16,
    /// Due by a schedule.
    pub scheduled: u16,
    /// Of tenants whose directory does not answer.
    pub slow: u16,
    /// Runs without a slot, of all lanes: their directories do not answer, or answer slowly.
    pub waiting: u16,
    /// Runs without a slot, of all lanes: they take longer than a turn.
    pub long: u16,
    /// Connection tests, beside the runs.
    pub tests: u16,
    /// Of the runs of all lanes together, those in processes of their own.
    pub alone: u16,
}

impl Default for LanesConfig {
    fn default() -> Self {
        Self {
            interactive: 4,
            scheduled: 4,
            slow: 2,
            waiting: 256,
            long: 8,
            tests: 16,
            alone: 2,
        }
    }
}

/// `[pace]`: see [`Pace`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaceConfig {
    /// Time until a directory has accepted the bind.
    pub grace_milliseconds: u64,
    /// Without a message.
    pub silence_milliseconds: u64,
    /// Entries of a second.
    pub slot_entries: u64,
    /// Bytes of a second.
    pub slot_bytes: u64,
    /// Of the directory's own time.
    pub window_seconds: u64,
    /// Entries of a window.
    pub least_entries: u64,
    /// Bytes of a window.
    pub least_bytes: u64,
}

impl Default for PaceConfig {
    fn default() -> Self {
        Self {
            grace_milliseconds: 75,
            silence_milliseconds: 1_000,
            slot_entries: 2_000,
            slot_bytes: 1024 * 1024,
            window_seconds: 120,
            least_entries: 120,
            least_bytes: 64 * 1024,
        }
    }
}

/// `[limits]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// From a run's beginning.
    pub run_seconds: u64,
    /// Entries of one read.
    pub entries: u64,
    /// Values of one attribute.
    pub values: usize,
    /// Length of one value.
    pub value_bytes: usize,
    /// All values of one entry.
    pub entry_bytes: usize,
    /// Length of one message from a directory.
    pub message_bytes: usize,
    /// Bytes that one run may buffer.
    pub hold_bytes: usize,
    /// Bytes of all that one run holds.
    pub run_bytes: usize,
    /// Bytes of all that runs and connection tests hold together.
    pub process_bytes: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            run_seconds: 20 * 60,
            entries: 5_000_000,
            values: 20_000,
            value_bytes: 16 * 1024,
            entry_bytes: 2 * 1024 * 1024,
            message_bytes: 2 * 1024 * 1024,
            hold_bytes: 16 * 1024 * 1024,
            run_bytes: 48 * 1024 * 1024,
            process_bytes: 400 * 1024 * 1024,
        }
    }
}

impl ServiceConfig for Config {
    const KEYS: &'static [(&'static str, &'static str)] = &[
        (
            "reconcile.url",
            "address of reconcile: https:// for mutual TLS; http:// on the loopback, as in http://127.0.0.1:7103",
        ),
        (
            "reconcile.ca_file",
            "the authority of reconcile's certificate, PEM",
        ),
        ("reconcile.cert_file", "the worker's certificate chain, PEM"),
        ("reconcile.key_file", "the certificate's key, PEM"),
        (
            "reconcile.allow_plaintext",
            "true: reconcile may be called without TLS beyond the loopback; default: false",
        ),
        (
            "credentials.key_files",
            "the keys that open credentials, newest first: a credential sealed to an older key is sealed again to the \
             newest",
        ),
        (
            "signing.public_key_files",
            "the public keys of the schedulers that sign jobs: a job that none of them signed is refused",
        ),
        (
            "network.allow",
            "networks that may be dialled in addition to public addresses; default: none",
        ),
        ("network.deny", "networks that are never dialled; default: none"),
        (
            "network.allow_zones",
            "zones whose names are looked up although they are for use within a network, such as corp.local; default: \
             none",
        ),
        (
            "network.deny_zones",
            "zones whose names are never looked up, such as those that only this network's resolver has; default: none",
        ),
        (
            "network.ports",
            "ports that are dialled, and ranges such as 1024-65535, the same as the scheduler's; default: 389, 636, \
             3268, 3269",
        ),
        (
            "network.tenants",
            "tenants that reach only networks of their own, which no other tenant reaches: tables with tenant, allow, \
             deny, zones and public, or in a variable `acme allow=10.20.0.0/16 zone=acme.local`; default: none",
        ),
        (
            "directory.allow_plaintext",
            "true: directories may be read without TLS; default: false",
        ),
        (
            "directory.address_attributes",
            "attributes that are read for addresses if settings name them, the same as the scheduler's; default: \
             proxyAddresses, mail, and those of common schemas: see deploy/OPERATION.md",
        ),
        ("directory.page_size", "entries in a page; default: 1000"),
        (
            "directory.connect_timeout_seconds",
            "seconds for each of resolving a name, connecting to one address, and TLS; default: 10",
        ),
        (
            "directory.reach_timeout_seconds",
            "seconds for all of these together, over all hosts and addresses; default: 20",
        ),
        (
            "directory.bind_timeout_seconds",
            "seconds until a directory must answer the bind; default: 10",
        ),
        (
            "directory.read_timeout_seconds",
            "seconds until a directory's next message, once it has accepted the bind; default: 120",
        ),
        ("lanes.interactive", "interactive runs at once; default: 4"),
        ("lanes.scheduled", "scheduled runs at once; default: 4"),
        (
            "lanes.slow",
            "runs at once of directories that did not answer before; default: 2",
        ),
        (
            "lanes.waiting",
            "runs at once, in addition, whose directories do not answer or answer slowly; default: 256, at most 400",
        ),
        (
            "lanes.long",
            "runs at once, in addition, that take longer than a quarter of a second and continue without a slot; \
             default: 8, at most 64",
        ),
        (
            "lanes.alone",
            "runs at once in processes of their own, because they lost a worker before; default: 2",
        ),
        (
            "lanes.tests",
            "connection tests at once, in addition to the runs; default: 16",
        ),
        (
            "pace.grace_milliseconds",
            "milliseconds until a directory must accept the bind, or its run gives up its slot; default: 75",
        ),
        (
            "pace.silence_milliseconds",
            "milliseconds that a directory may be silent during a read, or its run gives up its slot; default: 1000",
        ),
        (
            "pace.slot_entries",
            "entries a second; a run whose directory sends fewer gives up its slot; default: 2000",
        ),
        (
            "pace.slot_bytes",
            "bytes a second with which a run keeps its slot all the same; default: 1048576",
        ),
        (
            "pace.window_seconds",
            "seconds of the directory's own time in which a read must come up to the next two; default: 120",
        ),
        (
            "pace.least_entries",
            "a read fails if fewer entries come than this; default: 120",
        ),
        ("pace.least_bytes", "and fewer bytes than this; default: 65536"),
        ("limits.run_seconds", "seconds that a run may take; default: 1200"),
        ("limits.entries", "entries of one read; default: 5000000"),
        (
            "limits.values",
            "values of one attribute of an entry; default: 20000",
        ),
        ("limits.value_bytes", "length of one value; default: 16384"),
        (
            "limits.entry_bytes",
            "all values of one entry, over all its ranges; default: 2097152",
        ),
        (
            "limits.message_bytes",
            "length of one message from a directory; default: 2097152",
        ),
        (
            "limits.hold_bytes",
            "bytes that a run may buffer while it may be unchanged; default: 16777216",
        ),
        (
            "limits.run_bytes",
            "bytes of all that a run holds: messages, entries, batches, ids; default: 50331648",
        ),
        (
            "limits.process_bytes",
            "bytes of all that runs and connection tests hold together; default: 419430400",
        ),
    ];

    fn server(&self) -> &ServerConfig {
        &self.server
    }

    fn roles(&self) -> &RolesConfig {
        &self.roles
    }

    fn assertions(&self) -> &AssertionsConfig {
        &self.assertions
    }

    fn telemetry(&self) -> &TelemetryConfig {
        &self.telemetry
    }

    fn lifecycle(&self) -> &LifecycleConfig {
        &self.lifecycle
    }

    fn validate(&self, problems: &mut Problems) {
        self.amqp.validate(problems);
        self.reconcile.validate("reconcile", problems);
        if self.credentials.key_files.is_empty() {
            problems.push("credentials.key_files", "must name at least one file");
        }
        if self.signing.public_key_files.is_empty() {
            problems.push("signing.public_key_files", "must name at least one file");
        }
        if !(1..=10_000).contains(&self.directory.page_size) {
            problems.push("directory.page_size", "must be from 1 to 10000");
        }
        let positive = [
            (
                "directory.connect_timeout_seconds",
                self.directory.connect_timeout_seconds,
            ),
            (
                "directory.reach_timeout_seconds",
                self.directory.reach_timeout_seconds,
            ),
            (
                "directory.bind_timeout_seconds",
                self.directory.bind_timeout_seconds,
            ),
            (
                "directory.read_timeout_seconds",
                self.directory.read_timeout_seconds,
            ),
            ("lanes.tests", self.lanes.tests.into()),
            ("lanes.alone", self.lanes.alone.into()),
            ("pace.grace_milliseconds", self.pace.grace_milliseconds),
            ("pace.silence_milliseconds", self.pace.silence_milliseconds),
            ("pace.window_seconds", self.pace.window_seconds),
            ("limits.entries", self.limits.entries),
            ("limits.values", self.limits.values as u64),
            ("limits.value_bytes", self.limits.value_bytes as u64),
            ("limits.entry_bytes", self.limits.entry_bytes as u64),
            ("limits.message_bytes", self.limits.message_bytes as u64),
        ];
        for (key, _) in positive.iter().filter(|(_, value)| *value == 0) {
            problems.push(*key, "must be at least 1");
        }
        // The broker takes a delivery back after 30 minutes.
        if !(1..=25 * 60).contains(&self.limits.run_seconds) {
            problems.push("limits.run_seconds", "must be from 1 to 1500");
        }
        // Each has a thread of the process' 512, which sleeps.
        if !(1..=400).contains(&self.lanes.waiting) {
            problems.push("lanes.waiting", "must be from 1 to 400");
        }
        if !(1..=64).contains(&self.lanes.long) {
            problems.push("lanes.long", "must be from 1 to 64");
        }
        if self.lanes.interactive == 0 && self.lanes.scheduled == 0 && self.lanes.slow == 0 {
            problems.push("lanes", "a worker without slots does nothing");
        }
        self.network.validate(problems);
        self.validate_memory(problems);
    }
}

impl Config {
    /// Bounds of one read.
    pub fn read_limits(&self) -> Limits {
        Limits {
            connect: Duration::from_secs(self.directory.connect_timeout_seconds),
            reach: Duration::from_secs(self.directory.reach_timeout_seconds),
            bind: Duration::from_secs(self.directory.bind_timeout_seconds),
            operation: Duration::from_secs(self.directory.read_timeout_seconds),
            page_size: self.directory.page_size,
            values: self.limits.values,
            value_bytes: self.limits.value_bytes,
            entry_bytes: self.limits.entry_bytes,
            message_bytes: self.limits.message_bytes,
        }
    }

    /// Expectations of a directory.
    pub fn pace(&self) -> Pace {
        Pace {
            grace: Duration::from_millis(self.pace.grace_milliseconds),
            silence: Duration::from_millis(self.pace.silence_milliseconds),
            slot_entries: self.pace.slot_entries,
            slot_bytes: self.pace.slot_bytes,
            window: Duration::from_secs(self.pace.window_seconds),
            least_entries: self.pace.least_entries,
            least_bytes: self.pace.least_bytes,
        }
    }
}

mod checks;
mod memory;
mod network;

#[cfg(test)]
mod tests;
