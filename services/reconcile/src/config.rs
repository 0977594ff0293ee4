//! The service's configuration.

mod binds;
mod checks;
mod pools;
mod retention;

use std::time::Duration;

use jiff::SignedDuration;
use rollcall_chassis::config::{
    AmqpConfig, AssertionsConfig, DatabaseConfig, LifecycleConfig, Problems, RolesConfig, ServerConfig,
    ServiceConfig, TelemetryConfig,
};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::{
    bounds::{Bounds, LeaseTimes},
    budget::{Budget, Purses},
    work::Workshop,
};

pub(crate) use binds::Binds;
pub(crate) use pools::Pools;
pub(crate) use retention::Retention;

const MIB: usize = 1024 * 1024;

/// All sections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The portal's listener.
    pub(crate) server: ServerConfig,
    /// The workers' own listener, so that the network can keep each from the other's.
    pub(crate) workers: ServerConfig,
    #[serde(default)]
    pub(crate) roles: RolesConfig,
    #[serde(default)]
    pub(crate) assertions: AssertionsConfig,
    #[serde(default)]
    pub(crate) telemetry: TelemetryConfig,
    #[serde(default)]
    pub(crate) lifecycle: LifecycleConfig,
    pub(crate) database: DatabaseConfig,
    pub(crate) amqp: AmqpConfig,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default)]
    pub(crate) leases: Leases,
    #[serde(default)]
    pub(crate) relay: Relay,
    #[serde(default)]
    pub(crate) binds: Binds,
    #[serde(default)]
    pub(crate) retention: Retention,
    #[serde(default)]
    pub(crate) pools: Pools,
}

/// `[limits]`: how much memory runs may take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    reads_mib: usize,
    run_mib: usize,
    commits_mib: usize,
    small_commits_mib: usize,
    small_commit_mib: usize,
    small_threads: usize,
    large_threads: usize,
    largest_read_mib: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reads_mib: 256,
            run_mib: 96,
            commits_mib: 1536,
            small_commits_mib: 96,
            small_commit_mib: 12,
            small_threads: 16,
            large_threads: 2,
            largest_read_mib: 4096,
        }
    }
}

impl Config {
    /// Bounds of all runs.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            leases: self.leases.times(),
            periods: self.retention.periods(),
            reserved_domains: self.retention.reserved_domains(),
            kept_whole: self.retention.kept_whole(),
            read_limit: self.limits.read_bytes(),
            binds: self.binds.pauses(),
        }
    }
}

impl Limits {
    pub(crate) fn budget(&self) -> Budget {
        Budget::new(Purses {
            reads: self.reads_mib * MIB,
            run: self.run_mib * MIB,
            commits: self.commits_mib * MIB,
            small_commits: self.small_commits_mib * MIB,
            small_commit: self.small_commit_mib * MIB,
        })
    }

    pub(crate) fn workshop(&self, stop: CancellationToken) -> Workshop {
        Workshop::new(self.small_threads, self.large_threads, stop)
    }

    fn validate(&self, problems: &mut Problems) {
        if self.small_commit_mib > self.small_commits_mib {
            problems.push(
                "limits.small_commits_mib",
                "must be at least limits.small_commit_mib",
            );
        }
        if self.small_commits_mib + self.small_commit_mib > self.commits_mib {
            problems.push(
                "limits.commits_mib",
                "must be at least limits.small_commits_mib and limits.small_commit_mib together",
            );
        }
    }

    pub(crate) fn read_bytes(&self) -> usize {
        self.largest_read_mib * MIB
    }
}

/// `[leases]`: how long runs may be silent and take.
#[expect(
    clippy::struct_field_names,
    reason = "a key of the configuration names its unit"
)]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Leases {
    silence_seconds: u32,
    deadline_seconds: u32,
    sweep_seconds: u32,
}

impl Default for Leases {
    fn default() -> Self {
        Self {
            silence_seconds: 15,
            deadline_seconds: 1200,
            sweep_seconds: 10,
        }
    }
}

impl Leases {
    pub(crate) fn times(&self) -> LeaseTimes {
        LeaseTimes {
            silence: SignedDuration::from_secs(self.silence_seconds.into()),
            deadline: SignedDuration::from_secs(self.deadline_seconds.into()),
        }
    }

    pub(crate) fn sweep(&self) -> Duration {
        Duration::from_secs(self.sweep_seconds.into())
    }
}

/// `[relay]`: how the outbox is taken to the broker.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Relay {
    tick_seconds: u32,
    pub(crate) batch: u32,
    patience_seconds: u32,
}

impl Default for Relay {
    fn default() -> Self {
        Self {
            tick_seconds: 5,
            batch: 1000,
            patience_seconds: 300,
        }
    }
}

impl Relay {
    pub(crate) fn tick(&self) -> Duration {
        Duration::from_secs(self.tick_seconds.into())
    }

    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.into())
    }
}

impl ServiceConfig for Config {
    const LISTENERS: &'static [&'static str] = &["server", "workers"];

    const KEYS: &'static [(&'static str, &'static str)] = &[
        (
            "limits.reads_mib",
            "memory for the incoming reads of all runs, in MiB; the rest is staged [256]",
        ),
        ("limits.run_mib", "memory for one run's read, in MiB [96]"),
        (
            "limits.commits_mib",
            "memory for deciding on complete reads, in MiB; one that needs more than this less \
             limits.small_commits_mib is refused with READ_TOO_LARGE [1536]",
        ),
        (
            "limits.small_commits_mib",
            "part of limits.commits_mib that only small reads use, so that they pass large ones, in MiB [96]",
        ),
        (
            "limits.small_commit_mib",
            "most memory that a small read needs, in MiB [12]",
        ),
        (
            "limits.small_threads",
            "small reads that are decided on at a time [16]",
        ),
        (
            "limits.large_threads",
            "other reads that are decided on at a time [2]",
        ),
        (
            "limits.largest_read_mib",
            "the largest read that is accepted, in MiB on the network [4096]",
        ),
        (
            "leases.silence_seconds",
            "seconds of silence after which a worker may lose its run [15]",
        ),
        (
            "leases.deadline_seconds",
            "seconds that a run may take once it has begun [1200]",
        ),
        (
            "leases.sweep_seconds",
            "seconds between two checks for overdue runs [10]",
        ),
        (
            "relay.tick_seconds",
            "seconds between two checks of the outbox when nothing wakes the relay [5]",
        ),
        (
            "relay.batch",
            "events of a tenant that are published in one batch [1000]",
        ),
        (
            "relay.patience_seconds",
            "seconds after which an event that waits for the portal is logged as a warning, once [300]",
        ),
        (
            "binds.refused",
            "binds of an account of a directory server that are refused in a row, over all tenants, before no other is \
             tried for a while [3]",
        ),
        (
            "binds.pause_seconds",
            "seconds of that pause; each further refused bind doubles it [900]",
        ),
        (
            "binds.longest_pause_seconds",
            "most seconds of such a pause [3600]",
        ),
        (
            "pools.runs",
            "connections for the short steps of runs, in addition to database.max_connections for the portal's calls \
             [10]",
        ),
        (
            "pools.commits",
            "connections for commits and reverts, which is how many are applied at a time [6]",
        ),
        (
            "pools.commit_statement_seconds",
            "seconds that a statement of a commit may take [1200]",
        ),
        (
            "pools.commit_idle_seconds",
            "seconds that a commit may plan between two statements [600]",
        ),
        (
            "pools.waiting_calls",
            "calls of the portal for a tenant that wait while it is locked; others are refused [2]",
        ),
        ("pools.call_wait_seconds", "seconds that such a call waits [20]"),
        (
            "pools.run_wait_seconds",
            "seconds that a step of a run waits while its tenant is locked [30]",
        ),
        (
            "retention.preview_days",
            "days that a preview's rows are kept [7]",
        ),
        (
            "retention.previews",
            "newest previews of a tenant that keep their rows; older ones keep only the summary [3]",
        ),
        (
            "retention.held_runs",
            "newest HELD runs of a tenant that keep their rows [10]",
        ),
        (
            "retention.rows_days",
            "days that the rows of other runs and the data for reverts are kept [30]",
        ),
        (
            "retention.summary_days",
            "days that the summaries of runs are kept, by whole months [400]",
        ),
        (
            "retention.removed_days",
            "days that a removed account can be restored [30]",
        ),
        (
            "retention.reserved_domain_days",
            "days that a domain which was given up stays reserved for its tenant, at least 7 [30]",
        ),
    ];

    fn server(&self) -> &ServerConfig {
        &self.server
    }

    fn listeners(&self) -> Vec<&ServerConfig> {
        vec![&self.server, &self.workers]
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
        let numbers = [
            ("limits.reads_mib", self.limits.reads_mib),
            ("limits.run_mib", self.limits.run_mib),
            ("limits.commits_mib", self.limits.commits_mib),
            ("limits.small_commits_mib", self.limits.small_commits_mib),
            ("limits.small_commit_mib", self.limits.small_commit_mib),
            ("limits.small_threads", self.limits.small_threads),
            ("limits.large_threads", self.limits.large_threads),
            ("limits.largest_read_mib", self.limits.largest_read_mib),
            ("leases.silence_seconds", self.leases.silence_seconds as usize),
            ("leases.deadline_seconds", self.leases.deadline_seconds as usize),
            ("leases.sweep_seconds", self.leases.sweep_seconds as usize),
            ("relay.tick_seconds", self.relay.tick_seconds as usize),
            ("relay.batch", self.relay.batch as usize),
        ];
        for (key, _) in numbers.iter().filter(|(_, number)| *number == 0) {
            problems.push(*key, "must be at least 1");
        }
        if self.leases.silence_seconds >= self.leases.deadline_seconds {
            problems.push(
                "leases.deadline_seconds",
                "must be more than leases.silence_seconds",
            );
        }
        self.limits.validate(problems);
        self.retention.validate(problems);
    }
}

#[cfg(test)]
mod tests {
    use rollcall_chassis::config::{self, ConfigError};

    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let given = [
            ("ROLLCALL_SERVER__LISTEN", "127.0.0.1:7103"),
            ("ROLLCALL_WORKERS__LISTEN", "127.0.0.1:7105"),
            ("ROLLCALL_SERVER__INSECURE_LOOPBACK", "true"),
            ("ROLLCALL_WORKERS__INSECURE_LOOPBACK", "true"),
            ("ROLLCALL_DATABASE__URL", "postgres://localhost/x"),
            ("ROLLCALL_AMQP__URL", "amqp://localhost"),
        ];
        let all = given
            .iter()
            .chain(variables)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        config::parse("", all)
    }

    #[test]
    fn listener_database_and_broker_are_enough() {
        let config = parse(&[]).unwrap();
        assert!(config.roles.worker.is_empty(), "no caller has a role by default");
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let error = parse(&[
            ("ROLLCALL_LIMITS__RUN_MIB", "0"),
            ("ROLLCALL_LEASES__SILENCE_SECONDS", "30"),
            ("ROLLCALL_LEASES__DEADLINE_SECONDS", "30"),
        ])
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("limits.run_mib") && error.contains("leases.deadline_seconds"),
            "{error}"
        );
    }

    #[test]
    fn small_reads_have_room_and_leave_some() {
        let error = parse(&[
            ("ROLLCALL_LIMITS__COMMITS_MIB", "20"),
            ("ROLLCALL_LIMITS__SMALL_COMMITS_MIB", "16"),
            ("ROLLCALL_LIMITS__SMALL_COMMIT_MIB", "17"),
        ])
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("limits.small_commits_mib") && error.contains("limits.commits_mib"),
            "{error}"
        );
    }

    #[test]
    fn nothing_is_kept_for_no_time_and_no_summary_goes_before_its_rows() {
        let error = parse(&[
            ("ROLLCALL_RETENTION__PREVIEW_DAYS", "0"),
            ("ROLLCALL_RETENTION__SUMMARY_DAYS", "29"),
        ])
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("retention.preview_days") && error.contains("retention.summary_days"),
            "{error}"
        );
    }

    #[test]
    fn every_key_says_what_it_means() {
        assert_eq!(config::undocumented::<Config>(), Vec::<String>::new());
    }
}
