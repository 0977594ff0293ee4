//! The CA certificates that a directory's certificate must lead to.

use rollcall_chassis::status::Violations;
use rollcall_domain::sentences::field;
use rollcall_proto::limits;
use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer,
        pem::{PemObject, SectionKind},
    },
};

const FIELD: &str = "settings.directory.ca_certificates_pem";
const MOST_BYTES: usize = limits::directory::CA_CERTIFICATES_PEM_MAX_BYTES;

/// Checks each certificate and leaves only the certificates: everything between them in a PEM file, comments and line
/// ends, is dropped, so that it does not count as a change.
pub(super) fn check(pem: &mut String, violations: &mut Violations) {
    if pem.trim().is_empty() {
        pem.clear();
        return;
    }
    match canonical(pem) {
        Ok(text) => *pem = text,
        Err(expected) => violations.push(FIELD, expected),
    }
}

fn canonical(pem: &str) -> Result<String, String> {
    if pem.len() > MOST_BYTES {
        return Err(field::most_kib(MOST_BYTES / 1024));
    }
    let mut text = String::new();
    let mut count = 0;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()) {
        count += 1;
        let (kind, der) = section.map_err(|_| field::damaged_block(count))?;
        if kind != SectionKind::Certificate {
            return Err(field::not_a_certificate(count));
        }
        // The worker's own test: what it would not trust is refused here.
        RootCertStore::empty()
            .add(CertificateDer::from(der.as_slice()))
            .map_err(|_| field::not_trustworthy(count))?;
        push_block(&mut text, &der);
    }
    if count == 0 {
        return Err(field::NO_PEM.to_owned());
    }
    Ok(text)
}

/// As RFC 7468 has it: 64 characters a line.
fn push_block(text: &mut String, der: &[u8]) {
    use base64::{Engine, prelude::BASE64_STANDARD};
    text.push_str("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        BASE64_STANDARD.encode_string(line, text);
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
}
