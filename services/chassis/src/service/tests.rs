use serde::Deserialize;

use super::{NoCommand, ServiceInfo, arguments};
use crate::config::{
    AssertionsConfig, LifecycleConfig, RolesConfig, ServerConfig, ServiceConfig, TelemetryConfig,
};

#[derive(Deserialize)]
struct Config {
    server: ServerConfig,
    roles: RolesConfig,
    assertions: AssertionsConfig,
    telemetry: TelemetryConfig,
    lifecycle: LifecycleConfig,
}

impl ServiceConfig for Config {
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
}

#[derive(clap::Subcommand)]
enum Commands {
    /// Makes a key.
    GenerateKey {
        #[arg(long)]
        id: String,
    },
}

const INFO: ServiceInfo = ServiceInfo {
    name: "rollcall-test",
    about: "Tests",
    version: "0",
};

#[test]
fn the_arguments_are_well_defined() {
    arguments::<NoCommand, Config>(INFO).debug_assert();
    arguments::<Commands, Config>(INFO).debug_assert();
}

#[test]
fn help_teaches_the_variables() {
    let help = arguments::<NoCommand, Config>(INFO)
        .render_long_help()
        .to_string();
    assert!(help.starts_with(INFO.about), "{help}");
    assert!(help.contains("ROLLCALL_SERVER__LISTEN"), "{help}");
}

#[test]
fn a_service_may_have_commands_besides() {
    let matches = arguments::<Commands, Config>(INFO)
        .try_get_matches_from(["rollcall-test", "generate-key", "--id", "k1"])
        .expect("known arguments");
    assert_eq!(matches.subcommand_name(), Some("generate-key"));
    assert!(
        arguments::<NoCommand, Config>(INFO)
            .try_get_matches_from(["rollcall-test", "generate-key"])
            .is_err()
    );
}
