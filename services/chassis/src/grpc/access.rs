//! Decides which calls are allowed: by the contract, the caller's roles, the tenant of the request, the assertion and the
//! limits of the request's fields.
//!
//! No handler takes part, so none can forget it. The caller's role is checked before the request is read; the tenant and
//! the limits as soon as its first message is here, before the handler sees it.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use rollcall_terms::Refusal;
use tonic::{Status, body::Body};

use super::{
    assertion::{Assertion, Assertions},
    bounds::Kind,
    density, first_message,
    limits::RequestLimits,
    methods::{Method, Methods, Tenancy, TenantFields},
    peer::Caller,
    reason,
    roles::{Admission, Roles},
    who::Who,
};
use crate::{audit::Act, sentences, status::ApiError};

/// Octets of a refused request that are read for the record.
const MOST_OF_REFUSED: usize = 64 * 1024;

/// Decides which calls are allowed.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) methods: Arc<Methods>,
    pub(super) roles: Roles,
    /// Absent: no issuer is trusted.
    pub(super) assertions: Option<Arc<Assertions>>,
    pub(super) clock: fn() -> Timestamp,
}

/// A call that its caller may make as far as its role goes.
#[derive(Debug)]
pub(super) struct Admitted {
    admission: Admission,
    tenancy: Tenancy,
    limits: Option<Arc<RequestLimits>>,
    most_bytes: usize,
    who: Who,
    pub(super) kind: Kind,
}

impl Access {
    /// Refuses a call of a method that the server does not have, or that none of the caller's roles may call.
    pub(super) fn admit(&self, path: &str, caller: &Caller) -> Result<Admitted, ApiError> {
        let unknown = || ApiError::new(Refusal::UnknownMethod, sentences::UNKNOWN_METHOD);
        let method: &Method = self.methods.at(path).ok_or_else(unknown)?;
        Ok(Admitted {
            admission: self.roles.admit(method, caller)?,
            tenancy: method.tenancy.clone(),
            limits: method.limits.clone(),
            most_bytes: method.most_bytes,
            who: Who::calling(caller),
            kind: method.kind,
        })
    }

    /// Refuses an admitted call for a tenant that is not its caller's, without the assertion that it needs, or beyond the
    /// limits of its fields. Notes for the handler who calls, for the record which tenant the request names, and gives the
    /// request as it came.
    pub(super) async fn judge(
        &self,
        request: Request<Body>,
        admitted: Admitted,
    ) -> Result<Request<Body>, Status> {
        let Admitted {
            admission,
            tenancy,
            limits,
            most_bytes,
            mut who,
            ..
        } = admitted;
        // It is read even for an assertion that is then refused: the record of that names its tenant.
        let is_asserted = request.headers().contains_key(rollcall_client::ASSERTION);
        let names_tenant = match &tenancy {
            Tenancy::Named(fields) if admission.is_limited() || is_asserted => Some(fields),
            _ => None,
        };
        let (message, mut request) = if names_tenant.is_some() || limits.is_some() {
            read_first(request, most_bytes).await?
        } else {
            (Bytes::new(), request)
        };
        density::check(&message).map_err(ApiError::from)?;
        let tenants = names_tenant.map_or(Ok(Vec::new()), |fields| named(fields, &message))?;
        if let (Some(act), Some(tenant)) = (Act::in_extensions(request.extensions()), tenants.first()) {
            act.note_tenant(tenant);
        }
        let assertion = self.assertion_of(&request)?;
        admission.judge(&tenancy, &tenants, assertion.is_some())?;
        if let Some(assertion) = assertion {
            assertion.check_tenants(&tenancy, &tenants)?;
            who.actor = Some(assertion.subject);
        }
        if let Some(limits) = limits {
            limits.check(&message)?;
        }
        request.extensions_mut().insert(admission.roles);
        who.note(request.extensions_mut());
        Ok(request)
    }

    /// The tenant that a refused request names; `None` if it names none, or not soon enough in it.
    pub(super) async fn tenant_of_refused(&self, request: Request<Body>) -> Option<String> {
        let Tenancy::Named(fields) = self.methods.at(request.uri().path())?.tenancy.clone() else {
            return None;
        };
        let (message, _) = read_first(request, MOST_OF_REFUSED).await.ok()?;
        named(&fields, &message).ok()?.into_iter().next()
    }

    fn assertion_of(&self, request: &Request<Body>) -> Result<Option<Assertion>, ApiError> {
        let mut given = request.headers().get_all(rollcall_client::ASSERTION).iter();
        let Some(token) = given.next() else {
            return Ok(None);
        };
        let assertions = self
            .assertions
            .as_ref()
            .ok_or_else(|| Assertion::refused(sentences::NO_ISSUER))?;
        match given.next() {
            Some(_) => Err(Assertion::refused(sentences::NO_TOKEN)),
            None => assertions.check(token.as_bytes(), (self.clock)()).map(Some),
        }
    }
}

/// The first message of a request, of at most so many octets, and the request as it came.
async fn read_first(request: Request<Body>, most: usize) -> Result<(Bytes, Request<Body>), Status> {
    let (head, body) = request.into_parts();
    let (message, body) = first_message::read(body, most).await?;
    Ok((message, Request::from_parts(head, body)))
}

/// The tenants that a message names.
fn named(fields: &TenantFields, message: &[u8]) -> Result<Vec<String>, ApiError> {
    fields
        .named(message)
        .map_err(|error| reason::unreadable(&error.to_string()))
}

#[cfg(test)]
pub(super) mod tests;
