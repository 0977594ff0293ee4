//! A call, as its record names it.

use std::sync::{Arc, OnceLock};

use http::Extensions;
use rollcall_domain::TenantId;
use rollcall_terms::{GrpcCode, Refusal, audit::ACTS};
use tonic::Request;

/// Caller of a call that came through no server: a test's.
const NOBODY: &str = "nobody";

/// A call: the identity of its caller, the person for whom it is made, and its method by the name in the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub(super) caller: String,
    pub(super) actor: Option<String>,
    pub(super) method: String,
    /// The tenant that it is about, once its request was read. The server, which has the call's end, shares it.
    tenant: Arc<OnceLock<TenantId>>,
}

impl Act {
    /// A call of this method.
    pub fn new(caller: impl Into<String>, actor: Option<String>, method: impl Into<String>) -> Self {
        Self {
            caller: caller.into(),
            actor,
            method: method.into(),
            tenant: Arc::default(),
        }
    }

    /// The call at this path.
    pub(crate) fn at(path: &str, caller: String, actor: Option<String>) -> Self {
        Self::new(caller, actor, path.rsplit('/').next().unwrap_or_default())
    }

    /// The call of a request that came through a server.
    pub fn of<T>(request: &Request<T>) -> Self {
        Self::in_extensions(request.extensions()).unwrap_or_else(|| Self::new(NOBODY, None, ""))
    }

    /// Notes the tenant that the request names, so that a refusal is recorded as one of that tenant. The first one counts.
    #[must_use]
    pub fn about(self, tenant_id: &str) -> Self {
        self.note_tenant(tenant_id);
        self
    }

    /// Notes the tenant like [`Self::about`]. A text that no tenant can have as its id is not noted.
    pub(crate) fn note_tenant(&self, tenant_id: &str) {
        if let Ok(tenant) = TenantId::parse(tenant_id) {
            self.tenant.get_or_init(|| tenant);
        }
    }

    /// The same call, made for this person. What is noted of one is noted of both.
    pub(crate) fn made_for(self, actor: Option<String>) -> Self {
        Self { actor, ..self }
    }

    /// The tenant that the request names, if it was read so far.
    pub(super) fn tenant(&self) -> Option<&TenantId> {
        self.tenant.get()
    }

    pub(crate) fn in_extensions(extensions: &Extensions) -> Option<Self> {
        extensions.get::<Self>().cloned()
    }

    /// The identity of the caller.
    pub fn caller(&self) -> &str {
        &self.caller
    }

    /// The person for whom it calls, if it named one.
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// True if this refusal of the call is recorded: every one of an act, and of a read if the caller has no right to it.
    /// Faults of ours are no refusals.
    pub(super) fn is_recorded(&self, refusal: Refusal) -> bool {
        match refusal.code() {
            GrpcCode::PermissionDenied => true,
            GrpcCode::Unavailable | GrpcCode::Internal => false,
            _ => ACTS.contains(&self.method.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_act_is_recorded_and_a_refused_read_only_if_the_caller_has_no_right_to_it() {
        let is_recorded = |path: &str, refusal| Act::at(path, "portal".to_owned(), None).is_recorded(refusal);
        let (act, read) = (
            "/rollcall.v1.SyncService/PutSettings",
            "/rollcall.v1.ResultsService/GetRun",
        );
        assert!(is_recorded(act, Refusal::EtagMismatch));
        assert!(is_recorded(act, Refusal::CallerNotAllowed));
        assert!(is_recorded(read, Refusal::CallerNotAllowed));
        assert!(!is_recorded(read, Refusal::NoRun));
        assert!(!is_recorded(act, Refusal::Unavailable));
    }
}
