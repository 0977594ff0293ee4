//! A list of domains as the portal names them, checked as a whole.

use std::{collections::BTreeMap, net::IpAddr};

use rollcall_chassis::status::Violations;
use rollcall_domain::{DomainName, sentences::field as sentences};
use rollcall_proto::{limits, v1};

use crate::{error::ReconcileError, runs::edits::DomainList};

/// The most domains that a tenant may have.
const MOST: usize = limits::put_domains_request::DOMAINS_MAX_ITEMS;
/// Mistakes that are reported; the rest is not.
const MOST_TOLD: usize = 100;

/// Checks the list, or names every field that is wrong.
pub(super) fn domain_list(domains: &[v1::Domain], violations: &mut Violations) -> Option<DomainList> {
    if domains.len() > MOST {
        violations.push("domains", sentences::domains(MOST, domains.len()));
        return None;
    }
    let mut reading = Reading {
        violations,
        wrong: 0,
        first_seen: BTreeMap::new(),
        alias_of: BTreeMap::new(),
    };
    for (position, domain) in domains.iter().enumerate() {
        reading.take(position, domain);
    }
    reading.check_aliases();
    let whole = reading.wrong == 0;
    let alias_of = reading.alias_of;
    whole.then_some(DomainList { alias_of })
}

struct Reading<'v> {
    violations: &'v mut Violations,
    wrong: usize,
    first_seen: BTreeMap<DomainName, usize>,
    alias_of: BTreeMap<DomainName, Option<DomainName>>,
}

impl Reading<'_> {
    fn wrong(&mut self, field: String, what: String) {
        self.wrong += 1;
        if self.wrong <= MOST_TOLD {
            self.violations.push(field, what);
        }
    }

    fn take(&mut self, position: usize, domain: &v1::Domain) {
        let name = self.name(format!("domains[{position}].name"), &domain.name);
        let alias_of = if domain.alias_of.is_empty() {
            Some(None)
        } else {
            self.name(format!("domains[{position}].alias_of"), &domain.alias_of)
                .map(Some)
        };
        let (Some(name), Some(alias_of)) = (name, alias_of) else {
            return;
        };
        if self.first_seen.contains_key(&name) {
            let what = sentences::already_listed(name.as_str());
            self.wrong(format!("domains[{position}].name"), what);
            return;
        }
        self.first_seen.insert(name.clone(), position);
        self.alias_of.insert(name, alias_of);
    }

    fn name(&mut self, field: String, text: &str) -> Option<DomainName> {
        match mail_domain(text) {
            Ok(name) => Some(name),
            Err(what) => {
                self.wrong(field, what);
                None
            }
        }
    }

    /// Only a list whose names could all be read can show that a name is missing from it.
    fn check_aliases(&mut self) {
        if self.wrong > 0 {
            return;
        }
        let mut wrong = Vec::new();
        for (name, of) in &self.alias_of {
            let Some(of) = of else { continue };
            let what = match self.alias_of.get(of) {
                _ if of == name => sentences::ALIAS_OF_ITSELF.to_owned(),
                None => sentences::not_listed(of),
                Some(Some(_)) => sentences::alias_of_alias(of),
                Some(None) => continue,
            };
            let position = self.first_seen.get(name).copied().unwrap_or_default();
            wrong.push((format!("domains[{position}].alias_of"), what));
        }
        for (field, what) in wrong {
            self.wrong(field, what);
        }
    }
}

/// The one domain that a request names, or the field that is wrong.
pub(super) fn named_domain(text: &str) -> Result<DomainName, ReconcileError> {
    let mut violations = Violations::default();
    match mail_domain(text) {
        Ok(name) => Ok(name),
        Err(what) => {
            violations.push("name", what);
            Err(ReconcileError::Malformed(violations))
        }
    }
}

/// A domain that mail can be sent to from elsewhere: a host of the local network or an IP address is a mistake, and no
/// address in it would ever be of use.
fn mail_domain(text: &str) -> Result<DomainName, String> {
    if text.trim().trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Err(sentences::DOMAIN_IP_ADDRESS.to_owned());
    }
    let name = DomainName::parse(text).map_err(|error| sentences::not_a_domain(text, error))?;
    if name.as_str().contains('.') {
        Ok(name)
    } else {
        Err(sentences::DOMAIN_ONE_LABEL.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(name: &str, alias_of: &str) -> v1::Domain {
        v1::Domain {
            name: name.to_owned(),
            alias_of: alias_of.to_owned(),
        }
    }

    fn refused(domains: &[v1::Domain]) -> String {
        let mut violations = Violations::default();
        assert_eq!(domain_list(domains, &mut violations), None);
        format!("{violations:?}")
    }

    #[test]
    fn a_list_is_stored_by_name_in_lower_case_as_a_labels() {
        let mut violations = Violations::default();
        let domains = [
            domain("Zulu.Example", ""),
            domain("bücher.example", "ZULU.example"),
        ];
        let list = domain_list(&domains, &mut violations).unwrap();
        assert_eq!(
            list.stored(),
            [
                domain("xn--bcher-kva.example", "zulu.example"),
                domain("zulu.example", "")
            ]
        );
        assert!(violations.is_empty());
    }

    #[test]
    fn no_domain_at_all_is_a_list_too() {
        let list = domain_list(&[], &mut Violations::default()).unwrap();
        assert_eq!(list.stored(), []);
    }

    #[test]
    fn a_name_given_twice_is_refused_however_it_is_written() {
        let message = refused(&[domain("a.example", ""), domain("A.EXAMPLE", "")]);
        assert!(message.contains("domains[1].name"), "{message}");
    }

    #[test]
    fn an_alias_needs_a_domain_of_its_own_in_the_list() {
        let message = refused(&[domain("a.example", "b.example")]);
        assert!(
            message.contains("domains[0].alias_of") && message.contains("not in the list"),
            "{message}"
        );
        let message = refused(&[
            domain("a.example", ""),
            domain("b.example", "a.example"),
            domain("c.example", "b.example"),
        ]);
        assert!(
            message.contains("domains[2].alias_of") && message.contains("itself an alias"),
            "{message}"
        );
    }

    #[test]
    fn no_domain_is_an_alias_of_itself() {
        let message = refused(&[domain("a.example", "A.example")]);
        assert!(message.contains("no domain is an alias of itself"), "{message}");
    }

    #[test]
    fn a_local_name_and_an_ip_address_are_no_domains_of_mail() {
        for (name, found) in [
            ("localhost", "found a name without a dot"),
            ("1.2.3.4", "found an IP address"),
            (" [2001:db8::1] ", "found an IP address"),
        ] {
            let message = refused(&[domain(name, "")]);
            assert!(message.contains(found), "{name}: {message}");
        }
    }

    #[test]
    fn every_malformed_name_is_named() {
        let message = refused(&[
            domain("not a domain", ""),
            domain("a.example", ""),
            domain("..", ""),
        ]);
        assert!(
            message.contains("domains[0].name") && message.contains("domains[2].name"),
            "{message}"
        );
    }

    #[test]
    fn too_many_are_refused_at_once() {
        let many: Vec<_> = (0..=MOST)
            .map(|number| domain(&format!("d{number}.example"), ""))
            .collect();
        assert!(refused(&many).contains("at most"));
    }
}
