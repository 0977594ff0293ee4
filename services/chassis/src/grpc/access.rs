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
    assertion::{Assertion, Assertions},
    bounds::Kind,
    first_message,
    methods::{Method, Methods, Tenancy},
    peer::Caller,
    reason,
    roles::{Admission, Roles},
    who::Who,
};
use crate::{sentences, status::ApiError};

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
    /// the handler who calls, and gives it the request as it came.
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
        let assertion = self.assertion_of(&request)?;
        let (tenants, mut request) = if admission.is_limited() || assertion.is_some() {
            tenants_of(request, &tenancy).await?
        } else {
            (Vec::new(), request)
        };
        admission.judge(&tenancy, &tenants, assertion.is_some())?;
        if let Some(assertion) = assertion {
            assertion.check_tenants(&tenancy, &tenants)?;
            who.actor = Some(assertion.subject);
        }
        request.extensions_mut().insert(admission.roles);
        who.note(request.extensions_mut());
        Ok(request)
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

/// The tenants that a request names, and the request as it came.
async fn tenants_of(
    request: Request<Body>,
    tenancy: &Tenancy,
) -> Result<(Vec<String>, Request<Body>), Status> {
    let Tenancy::Named(fields) = tenancy else {
        return Ok((Vec::new(), request));
    };
    let (head, body) = request.into_parts();
    let (message, body) = first_message::read(body).await?;
    let tenants = fields
        .named(&message)
        .map_err(|error| reason::unreadable(&error.to_string()))?;
    Ok((tenants, Request::from_parts(head, body)))
}

#[cfg(test)]
mod tests;
