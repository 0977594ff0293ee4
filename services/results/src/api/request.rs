//! The fields of requests. All that are wrong are reported at once.

use jiff::Timestamp;
use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{Address, InvalidAddress, RunId, TenantId, invisible, sentences::field as sentences};
use rollcall_proto::{
    limits,
    v1::{self, Verdict},
};
use rollcall_terms::{names, time::from_proto};

use crate::{
    run_key::RunKey,
    store::{AuditFilter, RowFilter},
};

/// No address is longer, however it stands in a directory.
const LONGEST_SEARCH: usize = limits::list_rows_request::SEARCH_MAX_BYTES;
/// No name in a record is longer.
const LONGEST_NAME: usize = limits::audit_filter::METHOD_MAX_BYTES;

/// An address that a caller asks to have explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchedAddress {
    /// Normalised, or as it stands if it is none.
    pub(super) text: String,
    /// `None` if it is no address.
    pub(super) domain: Option<String>,
    /// Reason why it is no address; `None` if it is one.
    pub(super) invalid: Option<InvalidAddress>,
}

/// Refusal of a text that is no address.
pub(super) fn no_address(why: InvalidAddress) -> ApiError {
    let mut violations = Violations::default();
    violations.push("address", why.to_string());
    violations.into_error()
}

/// The mistakes that were found so far.
#[derive(Debug, Default)]
pub(super) struct Checked(Violations);

impl Checked {
    /// The tenant that the request names, if nothing is wrong with it.
    pub(super) fn tenant(mut self, tenant_id: &str) -> Result<String, ApiError> {
        let tenant = self.0.check("tenant_id", TenantId::parse(tenant_id));
        self.0.into_result()?;
        Ok(tenant.map(|tenant| tenant.to_string()).unwrap_or_default())
    }

    /// The run that the request names, if nothing is wrong with it.
    pub(super) fn run(mut self, tenant_id: &str, run_id: &str) -> Result<RunKey, ApiError> {
        let run = self.0.check("run_id", RunId::parse(run_id));
        let tenant_id = self.tenant(tenant_id)?;
        Ok(RunKey {
            tenant_id,
            run_id: run.map(RunId::as_uuid).unwrap_or_default(),
        })
    }

    /// The filter of the rows that are asked for.
    pub(super) fn rows(&mut self, verdicts: &[i32], search: &str) -> RowFilter {
        let verdicts = (!verdicts.is_empty()).then(|| self.verdicts(verdicts));
        RowFilter {
            verdicts,
            search: self.search(search),
        }
    }

    /// Nothing is wrong with a request that names no tenant.
    pub(super) fn done(self) -> Result<(), ApiError> {
        self.0.into_result()
    }

    /// The filter of the records that are asked for.
    pub(super) fn audit_filter(&mut self, filter: v1::AuditFilter) -> AuditFilter {
        let v1::AuditFilter {
            start_time,
            end_time,
            method,
            caller,
            actor,
            run_id,
        } = filter;
        let run = Some(run_id).filter(|run| !run.is_empty());
        let run = run.and_then(|run| self.0.check("filter.run_id", RunId::parse(&run)));
        AuditFilter {
            start: self.time("filter.start_time", start_time),
            end: self.time("filter.end_time", end_time),
            method: self.name("filter.method", method),
            caller: self.name("filter.caller", caller),
            actor: self.name("filter.actor", actor),
            run: run.map(RunId::as_uuid),
        }
    }

    fn time(&mut self, field: &str, time: Option<prost_types::Timestamp>) -> Option<Timestamp> {
        let time = from_proto(&time?).ok_or(sentences::TIME);
        self.0.check(field, time)
    }

    /// A name to look for; `None` for any.
    fn name(&mut self, field: &str, name: String) -> Option<String> {
        if name.len() > LONGEST_NAME {
            self.0.push(field, sentences::most_bytes(LONGEST_NAME));
        }
        if name.contains('\0') {
            self.0.push(field, sentences::NUL);
        }
        Some(name).filter(|name| !name.is_empty())
    }

    /// The size of the page that is asked for.
    pub(super) fn page_size(&mut self, asked: i32, default: usize) -> usize {
        self.0.page_size(asked, default)
    }

    /// The beginning of addresses that are searched for: they are kept in lower case.
    pub(super) fn search(&mut self, search: &str) -> String {
        self.searchable("search", search);
        search.trim().to_lowercase()
    }

    fn searchable(&mut self, field: &str, text: &str) {
        if text.len() > LONGEST_SEARCH {
            self.0.push(field, sentences::most_search_bytes(LONGEST_SEARCH));
        }
        if text.contains('\0') {
            self.0.push(field, sentences::NUL);
        }
    }

    /// The address that is asked about: what is none may stand in the directory all the same.
    pub(super) fn address(&mut self, text: &str) -> SearchedAddress {
        match Address::parse(text) {
            Ok(address) => SearchedAddress {
                text: address.as_str().to_owned(),
                domain: Some(address.domain().to_owned()),
                invalid: None,
            },
            Err(why) => {
                self.searchable("address", text);
                SearchedAddress {
                    text: invisible::show(text).into_owned(),
                    domain: None,
                    invalid: Some(why),
                }
            }
        }
    }

    /// In order, each once, so that the same set is the same query.
    fn verdicts(&mut self, verdicts: &[i32]) -> Vec<&'static str> {
        let mut texts = Vec::new();
        for (index, number) in verdicts.iter().enumerate() {
            match names::to_sql(names::from_wire::<Verdict>(*number)) {
                Some(text) => texts.push(text),
                None => self
                    .0
                    .push(format!("verdicts[{index}]"), sentences::not_a_verdict(*number)),
            }
        }
        texts.sort_unstable();
        texts.dedup();
        texts
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    const RUN: &str = "01900000-0000-7000-8000-000000000001";

    #[test]
    fn all_mistakes_are_reported_at_once() {
        let mut checked = Checked::default();
        checked.rows(&[1, 99, 0], &"x".repeat(2000));
        let status = Status::from(checked.run("no tenant", "no run").unwrap_err());
        for field in ["tenant_id:", "run_id:", "search:", "verdicts[1]:", "verdicts[2]:"] {
            assert!(status.message().contains(field), "{field} {}", status.message());
        }
    }

    #[test]
    fn a_run_is_named_by_tenant_and_id() {
        let key = Checked::default().run("acme", RUN).unwrap();
        assert_eq!(
            (key.tenant_id.as_str(), key.run_id.to_string().as_str()),
            ("acme", RUN)
        );
    }

    #[test]
    fn the_same_verdicts_in_another_order_are_the_same_query() {
        let add_skip = [Verdict::Add as i32, Verdict::Skip as i32];
        let skip_add_skip = [Verdict::Skip as i32, Verdict::Add as i32, Verdict::Skip as i32];
        let verdicts = |numbers: &[i32]| Checked::default().rows(numbers, "").verdicts;
        assert_eq!(verdicts(&add_skip), verdicts(&skip_add_skip));
        assert_eq!(verdicts(&[]), None);
    }

    #[test]
    fn an_address_is_normalised_and_what_is_none_is_left_as_it_stands() {
        let mut checked = Checked::default();
        let asked = checked.address(" Ann.Smith@ACME.Example ");
        assert_eq!(asked.text, "ann.smith@acme.example");
        assert_eq!(
            (asked.domain.as_deref(), asked.invalid),
            (Some("acme.example"), None)
        );
        let asked = checked.address("Ann Smith@ACME");
        assert_eq!((asked.text.as_str(), asked.domain), ("Ann Smith@ACME", None));
        assert_eq!(asked.invalid, Some(InvalidAddress::LocalPart));
        checked.tenant("acme").unwrap();
    }

    #[test]
    fn what_no_directory_can_hold_is_refused_by_its_field() {
        for address in ["a\0@acme.example".to_owned(), "x".repeat(2000)] {
            let mut checked = Checked::default();
            checked.address(&address);
            let status = Status::from(checked.tenant("acme").unwrap_err());
            assert!(status.message().contains("address:"), "{}", status.message());
        }
    }

    #[test]
    fn a_search_is_folded_as_addresses_are() {
        assert_eq!(Checked::default().search(" Ann_%\\@ACME "), "ann_%\\@acme");
    }
}
