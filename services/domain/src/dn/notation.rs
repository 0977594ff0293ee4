//! Other ways to name a place in a directory, which people enter in place of a DN.

use super::{Dn, Pair, Rdn, Value, url};

#[cfg(test)]
mod tests;

/// Containers right below a domain that are no organizational units (MS-ADTS section 6.1.1.4).
const CONTAINERS: [&str; 4] = ["Builtin", "Computers", "Managed Service Accounts", "Users"];

/// A name of a place that is not a DN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notation {
    /// The kind of name.
    pub kind: NotationKind,
    /// The place as a DN, as far as the name shows it.
    pub dn: Option<Dn>,
}

/// Kinds of names that are not DNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotationKind {
    /// `corp.example/Staff`.
    CanonicalName,
    /// `corp.example`.
    Domain,
    /// `LDAP://OU=Staff,DC=corp,DC=example`.
    Url,
    /// `<GUID=…>`, and its kin with SID and WKGUID (MS-ADTS section 3.1.1.3.1.2.4).
    Guid,
}

impl Notation {
    /// The notation of `text`, which is not a DN; `None` if it is of none of these kinds.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains("://") {
            return Some(Self {
                kind: NotationKind::Url,
                dn: url::dn(text),
            });
        }
        if text.starts_with('<') && text.contains('=') {
            return Some(Self {
                kind: NotationKind::Guid,
                dn: None,
            });
        }
        let parts = unescaped(text);
        let (domain, path) = parts.split_first()?;
        let domain = domain_rdns(domain)?;
        let path: Vec<_> = path.iter().filter(|part| !part.is_empty()).collect();
        let steps = path.iter().enumerate().map(|(depth, part)| {
            let is_container = depth == 0 && CONTAINERS.iter().any(|name| name.eq_ignore_ascii_case(part));
            rdn(if is_container { "CN" } else { "OU" }, part)
        });
        let mut rdns: Vec<_> = steps.collect();
        rdns.reverse();
        rdns.extend(domain);
        Some(Self {
            kind: if path.is_empty() {
                NotationKind::Domain
            } else {
                NotationKind::CanonicalName
            },
            dn: Some(Dn { rdns }),
        })
    }
}

/// The parts of a canonical name: a backslash before a slash makes it a part of the name.
fn unescaped(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, parts.last_mut()) {
            ('/', _) => parts.push(String::new()),
            ('\\', Some(part)) => part.extend(characters.next()),
            (other, Some(part)) => part.push(other),
            (_, None) => {}
        }
    }
    parts
}

fn domain_rdns(text: &str) -> Option<Vec<Rdn>> {
    let labels: Vec<_> = text.strip_suffix('.').unwrap_or(text).split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let is_domain = labels.len() > 1 && labels.iter().all(is_label);
    is_domain.then(|| labels.iter().map(|label| rdn("DC", label)).collect())
}

fn rdn(attribute: &str, value: &str) -> Rdn {
    Rdn(vec![Pair {
        attribute: attribute.to_owned(),
        value: Value::Text(value.as_bytes().to_vec()),
    }])
}
