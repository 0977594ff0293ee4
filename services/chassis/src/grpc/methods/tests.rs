pub(in crate::grpc) mod table;

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto};
use rollcall_proto::v1::{GetRunRequest, PutSettingsRequest, Role, Settings, TestConnectionRequest};

use super::*;

/// Every service of the contract.
pub(in crate::grpc) const SERVICES: [&str; 4] = [
    "rollcall.v1.SyncService",
    "rollcall.v1.AccountService",
    "rollcall.v1.ResultsService",
    "rollcall.internal.v1.ReconcileService",
];

/// Every method of every server with the roles that may call it, found without the code under test.
pub(in crate::grpc) fn matrix() -> BTreeMap<String, Vec<Role>> {
    let pool = DescriptorPool::decode(rollcall_proto::DESCRIPTORS).expect("descriptors");
    let option = pool
        .get_extension_by_name("rollcall.v1.roles")
        .expect("the option");
    let mut matrix = BTreeMap::new();
    for method in pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
    {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let named = method.options().get_extension(&option).into_owned();
        let roles = named.as_list().expect("a list").iter();
        let roles = roles.map(|role| Role::try_from(role.as_enum_number().expect("a role")).expect("a role"));
        matrix.insert(path, roles.collect());
    }
    for set in [
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
    ] {
        let pool = DescriptorPool::decode(set).expect("descriptors");
        for method in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            matrix.insert(path, ROLES_OF_CALLERS.to_vec());
        }
    }
    matrix
}

/// Every role that a caller may have.
pub(in crate::grpc) const ROLES_OF_CALLERS: [Role; 5] = [
    Role::Portal,
    Role::Viewer,
    Role::Operator,
    Role::Worker,
    Role::Scheduler,
];

fn contract() -> Methods {
    Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract")
}

#[test]
fn the_contract_says_which_methods_are_streams() {
    for (path, kind) in [
        ("/rollcall.v1.ResultsService/WatchRun", Kind::Stream),
        ("/rollcall.v1.ResultsService/GetRun", Kind::Unary),
        ("/rollcall.internal.v1.ReconcileService/SubmitRun", Kind::Upload),
        ("/rollcall.internal.v1.ReconcileService/CheckWorker", Kind::Check),
        ("/grpc.health.v1.Health/Check", Kind::Check),
        ("/grpc.health.v1.Health/Watch", Kind::Watch),
    ] {
        assert_eq!(contract().at(path).expect("a method").kind, kind, "{path}");
    }
    assert!(contract().at("/nobody/Knows").is_none());
}

#[test]
fn a_server_with_a_method_without_roles_does_not_start() {
    // The library's own descriptors know nothing of our option: every method is without it.
    let mut files = FileDescriptorSet::decode(rollcall_proto::DESCRIPTORS).expect("descriptors");
    let refused = Methods::read(&files.encode_to_vec(), &SERVICES);
    assert!(
        matches!(&refused, Err(GrpcError::NoRoles(path)) if path.starts_with("/rollcall.v1.SyncService/")),
        "{refused:?}"
    );
    files.file.push(FileDescriptorProto {
        name: Some("novel.proto".to_owned()),
        package: Some("novel".to_owned()),
        dependency: vec!["rollcall/v1/sync_service.proto".to_owned()],
        service: vec![ServiceDescriptorProto {
            name: Some("Service".to_owned()),
            method: vec![MethodDescriptorProto {
                name: Some("Act".to_owned()),
                input_type: Some(".rollcall.v1.SyncNowRequest".to_owned()),
                output_type: Some(".rollcall.v1.SyncNowResponse".to_owned()),
                ..MethodDescriptorProto::default()
            }],
            ..ServiceDescriptorProto::default()
        }],
        ..FileDescriptorProto::default()
    });
    let refused = Methods::read(&files.encode_to_vec(), &["novel.Service"]);
    assert!(
        matches!(&refused, Err(GrpcError::NoRoles(path)) if path == "/novel.Service/Act"),
        "{refused:?}"
    );
}

#[test]
fn a_server_of_a_service_outside_of_the_contract_does_not_start() {
    let refused = Methods::read(rollcall_proto::DESCRIPTORS, &["novel.Service"]);
    assert!(matches!(refused, Err(GrpcError::NotInContract(_))), "{refused:?}");
}

#[test]
fn what_portals_and_viewers_call_names_its_tenant_or_has_none() {
    let both = RoleSet::of([Role::Portal, Role::Viewer]);
    for (path, method) in &contract().0 {
        if method.roles.intersects(both) {
            assert!(
                !matches!(method.tenancy, Tenancy::Every),
                "{path} is about every tenant"
            );
        }
    }
}

fn named(path: &str, request: &[u8]) -> Vec<String> {
    let methods = contract();
    let Tenancy::Named(fields) = &methods.at(path).expect("a method").tenancy else {
        panic!("{path} names no tenant")
    };
    fields.named(request).expect("a request")
}

#[test]
fn a_request_names_its_tenant_wherever_it_stands() {
    let get = GetRunRequest {
        tenant_id: "acme".to_owned(),
        ..GetRunRequest::default()
    };
    assert_eq!(
        named("/rollcall.v1.ResultsService/GetRun", &get.encode_to_vec()),
        ["acme"]
    );
    assert_eq!(named("/rollcall.v1.ResultsService/GetRun", &[]), [""; 0]);
    // The handler reads the last of two.
    let other = GetRunRequest {
        tenant_id: "other".to_owned(),
        ..GetRunRequest::default()
    };
    let twice = [get.encode_to_vec(), other.encode_to_vec()].concat();
    assert_eq!(named("/rollcall.v1.ResultsService/GetRun", &twice), ["other"]);

    let settings = Some(Settings {
        tenant_id: "inner".to_owned(),
        ..Settings::default()
    });
    let put = PutSettingsRequest {
        settings: settings.clone(),
    };
    assert_eq!(
        named("/rollcall.v1.SyncService/PutSettings", &put.encode_to_vec()),
        ["inner"]
    );
    let test = TestConnectionRequest {
        tenant_id: "outer".to_owned(),
        settings,
    };
    assert_eq!(
        named("/rollcall.v1.SyncService/TestConnection", &test.encode_to_vec()),
        ["outer", "inner"]
    );
}
