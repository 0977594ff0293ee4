//! `rollcall audit`.

use rollcall_client::{
    Client, Service, fetch,
    view::{AuditList, AuditView},
};
use rollcall_proto::v1::{AuditFilter, AuditRecord, ListAuditRequest, ListFleetAuditRequest};
use rollcall_terms::time::to_proto;

use crate::{
    args::ListAudit,
    error::Error,
    exit::Exit,
    output::Output,
    table::{self, Shown},
};

/// Shows the records of a tenant, or of all.
pub(crate) async fn list(client: &Client, list: ListAudit, output: &mut Output) -> Result<Exit, Error> {
    let filter = AuditFilter {
        start_time: list.since.map(to_proto),
        end_time: list.until.map(to_proto),
        method: list.method.unwrap_or_default(),
        caller: list.caller.unwrap_or_default(),
        actor: list.actor.unwrap_or_default(),
        run_id: list.run.unwrap_or_default(),
    };
    let fetched = fetch(list.limit.most(), async |size, token| {
        page(client, list.tenant.as_ref(), filter.clone(), size, token).await
    })
    .await?;
    let view = AuditList {
        records: fetched.entries.iter().map(AuditView::from).collect(),
        more: fetched.more,
    };
    let of_all = list.tenant.is_none();
    output.answer(&view, |look| {
        Shown::from(table::audit(&view.records, of_all, look)).with(table::and_more(view.more))
    })?;
    Ok(Exit::Success)
}

async fn page(
    client: &Client,
    tenant: Option<&String>,
    filter: AuditFilter,
    page_size: i32,
    page_token: String,
) -> Result<(Vec<AuditRecord>, String), rollcall_client::Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let filter = Some(filter);
    if let Some(tenant_id) = tenant.cloned() {
        let request = ListAuditRequest {
            tenant_id,
            filter,
            page_size,
            page_token,
        };
        let answer = results.list_audit(request).await.map_err(failed)?.into_inner();
        return Ok((answer.records, answer.next_page_token));
    }
    let request = ListFleetAuditRequest {
        filter,
        page_size,
        page_token,
    };
    let answer = results
        .list_fleet_audit(request)
        .await
        .map_err(failed)?
        .into_inner();
    Ok((answer.records, answer.next_page_token))
}
