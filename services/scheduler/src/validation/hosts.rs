//! Forms in which a directory's host may be given: names, IPv4 and IPv6 addresses.

use std::{collections::BTreeSet, net::IpAddr};

use rollcall_chassis::status::Violations;
use rollcall_domain::{invisible, sentences::field};
use rollcall_proto::limits;

const FIELD: &str = "settings.directory.hosts";
const MOST: usize = limits::directory::HOSTS_MAX_ITEMS;

/// Checks the hosts and puts them into canonical form, in their order.
pub(super) fn check(hosts: &mut [String], violations: &mut Violations) {
    if !(1..=MOST).contains(&hosts.len()) {
        violations.push(FIELD, field::hosts(MOST, hosts.len()));
    }
    let mut seen = BTreeSet::new();
    for (index, host) in hosts.iter_mut().enumerate().take(MOST) {
        let result = canonical(host).and_then(|name| {
            if seen.insert(name.clone()) {
                Ok(name)
            } else {
                Err(field::GIVEN_TWICE.to_owned())
            }
        });
        match result {
            Ok(name) => *host = name,
            Err(expected) => violations.push(format!("{FIELD}[{index}]"), expected),
        }
    }
}

fn canonical(text: &str) -> Result<String, String> {
    let text = invisible::trim(text);
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    if is_host_name(name) {
        return Ok(name.to_ascii_lowercase());
    }
    Err(field::invisible(text).unwrap_or_else(|| instead_of(text).to_owned()))
}

/// The form that was expected.
fn instead_of(text: &str) -> &'static str {
    if text.contains("://") {
        return field::HOST_URL;
    }
    if text.starts_with('[') {
        return field::HOST_BRACKETS;
    }
    if let Some((_, port)) = text.rsplit_once(':')
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return field::HOST_PORT;
    }
    if is_list(text) {
        return field::HOST_LIST;
    }
    field::HOST
}

/// Several hosts as other programs want them: in one line, with commas, semicolons or blanks between them.
fn is_list(text: &str) -> bool {
    let parts = text.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace());
    let hosts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    let is_host = |host: &&str| host.parse::<IpAddr>().is_ok() || is_host_name(host);
    hosts.len() > 1 && hosts.iter().all(is_host)
}

/// RFC 1123 section 2.1, and underscores, which NetBIOS names carry into the DNS (RFC 2181 section 11) and TLS accepts
/// in a certificate's names. A last label of only digits makes an invalid IPv4 address.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}
