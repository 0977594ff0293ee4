//! Identity of callers, by the certificate that the connection was made with.

use rollcall_terms::Refusal;
use std::net::IpAddr;

use rustls_pki_types::CertificateDer;
use tonic::Request;
use webpki::EndEntityCert;

use crate::status::ApiError;

/// The DNS names in the caller's certificate; none without mutual TLS.
pub fn peer_dns_names<T>(request: &Request<T>) -> Vec<String> {
    let Some(certificates) = request.peer_certs() else {
        return Vec::new();
    };
    certificates.first().map(dns_names).unwrap_or_default()
}

/// Identity of a caller, for bounds that each caller has to itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller(Identity);

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Identity {
    /// The DNS names of its certificate: several processes with one certificate are one caller.
    Names(Vec<String>),
    /// Its address, if it has no certificate with names.
    Address(IpAddr),
    Unknown,
}

impl Caller {
    /// The caller of `request`: by its certificate, otherwise by its address.
    pub fn of<T>(request: &Request<T>) -> Self {
        let names = peer_dns_names(request);
        if !names.is_empty() {
            return Self(Identity::Names(names));
        }
        Self(
            request
                .remote_addr()
                .map_or(Identity::Unknown, |peer| Identity::Address(peer.ip())),
        )
    }

    /// The caller whose certificate has this name.
    pub fn named(name: &str) -> Self {
        Self(Identity::Names(vec![name.to_owned()]))
    }
}

/// Refuses callers whose certificate has none of these names. Without mutual TLS the server is on the loopback, where
/// callers cannot be distinguished.
pub fn require_peer<T>(request: &Request<T>, allowed: &[String]) -> Result<(), ApiError> {
    if request.peer_certs().is_none() || is_allowed(&peer_dns_names(request), allowed) {
        return Ok(());
    }
    Err(ApiError::new(
        Refusal::CallerNotAllowed,
        "This client certificate may not call this method.",
    ))
}

fn is_allowed(names: &[String], allowed: &[String]) -> bool {
    names
        .iter()
        .any(|name| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)))
}

pub(super) fn dns_names(certificate: &CertificateDer<'_>) -> Vec<String> {
    EndEntityCert::try_from(certificate)
        .map(|certificate| certificate.valid_dns_names().map(str::to_owned).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tonic::{Request, transport::server::TcpConnectInfo};

    use super::{Caller, dns_names, is_allowed, require_peer};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_names_of_a_certificate_are_its_dns_names() {
        let wanted = names(&["worker.rollcall", "worker-1.rollcall"]);
        let certificate = rcgen::generate_simple_self_signed(wanted.clone()).expect("a certificate");
        assert_eq!(dns_names(certificate.cert.der()), wanted);
    }

    #[test]
    fn one_allowed_name_is_enough_and_a_similar_one_is_not() {
        let allowed = names(&["worker.rollcall"]);
        assert!(is_allowed(&names(&["a", "Worker.Rollcall"]), &allowed));
        assert!(!is_allowed(
            &names(&["worker.rollcall.example", "xworker.rollcall"]),
            &allowed
        ));
        assert!(!is_allowed(&[], &allowed));
    }

    #[test]
    fn a_caller_without_a_certificate_is_known_by_its_address_whatever_its_port() {
        let from = |peer: &str| {
            let mut request = Request::new(());
            request.extensions_mut().insert(TcpConnectInfo {
                local_addr: None,
                remote_addr: peer.parse().ok(),
            });
            Caller::of(&request)
        };
        assert_eq!(from("127.0.0.1:1"), from("127.0.0.1:2"));
        assert_ne!(from("127.0.0.1:1"), from("127.0.0.2:1"));
        assert_ne!(from("127.0.0.1:1"), Caller::of(&Request::new(())));
    }

    #[test]
    fn without_tls_callers_are_not_told_apart() {
        assert!(require_peer(&Request::new(()), &names(&["worker.rollcall"])).is_ok());
    }
}
