//! The scheduler's configuration.

mod checks;

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use rollcall_chassis::{
    config::{
        AmqpConfig, AssertionsConfig, DatabaseConfig, LifecycleConfig, Problems, RolesConfig, ServerConfig,
        ServiceConfig, TelemetryConfig, from_list,
    },
    pg::{
        Sessions,
        tenant_lock::{TenantLocks, Waits},
    },
};
use rollcall_domain::{PermittedAttributes, Ports, time_zone};
use serde::Deserialize;

use crate::{
    connection_test::MostTests,
    store::{ManualRunLimit, Patience},
};

/// All sections.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listeners of the service.
    pub server: ServerConfig,
    /// The callers' roles.
    #[serde(default)]
    pub roles: RolesConfig,
    /// Who signs on whose behalf calls are made.
    #[serde(default)]
    pub assertions: AssertionsConfig,
    /// Logs and metrics.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The end of the process.
    #[serde(default)]
    pub lifecycle: LifecycleConfig,
    /// The database that holds the schema.
    pub database: DatabaseConfig,
    /// The broker to which jobs go.
    pub amqp: AmqpConfig,
    /// Keys to which passwords are sealed.
    pub credentials: CredentialsConfig,
    /// Key by which workers know jobs.
    pub signing: SigningConfig,
    /// Times after which runs are due and jobs are lost.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// Limits of the directories that tenants may enter.
    #[serde(default)]
    pub directory: DirectoryConfig,
    /// Ports at which directories may be reached.
    #[serde(default)]
    pub network: NetworkConfig,
    /// Limits of a tenant's requests.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// Limits of connection tests at once.
    #[serde(default)]
    pub tests: TestsConfig,
}

/// `[limits]`: what one tenant may take of what all share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Runs that a tenant may ask for in a period: syncs, previews, approvals and reverts.
    pub manual_runs: NonZeroU32,
    /// The while.
    pub manual_run_minutes: NonZeroU32,
    /// Calls of a tenant that wait for its lock.
    pub waiting_calls: NonZeroU32,
    /// Seconds for which they wait.
    pub wait_seconds: NonZeroU32,
    /// The connections of what no call waits for: the publisher, the due tick and the sweeper.
    pub background_connections: NonZeroU32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            manual_runs: number(10),
            manual_run_minutes: number(10),
            waiting_calls: number(2),
            wait_seconds: number(20),
            background_connections: number(4),
        }
    }
}

impl LimitsConfig {
    /// The limit of runs that a tenant may ask for.
    pub(crate) fn manual_runs(&self) -> ManualRunLimit {
        ManualRunLimit {
            runs: self.manual_runs.get(),
            period: duration(self.manual_run_minutes) * 60,
        }
    }

    /// The limits of waiting for a tenant's lock.
    pub(crate) fn locks(&self) -> TenantLocks {
        let wait = duration(self.wait_seconds);
        TenantLocks::new(Waits {
            call: wait,
            run: wait,
            calls: self.waiting_calls.get() as usize,
        })
    }
}

/// `[credentials]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialsConfig {
    /// The workers' public key.
    pub public_key_file: PathBuf,
}

/// `[signing]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningConfig {
    /// The private key that signs jobs.
    pub key_file: PathBuf,
}

/// `[schedule]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleConfig {
    /// Counts where a tenant names none.
    pub default_time_zone: String,
    /// The longest wait between two looks for due tenants.
    pub tick_seconds: NonZeroU32,
    /// The longest wait between two looks for requests to publish.
    pub publish_seconds: NonZeroU32,
    /// Between two sweeps.
    pub sweep_seconds: NonZeroU32,
    /// After how long without a sign an interactive job is lost.
    pub lost_interactive_seconds: NonZeroU32,
    /// After how long without a sign another job is lost.
    pub lost_seconds: NonZeroU32,
    /// After how long without a heartbeat the job of a run that is being read is lost.
    pub lost_silent_seconds: NonZeroU32,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        let seconds = |seconds| NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN);
        Self {
            default_time_zone: "UTC".to_owned(),
            tick_seconds: seconds(5),
            publish_seconds: seconds(1),
            sweep_seconds: seconds(10),
            lost_interactive_seconds: seconds(5 * 60),
            lost_seconds: seconds(30 * 60),
            lost_silent_seconds: seconds(30),
        }
    }
}

impl ScheduleConfig {
    /// Times after which a job is lost.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            interactive: duration(self.lost_interactive_seconds),
            scheduled: duration(self.lost_seconds),
            silent: duration(self.lost_silent_seconds),
        }
    }
}

impl Config {
    /// The sessions of what no call waits for. Their statements take groups of tenants, and no longer than a call's.
    pub(crate) fn background_sessions(&self) -> Sessions {
        Sessions {
            connections: self.limits.background_connections,
            statement: duration(self.database.statement_seconds),
            idle_transaction: duration(self.database.idle_transaction_seconds),
        }
    }
}

/// A configured number of seconds.
pub(crate) fn duration(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}

/// `[directory]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirectoryConfig {
    /// True if directories may be read without TLS.
    pub allow_plaintext: bool,
    /// Attributes that settings may name for addresses.
    #[serde(deserialize_with = "from_list")]
    pub address_attributes: PermittedAttributes,
}

/// `[network]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Ports that settings may name.
    #[serde(deserialize_with = "from_list")]
    pub ports: Ports,
}

/// `[tests]`: connection tests at once, in each scheduler.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TestsConfig {
    /// In all.
    pub at_once: NonZeroU32,
    /// Of one caller.
    pub per_caller: NonZeroU32,
    /// Of one tenant.
    pub per_tenant: NonZeroU32,
}

impl Default for TestsConfig {
    fn default() -> Self {
        let tests = |tests| NonZeroU32::new(tests).unwrap_or(NonZeroU32::MIN);
        Self {
            at_once: tests(64),
            per_caller: tests(4),
            per_tenant: tests(4),
        }
    }
}

impl TestsConfig {
    /// The bounds.
    pub(crate) fn most(&self) -> MostTests {
        let number = |number: NonZeroU32| number.get() as usize;
        MostTests {
            all: number(self.at_once),
            caller: number(self.per_caller),
            tenant: number(self.per_tenant),
        }
    }
}

impl ServiceConfig for Config {
    const KEYS: &'static [(&'static str, &'static str)] = &[
        (
            "credentials.public_key_file",
            "the workers' public key, to which bind passwords are sealed",
        ),
        (
            "signing.key_file",
            "the private key that signs jobs, of which workers have the public half",
        ),
        (
            "schedule.default_time_zone",
            "IANA time zone of schedules without one [UTC]",
        ),
        (
            "schedule.tick_seconds",
            "most seconds between two checks for due tenants [5]",
        ),
        (
            "schedule.publish_seconds",
            "most seconds between two checks for requests to publish [1]",
        ),
        (
            "schedule.sweep_seconds",
            "seconds between two checks for lost jobs [10]",
        ),
        (
            "schedule.lost_interactive_seconds",
            "seconds after which the job of an interactive run counts as lost [300]",
        ),
        (
            "schedule.lost_seconds",
            "seconds after which the job of a scheduled run counts as lost [1800]",
        ),
        (
            "schedule.lost_silent_seconds",
            "seconds of silence after which the job of a run that a worker has begun counts as lost [30]",
        ),
        (
            "limits.manual_runs",
            "manual runs that a tenant may request in limits.manual_run_minutes; scheduled runs do not count [10]",
        ),
        (
            "limits.manual_run_minutes",
            "period of limits.manual_runs, in minutes [10]",
        ),
        (
            "limits.waiting_calls",
            "calls of a tenant that wait while it is locked; others are refused [2]",
        ),
        ("limits.wait_seconds", "seconds that such a call waits [20]"),
        (
            "limits.background_connections",
            "connections for background work, in addition to database.max_connections [4]",
        ),
        (
            "directory.allow_plaintext",
            "true: directories may be read without TLS [false]",
        ),
        (
            "directory.address_attributes",
            "attributes that settings may name for addresses, the same as the worker's [proxyAddresses, mail, and those \
             of common schemas: see deploy/OPERATION.md]",
        ),
        (
            "network.ports",
            "ports that settings may name, and ranges such as 1024-65535, the same as the worker's [389, 636, 3268, 3269]",
        ),
        (
            "tests.at_once",
            "connection tests at once, in each scheduler [64]",
        ),
        (
            "tests.per_caller",
            "of them, those of one caller (by its certificate, otherwise by its address) [4]",
        ),
        ("tests.per_tenant", "of them, those of one tenant [4]"),
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
        self.database.validate(problems);
        self.amqp.validate(problems);
        if let Err(error) = time_zone::parse(&self.schedule.default_time_zone) {
            problems.push("schedule.default_time_zone", error);
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_chassis::config::{parse, undocumented};

    use super::{Config, PermittedAttributes};

    const LEAST: &str = r#"
        [server]
        listen = "127.0.0.1:7101"
        insecure_loopback = true
        [database]
        url = "postgres://rollcall_scheduler@127.0.0.1/rollcall"
        [amqp]
        url = "amqp://127.0.0.1"
        [credentials]
        public_key_file = "k1.pub"
        [signing]
        key_file = "k1.signing.key"
    "#;

    #[test]
    fn the_least_configuration_is_usable() {
        let config: Config = parse(LEAST, []).unwrap();
        assert_eq!(config.schedule.tick_seconds.get(), 5);
        assert!(!config.directory.allow_plaintext);
    }

    #[test]
    fn a_wrong_time_zone_and_a_zero_interval_are_named_together() {
        let variables = [
            ("ROLLCALL_SCHEDULE__DEFAULT_TIME_ZONE", "Mars/Olympus"),
            ("ROLLCALL_SCHEDULE__TICK_SECONDS", "0"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let error = parse::<Config>(LEAST, variables).unwrap_err().to_string();
        assert!(error.contains("schedule.default_time_zone"), "{error}");
        assert!(error.contains("schedule.tick_seconds"), "{error}");
    }

    #[test]
    fn a_list_of_address_attributes_that_promises_forbid_is_named() {
        let with = |list: &str| {
            let variable = "ROLLCALL_DIRECTORY__ADDRESS_ATTRIBUTES".to_owned();
            parse::<Config>(LEAST, [(variable, list.to_owned())])
        };
        let given = with("proxyAddresses, workMail").unwrap();
        assert_eq!(
            given.directory.address_attributes,
            PermittedAttributes::parse(["proxyAddresses", "workMail"]).unwrap()
        );
        for list in [
            "proxyAddresses,userPassword",
            "proxyAddresses,2.5.4.4",
            "mail",
            "",
        ] {
            let error = with(list).unwrap_err().to_string();
            assert!(error.contains("directory.address_attributes"), "{list}: {error}");
        }
    }

    #[test]
    fn every_key_is_explained_in_the_help() {
        assert_eq!(undocumented::<Config>(), [""; 0]);
    }
}
