pub(in crate::grpc) mod table;

use prost::Message as _;
use prost_reflect::DescriptorPool;
use rollcall_proto::v1::{
    Account, AccountAddress, Directory, Domain, ListRowsRequest, PauseFleetRequest, PutAccountRequest,
    PutDomainsRequest, PutSettingsRequest, Selection, Settings,
};
use tonic::Status;
use tonic_types::StatusExt as _;

use super::*;

fn limits_of(message: &str) -> RequestLimits {
    let pool = DescriptorPool::decode(rollcall_proto::DESCRIPTORS).expect("descriptors");
    let option = pool
        .get_extension_by_name("rollcall.v1.limits")
        .expect("the option");
    let request = pool.get_message_by_name(&format!("rollcall.v1.{message}"));
    RequestLimits::of(&request.expect("a request"), &option).expect("limits")
}

/// The violations of an encoded request, as `field: sentence`.
fn refused(message: &str, request: &[u8]) -> Vec<String> {
    let Err(error) = limits_of(message).check(request) else {
        return Vec::new();
    };
    let violations = Status::from(error)
        .get_details_bad_request()
        .expect("a BadRequest");
    let said = violations.field_violations.into_iter();
    said.map(|violation| format!("{}: {}", violation.field, violation.description))
        .collect()
}

fn settings(directory: Directory) -> PutSettingsRequest {
    PutSettingsRequest {
        settings: Some(Settings {
            directory: Some(directory),
            ..Settings::default()
        }),
    }
}

#[test]
fn every_limit_that_is_exceeded_is_named_by_its_field_however_deep_it_stands() {
    let request = PutSettingsRequest {
        settings: Some(Settings {
            tenant_id: "x".repeat(65),
            directory: Some(Directory {
                hosts: vec!["x".to_owned(), "x".repeat(1025)],
                bind_username: "ä".repeat(1025),
                bind_password: Some("x".repeat(1025)),
                search_bases: vec![String::new(); 17],
                ..Directory::default()
            }),
            selection: Some(Selection {
                object_types: vec![1; 33],
                ..Selection::default()
            }),
            ..Settings::default()
        }),
    };
    assert_eq!(
        refused("PutSettingsRequest", &request.encode_to_vec()),
        [
            "settings.tenant_id: expected at most 64 bytes",
            "settings.directory.hosts[1]: expected at most 1024 bytes",
            "settings.directory.bind_username: expected at most 1024 characters",
            "settings.directory.bind_password: expected at most 1024 bytes",
            "settings.directory.search_bases: expected at most 16 entries",
            "settings.selection.object_types: expected at most 32 entries",
        ]
    );
}

#[test]
fn what_is_within_its_limits_passes() {
    let request = settings(Directory {
        hosts: vec!["x".repeat(1024); 8],
        bind_username: "ä".repeat(1024),
        bind_password: Some("x".repeat(1024)),
        search_bases: vec!["x".repeat(4096); 16],
        port: 70_000,
        ..Directory::default()
    });
    assert_eq!(refused("PutSettingsRequest", &request.encode_to_vec()), [""; 0]);
    assert_eq!(refused("PutSettingsRequest", &[]), [""; 0]);
}

#[test]
fn characters_are_counted_and_not_their_bytes() {
    let note = |note: String| PauseFleetRequest {
        note,
        ..PauseFleetRequest::default()
    };
    let fits = note("€".repeat(500)).encode_to_vec();
    assert_eq!(refused("PauseFleetRequest", &fits), [""; 0]);
    let one_more = note("€".repeat(501)).encode_to_vec();
    assert_eq!(
        refused("PauseFleetRequest", &one_more),
        ["note: expected at most 500 characters"]
    );
}

#[test]
fn the_entries_of_a_list_are_counted_packed_or_not() {
    let packed = ListRowsRequest {
        verdicts: [i32::MAX, 1, -1].repeat(11),
        ..ListRowsRequest::default()
    };
    let most = "verdicts: expected at most 32 entries";
    assert_eq!(refused("ListRowsRequest", &packed.encode_to_vec()), [most]);
    // Field 3, one varint each.
    let single = [3 << 3, 1].repeat(33);
    assert_eq!(refused("ListRowsRequest", &single), [most]);
    assert_eq!(refused("ListRowsRequest", &single[2..]), [""; 0]);
}

#[test]
fn a_list_whose_message_comes_in_pieces_is_counted_as_a_whole() {
    let hosts = |count| {
        settings(Directory {
            hosts: vec![String::new(); count],
            ..Directory::default()
        })
        .encode_to_vec()
    };
    let joined = |one, other| refused("PutSettingsRequest", &[hosts(one), hosts(other)].concat());
    assert_eq!(joined(4, 4), [""; 0]);
    assert_eq!(
        joined(4, 5),
        ["settings.directory.hosts: expected at most 8 entries"]
    );
}

#[test]
fn an_entry_is_named_by_its_place_in_the_list() {
    let address = |length| AccountAddress {
        address: "x".repeat(length),
        ..AccountAddress::default()
    };
    let request = PutAccountRequest {
        account: Some(Account {
            addresses: vec![address(1), address(1024), address(1025)],
            ..Account::default()
        }),
        ..PutAccountRequest::default()
    };
    assert_eq!(
        refused("PutAccountRequest", &request.encode_to_vec()),
        ["account.addresses[2].address: expected at most 1024 bytes"]
    );
}

#[test]
fn a_list_that_is_too_long_is_said_once_and_its_further_entries_are_not_looked_at() {
    let request = PutDomainsRequest {
        domains: vec![Domain::default(); 10_001],
        ..PutDomainsRequest::default()
    };
    assert_eq!(
        refused("PutDomainsRequest", &request.encode_to_vec()),
        ["domains: expected at most 10000 entries"]
    );
}

#[test]
fn what_is_no_message_is_left_to_the_handler() {
    for bytes in [&[0xff; 20][..], &[1 << 3 | 2, 100, 0], &[1 << 3 | 7], &[0]] {
        assert_eq!(refused("PutDomainsRequest", bytes), [""; 0], "{bytes:?}");
    }
}

#[test]
fn what_the_contract_does_not_know_is_passed_over() {
    // Field 100, a text of three bytes.
    let unknown = [&[0xa2, 0x06, 3][..], b"abc"].concat();
    let known = PutDomainsRequest {
        tenant_id: "x".repeat(65),
        ..PutDomainsRequest::default()
    };
    let request = [unknown, known.encode_to_vec()].concat();
    assert_eq!(
        refused("PutDomainsRequest", &request),
        ["tenant_id: expected at most 64 bytes"]
    );
}
