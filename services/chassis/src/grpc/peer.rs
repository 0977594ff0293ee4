//! Identity of callers, by the certificate that the connection was made with.

use std::net::{IpAddr, SocketAddr};

use http::Extensions;
use rustls_pki_types::CertificateDer;
use tonic::{
    Request,
    transport::server::{TcpConnectInfo, TlsConnectInfo},
};
use webpki::EndEntityCert;

/// Identity of a caller, for bounds that each caller has to itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller(Identity);

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Identity {
    /// The URIs of its certificate, then its DNS names: several processes with one certificate are one caller.
    Names(Vec<String>),
    /// The whole certificate, if it has no name.
    Certificate(Vec<u8>),
    /// Its address, without mutual TLS.
    Address(Option<IpAddr>),
}

impl<T> From<&Request<T>> for Caller {
    /// The caller of `request`: by its certificate, otherwise by its address.
    fn from(request: &Request<T>) -> Self {
        Self::in_extensions(request.extensions())
    }
}

impl Caller {
    /// The caller whose connection left these traces.
    pub(super) fn in_extensions(extensions: &Extensions) -> Self {
        let certificates = extensions
            .get::<TlsConnectInfo<TcpConnectInfo>>()
            .and_then(TlsConnectInfo::peer_certs);
        let certificate = certificates
            .as_ref()
            .and_then(|certificates| certificates.first());
        let Some(certificate) = certificate else {
            return Self(Identity::Address(
                address_in(extensions).map(|address| address.ip()),
            ));
        };
        Self(match names_in(certificate) {
            names if names.is_empty() => Identity::Certificate(certificate.to_vec()),
            names => Identity::Names(names),
        })
    }

    /// The caller whose certificate has this name.
    pub fn named(name: &str) -> Self {
        Self(Identity::Names(vec![name.to_owned()]))
    }

    #[cfg(test)]
    pub(super) fn with_names(names: &[&str]) -> Self {
        Self(Identity::Names(names.iter().map(ToString::to_string).collect()))
    }

    /// The names that a role may be given to: the URIs of its certificate, otherwise its DNS names, in lower case. `None`
    /// without mutual TLS.
    pub(super) fn identities(&self) -> Option<impl Iterator<Item = String>> {
        let names = self.names()?;
        let has_uri = names.iter().any(|name| is_uri(name));
        let identities = names.iter().filter(move |name| is_uri(name) == has_uri);
        Some(identities.map(move |name| {
            if has_uri {
                name.clone()
            } else {
                name.to_ascii_lowercase()
            }
        }))
    }

    /// The names in its certificate, URIs first; `None` without mutual TLS.
    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.0 {
            Identity::Names(names) => Some(names),
            Identity::Certificate(_) => Some(&[]),
            Identity::Address(_) => None,
        }
    }
}

/// No DNS name has a colon, and every URI has one.
fn is_uri(name: &str) -> bool {
    name.contains(':')
}

/// The address from which the call came.
pub(super) fn address_in(extensions: &Extensions) -> Option<SocketAddr> {
    let plain = extensions.get::<TcpConnectInfo>();
    let tls = || {
        extensions
            .get::<TlsConnectInfo<TcpConnectInfo>>()
            .map(TlsConnectInfo::get_ref)
    };
    plain.or_else(tls)?.remote_addr()
}

fn names_in(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else {
        return Vec::new();
    };
    let uris = certificate.valid_uri_names();
    uris.chain(certificate.valid_dns_names())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};
    use tonic::{Request, transport::server::TcpConnectInfo};

    use super::{Caller, names_in};

    #[test]
    fn the_names_of_a_certificate_are_its_uris_and_then_its_dns_names() {
        let dns = vec!["worker.rollcall".to_owned(), "worker-1.rollcall".to_owned()];
        let mut wanted = CertificateParams::new(dns.clone()).expect("parameters");
        let uri = "spiffe://rollcall/worker";
        wanted
            .subject_alt_names
            .push(SanType::URI(uri.try_into().expect("a URI")));
        let key = KeyPair::generate().expect("a key");
        let certificate = wanted.self_signed(&key).expect("a certificate");
        assert_eq!(
            names_in(certificate.der()),
            [&[uri.to_owned()], &dns[..]].concat()
        );
    }

    #[test]
    fn a_caller_without_a_certificate_is_known_by_its_address_whatever_its_port() {
        let from = |peer: &str| {
            let mut request = Request::new(());
            request.extensions_mut().insert(TcpConnectInfo {
                local_addr: None,
                remote_addr: peer.parse().ok(),
            });
            Caller::from(&request)
        };
        assert_eq!(from("127.0.0.1:1"), from("127.0.0.1:2"));
        assert_ne!(from("127.0.0.1:1"), from("127.0.0.2:1"));
        assert_ne!(from("127.0.0.1:1"), Caller::from(&Request::new(())));
    }
}
