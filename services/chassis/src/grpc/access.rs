//! Decides which calls are allowed: by the contract, the caller's roles, the tenant of the request and the assertion.
//!
//! No handler takes part, so none can forget it. The caller's role is checked before the request is read; the tenant as
//! soon as its first message is here, before the handler sees it.

use std::sync::Arc;

use http::Request;
use jiff::Timestamp;
use rollcall_terms::Refusal;
use tonic::{Status, body::Body};

use super::{
    DEFAULT_MAX_MESSAGE_BYTES,
    assertion::{Assertion, Assertions},
    bounds::Kind,
    first_message,
    methods::{Method, Methods, Tenancy},
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
            who: Who::calling(caller),
            kind: method.kind,
        })
    }

    /// Refuses an admitted call for a tenant that is not its caller's, or without the assertion that it needs. Notes for
    /// the handler who calls, for the record which tenant the request names, and gives the request as it came.
    pub(super) async fn judge(
        &self,
        request: Request<Body>,
        admitted: Admitted,
    ) -> Result<Request<Body>, Status> {
        let Admitted {
            admission,
            tenancy,
            mut who,
            ..
        } = admitted;
        // They are read even for an assertion that is then refused: the record of that names them.
        let is_asserted = request.headers().contains_key(rollcall_client::ASSERTION);
        let (tenants, mut request) = if admission.is_limited() || is_asserted {
            tenants_of(request, &tenancy, DEFAULT_MAX_MESSAGE_BYTES).await?
        } else {
            (Vec::new(), request)
        };
        if let (Some(act), Some(tenant)) = (Act::in_extensions(request.extensions()), tenants.first()) {
            act.note_tenant(tenant);
        }
        let assertion = self.assertion_of(&request)?;
        admission.judge(&tenancy, &tenants, assertion.is_some())?;
        if let Some(assertion) = assertion {
            assertion.check_tenants(&tenancy, &tenants)?;
            who.actor = Some(assertion.subject);
        }
        request.extensions_mut().insert(admission.roles);
        who.note(request.extensions_mut());
        Ok(request)
    }

    /// The tenant that a refused request names; `None` if it names none, or not soon enough in it.
    pub(super) async fn tenant_of_refused(&self, request: Request<Body>) -> Option<String> {
        let tenancy = self.methods.at(request.uri().path())?.tenancy.clone();
        let (tenants, _) = tenants_of(request, &tenancy, MOST_OF_REFUSED).await.ok()?;
        tenants.into_iter().next()
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

/// The tenants that a request names, and the request as it came. Its first message may have so many octets.
async fn tenants_of(
    request: Request<Body>,
    tenancy: &Tenancy,
    most: usize,
) -> Result<(Vec<String>, Request<Body>), Status> {
    let Tenancy::Named(fields) = tenancy else {
        return Ok((Vec::new(), request));
    };
    let (head, body) = request.into_parts();
    let (message, body) = first_message::read(body, most).await?;
    let tenants = fields
        .named(&message)
        .map_err(|error| reason::unreadable(&error.to_string()))?;
    Ok((tenants, Request::from_parts(head, body)))
}

#[cfg(test)]
pub(super) mod tests;
