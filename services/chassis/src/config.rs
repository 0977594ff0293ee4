//! Configuration: a TOML file, overlaid by variables `ROLLCALL_<SECTION>__<KEY>`.
//!
//! Every key stands inside a section. A variable's value is text, and is read as what its key asks for: a number, a
//! switch, or a comma-separated list. A secret may come from a file instead: `url_file` in place of `url`, or the
//! variable with `_FILE` at its end. All mistakes are found in one reading, each with the name of its key.

mod backing;
mod error;
mod help;
mod node;
mod parse;
pub mod plaintext;
mod secret;
mod sections;

use std::fmt::Display;

use serde::{
    Deserialize as _, Deserializer,
    de::{DeserializeOwned, Error as _},
};

pub use backing::{AmqpConfig, DatabaseConfig};
pub use error::{ConfigError, Problem, Problems};
pub use help::{help, undocumented};
pub use parse::{load, load_part, parse};
pub use secret::Secret;
pub use sections::{
    AssertionsConfig, ClientConfig, Grant, LifecycleConfig, LogFormat, RolesConfig, ServerConfig,
    TelemetryConfig, TenantPattern,
};

/// Beginning of a variable's name.
pub const PREFIX: &str = "ROLLCALL_";

/// A service's whole configuration: a struct of sections, each a struct with `deny_unknown_fields`.
pub trait ServiceConfig: DeserializeOwned + Send + 'static {
    /// Meanings of the service's own keys, for `--help`: (`"schedule.tick_seconds"`, a sentence). The keys of the
    /// chassis' sections are known already.
    const KEYS: &'static [(&'static str, &'static str)] = &[];

    /// Sections that are listeners.
    const LISTENERS: &'static [&'static str] = &["server"];

    /// The section `[server]`.
    fn server(&self) -> &ServerConfig;

    /// The sections of [`Self::LISTENERS`], in their order.
    fn listeners(&self) -> Vec<&ServerConfig> {
        vec![self.server()]
    }

    /// The section `[roles]`.
    fn roles(&self) -> &RolesConfig;

    /// The section `[assertions]`.
    fn assertions(&self) -> &AssertionsConfig;

    /// The section `[telemetry]`.
    fn telemetry(&self) -> &TelemetryConfig;

    /// The section `[lifecycle]`.
    fn lifecycle(&self) -> &LifecycleConfig;

    /// Reports problems beyond the type of each value.
    fn validate(&self, _problems: &mut Problems) {}
}

/// Reads a list of texts into what checks them as a whole, so that a configuration holds no list that is not in order.
pub fn from_list<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<Vec<String>, Error: Display>,
{
    T::try_from(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
}
