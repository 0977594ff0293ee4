//! What callers may do: the roles that the configuration gives to their identities, and the limits of each.
//!
//! An identity without a role is refused everything. Without mutual TLS the server is on the loopback, where callers
//! cannot be distinguished, and each has every role.

use std::{collections::HashMap, sync::Arc};

use rollcall_proto::v1::Role;
use rollcall_terms::Refusal;

use super::{
    methods::{Method, Tenancy},
    peer::Caller,
    role_set::RoleSet,
};
use crate::{
    config::{Grant, RolesConfig},
    sentences,
    status::ApiError,
};

/// The identities that have roles at this server.
#[derive(Debug)]
pub(super) struct Roles {
    held: HashMap<String, Vec<Arc<Held>>>,
    /// Callers have certificates.
    is_mutual_tls: bool,
}

/// A role of an identity.
#[derive(Debug)]
struct Held {
    role: Role,
    grant: Grant,
}

/// What a caller may do by its identity, before the request is read.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    /// All its roles.
    pub(super) roles: RoleSet,
    limits: Limits,
}

#[derive(Debug, Clone)]
enum Limits {
    /// Any tenant, with or without an assertion.
    None,
    /// What one of these roles allows.
    Of(Vec<Arc<Held>>),
}

impl Roles {
    /// The roles of this configuration, at a server with or without mutual TLS.
    pub(super) fn new(config: &RolesConfig, is_mutual_tls: bool) -> Self {
        let mut roles: HashMap<String, Vec<Arc<Held>>> = HashMap::new();
        for (role, _, grants) in config.lists() {
            for grant in grants {
                let held = Held {
                    role,
                    grant: grant.clone(),
                };
                roles
                    .entry(grant.identity.clone())
                    .or_default()
                    .push(Arc::new(held));
            }
        }
        Self {
            held: roles,
            is_mutual_tls,
        }
    }

    /// Refuses a caller that may not call the method, whatever its request says.
    pub(super) fn admit(&self, method: &Method, caller: &Caller) -> Result<Admission, ApiError> {
        if !self.is_mutual_tls {
            return Ok(Admission {
                roles: RoleSet::ALL,
                limits: Limits::None,
            });
        }
        // A connection without a certificate is not let in, and has no role if it were.
        let held: Vec<_> = caller
            .identities()
            .into_iter()
            .flatten()
            .filter_map(|identity| self.held.get(&identity))
            .flatten()
            .cloned()
            .collect();
        let roles = RoleSet::of(held.iter().map(|held| held.role));
        let useful: Vec<_> = held
            .into_iter()
            .filter(|held| method.roles.contains(held.role))
            .collect();
        if useful.is_empty() {
            return Err(ApiError::new(
                Refusal::CallerNotAllowed,
                sentences::CALLER_NOT_ALLOWED,
            ));
        }
        let is_free = |held: &Arc<Held>| held.grant.tenants.is_none() && !held.grant.assertion_required;
        let limits = if useful.iter().any(is_free) {
            Limits::None
        } else {
            Limits::Of(useful)
        };
        Ok(Admission { roles, limits })
    }
}

impl Admission {
    /// True if the request decides if the call is allowed.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self.limits, Limits::Of(_))
    }

    /// Refuses a call about tenants that no role of the caller extends to, or without the assertion that it requires.
    /// `tenants`: those that the request names.
    pub(super) fn judge(
        &self,
        tenancy: &Tenancy,
        tenants: &[String],
        is_asserted: bool,
    ) -> Result<(), ApiError> {
        let Limits::Of(held) = &self.limits else {
            return Ok(());
        };
        let mut fitting = held
            .iter()
            .filter(|held| held.extends_to(tenancy, tenants))
            .peekable();
        if fitting.peek().is_none() {
            return Err(ApiError::new(
                Refusal::TenantNotAllowed,
                sentences::TENANT_NOT_ALLOWED,
            ));
        }
        // A probe calls for nobody.
        if is_asserted
            || matches!(tenancy, Tenancy::Server)
            || fitting.any(|held| !held.grant.assertion_required)
        {
            return Ok(());
        }
        Err(ApiError::new(
            Refusal::AssertionRequired,
            sentences::ASSERTION_REQUIRED,
        ))
    }
}

impl Held {
    fn extends_to(&self, tenancy: &Tenancy, named: &[String]) -> bool {
        let Some(patterns) = &self.grant.tenants else {
            return true;
        };
        match tenancy {
            Tenancy::Tenantless | Tenancy::Server => true,
            Tenancy::Every => false,
            Tenancy::Named(_) => {
                let is_admitted = |tenant: &String| patterns.iter().any(|pattern| pattern.admits(tenant));
                !named.is_empty() && named.iter().all(is_admitted)
            }
        }
    }
}

#[cfg(test)]
mod tests;
