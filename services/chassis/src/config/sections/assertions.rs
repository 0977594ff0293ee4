//! `[assertions]`: who may sign on whose behalf a call is made.

use std::path::PathBuf;

use serde::Deserialize;

use crate::config::Problems;

/// `[assertions]`: the issuer of signed assertions. All three keys, or none: then a call that carries one is refused.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssertionsConfig {
    /// The issuer's public keys, a JSON Web Key Set; read again when it changes.
    pub jwks_file: Option<PathBuf>,
    /// The `iss` of its assertions.
    pub issuer: Option<String>,
    /// The `aud` that they must have.
    pub audience: Option<String>,
}

impl AssertionsConfig {
    pub(in crate::config) fn validate(&self, problems: &mut Problems) {
        let keys = [
            ("assertions.jwks_file", self.jwks_file.is_some()),
            ("assertions.issuer", self.issuer.is_some()),
            ("assertions.audience", self.audience.is_some()),
        ];
        if keys.iter().any(|(_, given)| *given) {
            for (key, _) in keys.iter().filter(|(_, given)| !given) {
                problems.push(*key, "missing: key set, issuer and audience go together");
            }
        }
    }
}
