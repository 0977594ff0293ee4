use std::io::Write as _;

use serde::Deserialize;

use super::parse;
use crate::config::{
    AssertionsConfig, ConfigError, DatabaseConfig, LifecycleConfig, Problems, RolesConfig, ServerConfig,
    ServiceConfig, TelemetryConfig, help, undocumented,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    server: ServerConfig,
    #[serde(default)]
    roles: RolesConfig,
    #[serde(default)]
    assertions: AssertionsConfig,
    #[serde(default)]
    telemetry: TelemetryConfig,
    #[serde(default)]
    lifecycle: LifecycleConfig,
    database: DatabaseConfig,
    #[serde(default)]
    lanes: Lanes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Lanes {
    slow: u16,
    names: Vec<String>,
    greedy: bool,
}

impl ServiceConfig for Config {
    const KEYS: &'static [(&'static str, &'static str)] = &[
        ("lanes.slow", "slots of the slow lane [0]"),
        ("lanes.names", "more lanes [none]"),
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
        if self.lanes.slow > 9 {
            problems.push("lanes.slow", "at most 9");
        }
    }
}

const FILE: &str = r#"
    [server]
    listen = "127.0.0.1:7101"
    insecure_loopback = true
    [database]
    url = "postgres://file"
"#;

fn read(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    parse(
        file,
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}

fn keys_in(error: &ConfigError) -> Vec<&str> {
    error
        .problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect()
}

#[test]
fn a_file_is_enough_and_defaults_fill_the_rest() {
    let config = read(FILE, &[]).expect("a whole configuration");
    assert_eq!(config.database.url.expose(), "postgres://file");
    assert_eq!(config.database.max_connections.get(), 10);
    assert_eq!(config.lifecycle.drain_seconds, 30);
}

#[test]
fn variables_win_over_the_file_and_are_read_as_what_their_key_asks_for() {
    let config = read(
        FILE,
        &[
            ("ROLLCALL_DATABASE__URL", "postgres://variable"),
            ("ROLLCALL_DATABASE__MAX_CONNECTIONS", "3"),
            ("ROLLCALL_LANES__NAMES", "fast, slow,"),
            ("ROLLCALL_LANES__GREEDY", "true"),
            ("ROLLCALL_TELEMETRY__LOG_FORMAT", "json"),
            ("ROLLCALL_TELEMETRY__OTLP_ENDPOINT", ""),
        ],
    )
    .expect("a whole configuration");
    assert_eq!(config.database.url.expose(), "postgres://variable");
    assert_eq!(config.database.max_connections.get(), 3);
    assert_eq!(config.lanes.names, ["fast", "slow"]);
    assert!(config.lanes.greedy);
    assert_eq!(config.telemetry.log_format, crate::config::LogFormat::Json);
    assert_eq!(config.telemetry.otlp_endpoint, None);
}

#[test]
fn a_pool_without_connections_is_a_mistake() {
    let error = read(FILE, &[("ROLLCALL_DATABASE__MAX_CONNECTIONS", "0")]).expect_err("no pool");
    assert!(error.to_string().contains("database.max_connections"), "{error}");
}

#[test]
fn variables_that_are_not_configuration_are_left_alone() {
    assert!(
        read(
            FILE,
            &[
                ("ROLLCALL_SCHEDULER_URL", "http://x"),
                ("PATH", "/bin"),
                ("HOME__X", "1")
            ]
        )
        .is_ok()
    );
}

#[test]
fn every_mistake_is_reported_at_once_under_its_key() {
    let error = read(
        r#"
        colour = { of = "bikeshed" }
        [server]
        listen = "nowhere"
        insecure_loopback = true
        speed = 3
        [lanes]
        slow = 70000
        "#,
        &[
            ("ROLLCALL_LANES__GREEDY", "perhaps"),
            ("ROLLCALL_TELEMETRY__LOG_FORMAT", "xml"),
        ],
    )
    .expect_err("a configuration full of mistakes");
    let mut keys = keys_in(&error);
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "colour",
            "database.url",
            "lanes.greedy (ROLLCALL_LANES__GREEDY)",
            "lanes.slow",
            "server.listen",
            "server.speed",
            "telemetry.log_format (ROLLCALL_TELEMETRY__LOG_FORMAT)",
        ]
    );
}

#[test]
fn what_is_wrong_beyond_the_type_is_reported_beside_what_is_missing() {
    let error =
        read("[server]\nlisten = \"0.0.0.0:7101\"\n[lanes]\nslow = 10", &[]).expect_err("three mistakes");
    let mut keys = keys_in(&error);
    keys.sort_unstable();
    assert_eq!(keys, ["database.url", "lanes.slow", "server.listen"]);
}

#[test]
fn mutual_tls_needs_all_three_files() {
    let error = read(FILE, &[("ROLLCALL_SERVER__TLS_CERT_FILE", "/x")]).expect_err("two files are missing");
    assert_eq!(
        keys_in(&error),
        ["server.tls_key_file", "server.tls_client_ca_file"]
    );
}

#[test]
fn another_address_than_loopback_is_refused_without_mutual_tls() {
    for listen in ["0.0.0.0:1", "192.0.2.1:1", "[::]:1"] {
        let error = read(FILE, &[("ROLLCALL_SERVER__LISTEN", listen)]).expect_err(listen);
        assert_eq!(keys_in(&error), ["server.listen (ROLLCALL_SERVER__LISTEN)"]);
    }
    for listen in ["127.0.0.9:1", "[::1]:1"] {
        assert!(
            read(FILE, &[("ROLLCALL_SERVER__LISTEN", listen)]).is_ok(),
            "{listen}"
        );
    }
}

#[test]
fn the_loopback_is_served_without_tls_only_where_that_is_asked_for() {
    let silent = FILE.replace("insecure_loopback = true", "");
    let error = read(&silent, &[]).expect_err("neither certificates nor leave to do without");
    assert_eq!(keys_in(&error), ["server.tls_cert_file"]);
    assert!(
        error.to_string().contains("server.insecure_loopback = true"),
        "{error}"
    );
}

#[test]
fn a_secret_may_come_from_a_file_and_the_line_end_is_not_part_of_it() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "postgres://from-file").expect("a written file");
    let path = file.path().to_str().expect("a path in UTF-8");
    let config = read(FILE, &[("ROLLCALL_DATABASE__URL_FILE", path)]).expect("a whole configuration");
    assert_eq!(config.database.url.expose(), "postgres://from-file");
}

#[test]
fn an_unreadable_secret_file_is_a_mistake_of_its_key() {
    let error = read(FILE, &[("ROLLCALL_DATABASE__URL_FILE", "/does/not/exist")]).expect_err("no such file");
    assert_eq!(keys_in(&error), ["database.url"]);
    assert!(error.to_string().contains("/does/not/exist"), "{error}");
}

#[test]
fn only_secrets_are_read_from_files() {
    let error = read(FILE, &[("ROLLCALL_LANES__SLOW_FILE", "/etc/hostname")]).expect_err("not a secret");
    assert_eq!(keys_in(&error), ["lanes.slow"]);
}

#[test]
fn a_secret_given_twice_is_a_mistake() {
    let variables = [
        ("ROLLCALL_DATABASE__URL", "postgres://a"),
        ("ROLLCALL_DATABASE__URL_FILE", "/etc/hostname"),
    ];
    let error = read(FILE, &variables).expect_err("which of the two?");
    assert_eq!(keys_in(&error), ["database"]);
}

#[test]
fn no_message_shows_a_secret() {
    let error = read(
        "[server]\nlisten=\"127.0.0.1:1\"\ninsecure_loopback=true\n[database]\nurl = 4711",
        &[],
    )
    .expect_err("not a text");
    assert_eq!(keys_in(&error), ["database.url"]);
    assert!(!error.to_string().contains("4711"), "{error}");
    let config = read(FILE, &[]).expect("a whole configuration");
    assert!(!format!("{config:?}").contains("postgres"), "{config:?}");
}

#[test]
fn help_names_every_variable_and_reports_keys_without_an_explanation() {
    let text = help::<Config>();
    assert!(text.contains("ROLLCALL_SERVER__LISTEN"), "{text}");
    assert!(text.contains("ROLLCALL_DATABASE__URL (or …_FILE"), "{text}");
    assert!(text.contains("slots of the slow lane"), "{text}");
    assert_eq!(undocumented::<Config>(), ["lanes.greedy"]);
}
