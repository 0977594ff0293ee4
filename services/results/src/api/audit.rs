//! Lists of records of acts.

use rollcall_chassis::status::ApiError;
use rollcall_proto::v1::{self, AuditRecord};

use super::{Api, request::Checked};
use crate::{
    page::{self, Query},
    store::{AuditFilter, Listed},
};

/// A page that is asked for.
struct Asked {
    filter: AuditFilter,
    size: usize,
    token: String,
}

/// Records and the token of the next page.
type Page = (Vec<AuditRecord>, String);

impl Api {
    /// A page of a tenant's records.
    pub(super) async fn audit_of_tenant(&self, request: v1::ListAuditRequest) -> Result<Page, ApiError> {
        let v1::ListAuditRequest {
            tenant_id,
            filter,
            page_size,
            page_token,
        } = request;
        let mut checked = Checked::default();
        let asked = asked(&mut checked, filter, page_size, page_token);
        let tenant_id = checked.tenant(&tenant_id)?;
        let page = self.audit_page(Some(&tenant_id), "ListAudit", asked).await?;
        if page.0.is_empty() && !self.has_records(&tenant_id).await? {
            self.store.check_known(&tenant_id).await?;
        }
        Ok(page)
    }

    /// True if the tenant has any record. One whose calls were all refused has nothing else.
    async fn has_records(&self, tenant_id: &str) -> Result<bool, ApiError> {
        let any = AuditFilter::default();
        let newest = self.store.audit(Some(tenant_id), &any, None, 1).await?;
        Ok(!newest.is_empty())
    }

    /// A page of all records.
    pub(super) async fn audit_of_all(&self, request: v1::ListFleetAuditRequest) -> Result<Page, ApiError> {
        let v1::ListFleetAuditRequest {
            filter,
            page_size,
            page_token,
        } = request;
        let mut checked = Checked::default();
        let asked = asked(&mut checked, filter, page_size, page_token);
        checked.done()?;
        self.audit_page(None, "ListFleetAudit", asked).await
    }

    async fn audit_page(
        &self,
        tenant_id: Option<&str>,
        method: &'static str,
        asked: Asked,
    ) -> Result<Page, ApiError> {
        let Asked { filter, size, token } = asked;
        let query = query(method, tenant_id, &filter);
        let after = query.position(&token)?;
        let mut listed = self.store.audit(tenant_id, &filter, after, size + 1).await?;
        let next = page::cut(
            &mut listed,
            size,
            &query,
            |listed| &listed.record,
            |listed| listed.position.clone(),
        );
        let records = listed.into_iter().map(|Listed { record, .. }| record);
        Ok((records.collect(), next))
    }
}

fn asked(checked: &mut Checked, filter: Option<v1::AuditFilter>, size: i32, token: String) -> Asked {
    Asked {
        filter: checked.audit_filter(filter.unwrap_or_default()),
        size: checked.page_size(size, 100),
        token,
    }
}

fn query(method: &'static str, tenant_id: Option<&str>, filter: &AuditFilter) -> Query {
    let AuditFilter {
        start,
        end,
        method: of_method,
        caller,
        actor,
        run,
    } = filter;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let times = [start, end].map(|time| time.map(|time| time.to_string()).unwrap_or_default());
    let run = run.map(|run| run.to_string()).unwrap_or_default();
    let texts = [of_method, caller, actor].map(text);
    times.iter().chain(&texts).chain([&run]).fold(
        Query::new(method, tenant_id.unwrap_or_default()),
        |query, parameter| query.with(parameter),
    )
}
