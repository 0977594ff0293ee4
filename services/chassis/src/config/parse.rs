//! Turns file and variables into a typed configuration, and reports all mistakes at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{
    ConfigError, PREFIX, Problems, ServiceConfig,
    node::{Node, ReadError},
};

/// More mistakes than this are not looked for: enough to mend a file in one go.
const MOST_PROBLEMS: usize = 100;

/// Replacements for a missing value, in turn, so that the rest of the configuration can still be checked.
const STAND_INS: [&str; 3] = ["1", "true", "127.0.0.1:1"];

/// Reads the file, if one is given, and the process' variables.
pub fn load<C: ServiceConfig>(file: Option<&Path>) -> Result<C, ConfigError> {
    parse(&text_of(file)?, variables())
}

/// Reads only the sections that `C` has, for a command that needs no more. What is wrong with a value beyond its type is
/// left to the caller.
pub fn load_part<C: DeserializeOwned>(file: Option<&Path>) -> Result<C, ConfigError> {
    let mut reading = Reading::begin(&text_of(file)?, variables())?;
    let config = reading.read::<C>();
    reading.problems.into_result()?;
    config.ok_or_else(|| ConfigError::about("the configuration", "cannot be read"))
}

fn text_of(file: Option<&Path>) -> Result<String, ConfigError> {
    let Some(path) = file else {
        return Ok(String::new());
    };
    fs::read_to_string(path).map_err(|error| {
        ConfigError::about(
            path.display().to_string(),
            format_args!("cannot be read: {error}"),
        )
    })
}

fn variables() -> impl Iterator<Item = (String, String)> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
}

/// Reads a TOML text and variables over it. Variables without the prefix or without `__` are not configuration.
pub fn parse<C: ServiceConfig>(
    text: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<C, ConfigError> {
    let mut reading = Reading::begin(text, variables)?;
    let config = reading.read::<C>();
    if let Some(config) = &config {
        let mut found = Problems::default();
        for (section, listener) in C::LISTENERS.iter().zip(config.listeners()) {
            listener.validate(section, &mut found);
        }
        config.assertions().validate(&mut found);
        config.roles().validate(config.assertions(), &mut found);
        config.telemetry().validate(&mut found);
        config.validate(&mut found);
        for problem in found.0 {
            reading.report(problem.key, problem.message);
        }
    }
    reading.problems.into_result()?;
    config.ok_or_else(|| ConfigError::about("the configuration", "cannot be read"))
}

#[derive(Default)]
struct Reading {
    tree: Node,
    problems: Problems,
    /// The keys that are known to be wrong; what follows from that is no news.
    reported: BTreeSet<String>,
    /// The stand-in last tried for each missing key.
    stand_ins: BTreeMap<String, usize>,
    /// The variable that gave a key its value.
    variables: BTreeMap<String, String>,
}

impl Reading {
    fn begin(text: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let table: toml::Table = toml::from_str(text).map_err(|error| {
            ConfigError::about("the file", format_args!("is not TOML: {}", error.message()))
        })?;
        let mut reading = Self {
            tree: table.into(),
            ..Self::default()
        };
        for (name, value) in variables {
            reading.overlay(&name, value);
        }
        Ok(reading)
    }

    fn overlay(&mut self, name: &str, value: String) {
        let Some((section, key)) = name.strip_prefix(PREFIX).and_then(|name| name.split_once("__")) else {
            return;
        };
        let (section, key) = (section.to_lowercase(), key.to_lowercase());
        // A variable also wins over the file's other way to give the same secret.
        let twin = key
            .strip_suffix("_file")
            .map_or_else(|| format!("{key}_file"), str::to_owned);
        if !self.variables.contains_key(&format!("{section}.{twin}")) {
            self.tree.remove(&[&section, &twin]);
        }
        self.tree.insert(&[&section, &key], Node::Text(value));
        self.variables.insert(format!("{section}.{key}"), name.to_owned());
    }

    /// Reads again and again, each time without what was wrong the last time. The value is there to be looked at
    /// further even if there were mistakes.
    fn read<C: DeserializeOwned>(&mut self) -> Option<C> {
        for _ in 0..MOST_PROBLEMS {
            match serde_path_to_error::deserialize::<_, C>(self.tree.clone()) {
                Ok(config) => return Some(config),
                Err(error) => {
                    let path: Vec<String> = error.path().iter().filter_map(key_of).collect();
                    if !self.step_over(&path, error.inner()) {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// Notes the mistake and takes it out of the way; false if that is not possible.
    fn step_over(&mut self, path: &[String], error: &ReadError) -> bool {
        let mut path: Vec<&str> = path.iter().map(String::as_str).collect();
        path.extend(error.missing);
        let key = path.join(".");
        if error.missing.is_some() || self.stand_ins.contains_key(&key) {
            // A missing section is an empty one: the missing keys are those that it must have.
            if path.len() > 1 {
                self.report(key.clone(), error.message.clone());
            }
            return self.stand_in(&path, key);
        }
        self.report(key, error.message.clone());
        path.truncate(2);
        !path.is_empty() && self.tree.remove(&path)
    }

    fn stand_in(&mut self, path: &[&str], key: String) -> bool {
        let tried = self.stand_ins.get(&key).map_or(0, |tried| tried + 1);
        let Some(text) = STAND_INS.get(tried) else {
            return false;
        };
        let node = if path.len() == 1 {
            Node::default()
        } else {
            Node::Text((*text).to_owned())
        };
        self.stand_ins.insert(key, tried);
        self.tree.insert(path, node);
        true
    }

    fn report(&mut self, key: String, message: String) {
        let known = self.reported.iter().any(|reported| {
            key.strip_prefix(reported.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        if !known {
            let variable = self
                .variables
                .get(&key)
                .map(|name| format!(" ({name})"))
                .unwrap_or_default();
            self.problems.push(format!("{key}{variable}"), message);
            self.reported.insert(key);
        }
    }
}

fn key_of(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Map { key } | Segment::Enum { variant: key } => Some(key.clone()),
        Segment::Seq { .. } | Segment::Unknown => None,
    }
}

#[cfg(test)]
mod tests;
