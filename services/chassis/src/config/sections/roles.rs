//! `[roles]`: the identities that have each role.

use std::{collections::BTreeSet, str::FromStr};

use rollcall_proto::v1::Role;
use serde::Deserialize;

use super::AssertionsConfig;
use crate::config::Problems;

/// Octets of an identity, as SPIFFE bounds them.
const LONGEST_IDENTITY: usize = 2048;

/// `[roles]`: the identities that have each role. None has one by default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RolesConfig {
    /// Portals' backends.
    pub portal: Vec<Grant>,
    /// Readers of tenants' data.
    pub viewer: Vec<Grant>,
    /// Operators of the deployment.
    pub operator: Vec<Grant>,
    /// Workers.
    pub worker: Vec<Grant>,
    /// Schedulers.
    pub scheduler: Vec<Grant>,
}

/// An identity that has a role, and the limits of that role: `spiffe://example/portal tenants=acme|eu-*
/// assertion=required`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Grant {
    /// A URI or a DNS name in the client's certificate.
    pub identity: String,
    /// The only tenants of calls by this grant; `None`: all.
    pub tenants: Option<Vec<TenantPattern>>,
    /// True if each call by this grant must carry an assertion.
    pub assertion_required: bool,
}

/// The id of a tenant, or, with `*` at its end, the beginning of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantPattern {
    text: String,
    is_prefix: bool,
}

impl TenantPattern {
    /// True if the pattern means this tenant. Ids are compared as they stand.
    pub fn admits(&self, tenant: &str) -> bool {
        if self.is_prefix {
            tenant.starts_with(&self.text)
        } else {
            tenant == self.text
        }
    }
}

impl FromStr for TenantPattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        let (text, is_prefix) = pattern
            .strip_suffix('*')
            .map_or((pattern, false), |text| (text, true));
        let allowed = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'_' | b'-');
        if pattern.is_empty() || !text.bytes().all(allowed) {
            return Err(format!(
                "`{pattern}` is not a tenant's id, nor the beginning of ids with one * at its end"
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            is_prefix,
        })
    }
}

impl TryFrom<String> for Grant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let identity = words.next().ok_or("an identity is empty")?;
        let mut grant = Self {
            identity: identity_of(identity)?,
            tenants: None,
            assertion_required: false,
        };
        for word in words {
            match word.split_once('=') {
                Some(("tenants", patterns)) if grant.tenants.is_none() => {
                    grant.tenants = Some(patterns.split('|').map(str::parse).collect::<Result<_, _>>()?);
                }
                Some(("assertion", "required")) => grant.assertion_required = true,
                _ => {
                    return Err(format!(
                        "`{word}` is not understood: after an identity stand tenants=ID|BEGINNING* and \
                         assertion=required, each at most once"
                    ));
                }
            }
        }
        Ok(grant)
    }
}

/// A DNS name counts in any case, a URI as it stands.
fn identity_of(text: &str) -> Result<String, String> {
    let is_uri = text.contains(':');
    let is_name = text
        .bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_'));
    if text.len() > LONGEST_IDENTITY || !text.bytes().all(|octet| octet.is_ascii_graphic()) {
        return Err(format!(
            "an identity has up to {LONGEST_IDENTITY} visible ASCII characters"
        ));
    }
    match (is_uri, is_name) {
        (true, _) => Ok(text.to_owned()),
        (false, true) => Ok(text.to_ascii_lowercase()),
        (false, false) => Err(format!(
            "`{text}` is neither a URI, such as spiffe://example/portal, nor a DNS name"
        )),
    }
}

impl RolesConfig {
    /// Each role, its key, and the identities that have it.
    pub fn lists(&self) -> [(Role, &'static str, &[Grant]); 5] {
        [
            (Role::Portal, "roles.portal", &self.portal),
            (Role::Viewer, "roles.viewer", &self.viewer),
            (Role::Operator, "roles.operator", &self.operator),
            (Role::Worker, "roles.worker", &self.worker),
            (Role::Scheduler, "roles.scheduler", &self.scheduler),
        ]
    }

    pub(in crate::config) fn validate(&self, assertions: &AssertionsConfig, problems: &mut Problems) {
        for (role, key, grants) in self.lists() {
            let mut seen = BTreeSet::new();
            for grant in grants {
                let identity = &grant.identity;
                if !seen.insert(identity) {
                    problems.push(key, format_args!("names {identity} twice"));
                }
                let is_limited = grant.tenants.is_some() || grant.assertion_required;
                if is_limited && matches!(role, Role::Worker | Role::Scheduler) {
                    problems.push(
                        key,
                        format_args!(
                            "{identity} serves all tenants: this role has neither tenants nor assertions"
                        ),
                    );
                }
                if grant.assertion_required && assertions.jwks_file.is_none() {
                    problems.push(
                        "assertions.jwks_file",
                        format_args!("missing: {key} requires assertions of {identity}"),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(text: &str) -> Result<Grant, String> {
        Grant::try_from(text.to_owned())
    }

    #[test]
    fn a_grant_is_an_identity_and_its_limits() {
        let plain = grant("Portal.Example").expect("a grant");
        assert_eq!(plain.identity, "portal.example");
        assert_eq!((plain.tenants, plain.assertion_required), (None, false));
        let limited = grant("spiffe://Example/portal tenants=acme|eu-* assertion=required").expect("a grant");
        assert_eq!(limited.identity, "spiffe://Example/portal");
        assert!(limited.assertion_required);
        let tenants = limited.tenants.expect("patterns");
        let admits = |tenant| tenants.iter().any(|pattern| pattern.admits(tenant));
        for tenant in ["acme", "eu-", "eu-1"] {
            assert!(admits(tenant), "{tenant}");
        }
        for tenant in ["", "acme2", "Acme", "eu", "xeu-1"] {
            assert!(!admits(tenant), "{tenant}");
        }
    }

    #[test]
    fn what_is_no_grant_is_refused() {
        for wrong in [
            "",
            "two words",
            "a b=c",
            "a tenants=",
            "a tenants=x|",
            "a tenants=*x",
            "a tenants=\u{e4}*",
            "a tenants=x tenants=y",
            "a assertion=optional",
            "*.example",
            "spiffe://\u{e4}",
        ] {
            assert!(grant(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn grants_that_contradict_themselves_stop_the_start() {
        let grants = |texts: &[&str]| texts.iter().map(|text| grant(text).expect("a grant")).collect();
        let config = RolesConfig {
            portal: grants(&["a.example assertion=required", "a.example"]),
            worker: grants(&["w.example tenants=acme"]),
            ..RolesConfig::default()
        };
        let mut problems = Problems::default();
        config.validate(&AssertionsConfig::default(), &mut problems);
        let error = problems.into_result().expect_err("problems").to_string();
        for key in ["roles.portal", "roles.worker", "assertions.jwks_file"] {
            assert!(error.contains(key), "{error}");
        }
    }
}
