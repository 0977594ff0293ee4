//! Messages that the broker carries.

use prost::Message;
use rollcall_chassis::{
    amqp::{decode_job, verify_job},
    signing::VerifyingKeys,
};
use rollcall_domain::PermittedAttributes;
use rollcall_proto::v1::PortalEvent;
use rollcall_worker::fuzzing::Target;

/// Nothing is a job without a signature. An order of a known version encodes as the same job, and its directory, however wrong, is refused or usable.
pub(crate) fn job(input: &[u8]) {
    assert!(verify_job(&VerifyingKeys::default(), input).is_err());
    let Ok(job) = decode_job(input) else { return };
    assert_eq!(decode_job(&job.encode_to_vec()).ok().as_ref(), Some(&job));
    let directory = job
        .test
        .and_then(|test| test.settings)
        .and_then(|settings| settings.directory);
    let Some(directory) = directory else { return };
    let Ok(target) = Target::new(&directory, &PermittedAttributes::default()) else {
        return;
    };
    assert!(!target.hosts.is_empty() && !target.requested.is_empty());
    assert!(
        ldap3::parse_filter(&target.filter).is_ok(),
        "{:?} cannot be sent",
        target.filter
    );
}

/// An event encodes as the same event.
pub(crate) fn event(input: &[u8]) {
    let Ok(event) = PortalEvent::decode(input) else {
        return;
    };
    let again = PortalEvent::decode(event.encode_to_vec().as_slice());
    assert_eq!(again.as_ref(), Ok(&event));
}
