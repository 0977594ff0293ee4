//! The callers that may call each method.
//!
//! A method that the table does not name is refused to every caller: a new one is named here, or a test fails.

use std::collections::HashMap;

use rollcall_terms::Refusal;
use tonic::Status;

use super::peer::Caller;
use crate::{sentences, status::ApiError};

/// A role, which a caller has by a name in its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads directories and submits what it read.
    Worker,
}

/// Callers that may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Callers {
    /// All that reach the server: over mutual TLS, those with a certificate of the deployment's own authority.
    All,
    /// Those with one of these roles.
    Only(&'static [Role]),
}

const WORKERS: Callers = Callers::Only(&[Role::Worker]);

/// Every method of every server, with the callers that may call it.
const METHODS: &[(&str, Callers)] = &[
    ("/rollcall.v1.SyncService/PutSettings", Callers::All),
    ("/rollcall.v1.SyncService/GetSettings", Callers::All),
    ("/rollcall.v1.SyncService/DeleteSettings", Callers::All),
    ("/rollcall.v1.SyncService/ListSettings", Callers::All),
    ("/rollcall.v1.SyncService/SyncNow", Callers::All),
    ("/rollcall.v1.SyncService/PreviewUsers", Callers::All),
    ("/rollcall.v1.SyncService/CancelRun", Callers::All),
    ("/rollcall.v1.SyncService/ValidateFilter", Callers::All),
    ("/rollcall.v1.SyncService/BuildFilter", Callers::All),
    ("/rollcall.v1.SyncService/ResumeSchedule", Callers::All),
    ("/rollcall.v1.SyncService/ApproveRun", Callers::All),
    ("/rollcall.v1.SyncService/RevertRun", Callers::All),
    ("/rollcall.v1.SyncService/TestConnection", Callers::All),
    ("/rollcall.v1.SyncService/PauseFleet", Callers::All),
    ("/rollcall.v1.SyncService/ResumeFleet", Callers::All),
    ("/rollcall.v1.ResultsService/GetRun", Callers::All),
    ("/rollcall.v1.ResultsService/ListRuns", Callers::All),
    ("/rollcall.v1.ResultsService/WatchRun", Callers::All),
    ("/rollcall.v1.ResultsService/ListRows", Callers::All),
    ("/rollcall.v1.ResultsService/ExportCsv", Callers::All),
    ("/rollcall.v1.ResultsService/ListAccounts", Callers::All),
    ("/rollcall.v1.ResultsService/ExplainAddress", Callers::All),
    ("/rollcall.v1.ResultsService/GetFleet", Callers::All),
    ("/rollcall.v1.ResultsService/ListAudit", Callers::All),
    ("/rollcall.v1.ResultsService/ListFleetAudit", Callers::All),
    ("/rollcall.v1.AccountService/PutDomains", Callers::All),
    ("/rollcall.v1.AccountService/GetDomains", Callers::All),
    ("/rollcall.v1.AccountService/PutAccount", Callers::All),
    ("/rollcall.v1.AccountService/RemoveAccount", Callers::All),
    ("/rollcall.v1.AccountService/RestoreAccount", Callers::All),
    ("/rollcall.v1.AccountService/SetProtected", Callers::All),
    ("/rollcall.internal.v1.ReconcileService/CheckWorker", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/BeginRun", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/SubmitRun", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/FinishUnchanged", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/Heartbeat", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/FailRun", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/NoteBind", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/PermitBind", WORKERS),
    ("/rollcall.internal.v1.ReconcileService/SettleBind", WORKERS),
    ("/grpc.health.v1.Health/Check", Callers::All),
    ("/grpc.health.v1.Health/Watch", Callers::All),
    (
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        Callers::All,
    ),
];

/// The table, with the names of certificates that have each role at this server.
#[derive(Debug)]
pub(super) struct Roles {
    methods: HashMap<&'static str, Callers>,
    names: HashMap<Role, Vec<String>>,
}

impl Roles {
    /// No caller has a role yet.
    pub(super) fn new() -> Self {
        Self {
            methods: METHODS.iter().copied().collect(),
            names: HashMap::new(),
        }
    }

    /// Gives a role to those whose certificate has one of these names.
    pub(super) fn give(&mut self, role: Role, names: &[String]) {
        self.names.entry(role).or_default().extend_from_slice(names);
    }

    /// Refuses a caller that may not call the method at this path. Without mutual TLS the server is on the loopback,
    /// where callers cannot be distinguished.
    pub(super) fn admit(&self, path: &str, caller: &Caller) -> Result<(), Status> {
        let Some(callers) = self.methods.get(path) else {
            return Err(ApiError::new(Refusal::UnknownMethod, sentences::UNKNOWN_METHOD).into());
        };
        match (callers, caller.names()) {
            (Callers::All, _) | (Callers::Only(_), None) => Ok(()),
            (Callers::Only(roles), Some(names)) if roles.iter().any(|role| self.has(*role, names)) => Ok(()),
            (Callers::Only(_), Some(_)) => {
                Err(ApiError::new(Refusal::CallerNotAllowed, sentences::CALLER_NOT_ALLOWED).into())
            }
        }
    }

    fn has(&self, role: Role, names: &[String]) -> bool {
        let having = self.names.get(&role).map(Vec::as_slice).unwrap_or_default();
        names
            .iter()
            .any(|name| having.iter().any(|having| having.eq_ignore_ascii_case(name)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;
    use tonic::{Code, Request};

    use super::*;

    const BEGIN: &str = "/rollcall.internal.v1.ReconcileService/BeginRun";

    /// The paths of the methods that a descriptor declares.
    fn paths(descriptors: &[u8]) -> BTreeSet<String> {
        let files = prost_types::FileDescriptorSet::decode(descriptors).expect("descriptors");
        let mut paths = BTreeSet::new();
        for file in &files.file {
            for service in &file.service {
                let path = |method: &str| format!("/{}.{}/{method}", file.package(), service.name());
                paths.extend(service.method.iter().map(|method| path(method.name())));
            }
        }
        paths
    }

    #[test]
    fn every_method_of_the_contract_and_no_other_has_its_callers() {
        let mut declared = paths(rollcall_proto::DESCRIPTORS);
        declared.extend(paths(tonic_health::pb::FILE_DESCRIPTOR_SET));
        declared.extend(paths(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET));
        let named: BTreeSet<_> = METHODS.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(named.len(), METHODS.len(), "a method is named twice");
        assert_eq!(named, declared);
    }

    fn roles() -> Roles {
        let mut roles = Roles::new();
        roles.give(Role::Worker, &["worker.rollcall".to_owned()]);
        roles
    }

    fn answer(path: &str, caller: &str) -> Code {
        roles()
            .admit(path, &Caller::named(caller))
            .map_or_else(|status| status.code(), |()| Code::Ok)
    }

    #[test]
    fn one_name_of_the_role_is_enough_and_a_similar_one_is_not() {
        assert_eq!(answer(BEGIN, "Worker.Rollcall"), Code::Ok);
        for other in ["worker.rollcall.example", "xworker.rollcall", "portal", ""] {
            assert_eq!(answer(BEGIN, other), Code::PermissionDenied, "{other}");
        }
    }

    #[test]
    fn no_caller_has_a_role_that_the_server_did_not_give() {
        let refused = Roles::new().admit(BEGIN, &Caller::named("worker.rollcall"));
        assert_eq!(
            refused.map_err(|status| status.code()),
            Err(Code::PermissionDenied)
        );
    }

    #[test]
    fn a_method_without_a_line_is_refused_to_every_caller() {
        for path in ["/rollcall.v1.SyncService/Novel", "/", "/grpc.health.v1.Health"] {
            assert_eq!(answer(path, "worker.rollcall"), Code::Unimplemented, "{path}");
        }
    }

    #[test]
    fn without_tls_callers_are_not_distinguished() {
        assert!(roles().admit(BEGIN, &Caller::from(&Request::new(()))).is_ok());
    }
}
