//! The calls of ResultsService: what is asked, checked; what is known, answered.

mod audit;
mod request;

use std::{pin::Pin, sync::Arc};

use futures::{Stream, StreamExt as _};
use rollcall_chassis::{
    audit::Act,
    clock,
    grpc::{Caller, Shares},
};
use rollcall_proto::v1::{
    Account, ExplainAddressRequest, ExplainAddressResponse, ExportCsvRequest, ExportCsvResponse,
    GetFleetRequest, GetFleetResponse, GetRunRequest, GetRunResponse, ListAccountsRequest,
    ListAccountsResponse, ListAuditRequest, ListAuditResponse, ListFleetAuditRequest, ListFleetAuditResponse,
    ListRowsRequest, ListRowsResponse, ListRunsRequest, ListRunsResponse, Row, Run, WatchRunRequest,
    WatchRunResponse, results_service_server::ResultsService,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    explain,
    export::Exports,
    fleet,
    page::{self, Position},
    store::{AccountFilter, AccountsRead, Store},
    watch::{Changes, Limits, watch},
};

use request::Checked;

type CallResult<T> = Result<Response<T>, Status>;
type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Answers the calls.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) store: Store,
    pub(crate) exports: Exports,
    /// Calls that read something and are over.
    pub(crate) reads: Shares,
    pub(crate) changes: Changes,
    pub(crate) limits: Limits,
    pub(crate) ended: CancellationToken,
}

#[tonic::async_trait]
impl ResultsService for Api {
    type WatchRunStream = Streamed<WatchRunResponse>;
    type ExportCsvStream = Streamed<ExportCsvResponse>;

    async fn get_run(&self, request: Request<GetRunRequest>) -> CallResult<GetRunResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let request = request.into_inner();
        let key = Checked::default().run(&request.tenant_id, &request.run_id)?;
        let run = self.store.run(&key).await?;
        Ok(Response::new(GetRunResponse { run: Some(run) }))
    }

    async fn list_runs(&self, request: Request<ListRunsRequest>) -> CallResult<ListRunsResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let request = request.into_inner();
        let mut checked = Checked::default();
        let size = checked.page_size(request.page_size, 50);
        let tenant_id = checked.tenant(&request.tenant_id)?;
        let query = page::Query::new("ListRuns", &tenant_id);
        let after = query
            .position(&request.page_token)?
            .map(|last| Uuid::from_u128(last.id));
        let mut runs = self.store.runs(&tenant_id, after, size + 1).await?;
        if runs.is_empty() {
            self.store.check_known(&tenant_id).await?;
        }
        let next_page_token = page::cut(&mut runs, size, &query, |run| run, position_of_run);
        Ok(Response::new(ListRunsResponse {
            runs,
            next_page_token,
        }))
    }

    async fn watch_run(&self, request: Request<WatchRunRequest>) -> CallResult<Self::WatchRunStream> {
        let request = request.into_inner();
        let key = Checked::default().run(&request.tenant_id, &request.run_id)?;
        let store = Arc::new(self.store.clone());
        let changes = watch(store, key, &self.changes, self.limits, self.ended.clone()).await?;
        let answers = changes.map(|run| Ok(WatchRunResponse { run: Some(run?) }));
        Ok(Response::new(Box::pin(answers)))
    }

    async fn list_rows(&self, request: Request<ListRowsRequest>) -> CallResult<ListRowsResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let request = request.into_inner();
        let mut checked = Checked::default();
        let filter = checked.rows(&request.verdicts, &request.search);
        let size = checked.page_size(request.page_size, 100);
        let key = checked.run(&request.tenant_id, &request.run_id)?;
        let verdicts = filter
            .verdicts
            .as_ref()
            .map(|verdicts| verdicts.join(","))
            .unwrap_or_default();
        let query = page::Query::new("ListRows", &key.tenant_id)
            .with(&key.run_id.to_string())
            .with(&verdicts)
            .with(&filter.search);
        let after = query.position(&request.page_token)?;
        let rows = self.store.rows(&key, &filter, after, size + 1).await?;
        let mut rows: Vec<(Position, Row)> =
            rows.into_iter().map(|row| (row.position(), row.into())).collect();
        let next_page_token = page::cut(
            &mut rows,
            size,
            &query,
            |(_, row)| row,
            |(position, _)| position.clone(),
        );
        Ok(Response::new(ListRowsResponse {
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            next_page_token,
        }))
    }

    async fn export_csv(&self, request: Request<ExportCsvRequest>) -> CallResult<Self::ExportCsvStream> {
        let act = Act::of(&request).about(&request.get_ref().tenant_id);
        let caller = Caller::from(&request);
        let request = request.into_inner();
        let mut checked = Checked::default();
        let filter = checked.rows(&request.verdicts, "");
        let key = checked.run(&request.tenant_id, &request.run_id)?;
        let chunks = self.exports.begin(&act, caller, &key, &filter).await?;
        Ok(Response::new(Box::pin(chunks)))
    }

    async fn list_accounts(&self, request: Request<ListAccountsRequest>) -> CallResult<ListAccountsResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let request = request.into_inner();
        let mut checked = Checked::default();
        let filter = AccountFilter {
            removed: request.removed,
            search: checked.search(&request.search),
        };
        let size = checked.page_size(request.page_size, 100);
        let tenant_id = checked.tenant(&request.tenant_id)?;
        let query = page::Query::new("ListAccounts", &tenant_id)
            .with(&filter.search)
            .with(if filter.removed { "removed" } else { "" });
        let after = query.position(&request.page_token)?;
        let AccountsRead { mut accounts, full } =
            self.store.accounts(&tenant_id, &filter, after, size + 1).await?;
        if accounts.is_empty() {
            self.store.check_known(&tenant_id).await?;
        }
        let key = |account: &Account| Position {
            text: account.primary_address.clone(),
            id: id(&account.account_id),
        };
        let next_page_token = match accounts.last() {
            Some(last) if full => query.token(&key(last)),
            _ => page::cut(&mut accounts, size, &query, |account| account, key),
        };
        Ok(Response::new(ListAccountsResponse {
            accounts,
            next_page_token,
        }))
    }

    async fn explain_address(
        &self,
        request: Request<ExplainAddressRequest>,
    ) -> CallResult<ExplainAddressResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let request = request.into_inner();
        let mut checked = Checked::default();
        let asked = checked.address(&request.address);
        let tenant_id = checked.tenant(&request.tenant_id)?;
        let facts = self
            .store
            .facts(&tenant_id, &asked.text, asked.domain.as_deref())
            .await?;
        if facts.is_nothing_known() {
            self.store.check_known(&tenant_id).await?;
        }
        // A value of the directory can be asked for even if it is no address.
        if let Some(invalid) = asked.invalid
            && facts.rows.is_empty()
        {
            return Err(request::no_address(invalid).into());
        }
        Ok(Response::new(explain::answer(&asked.text, facts)))
    }

    async fn list_audit(&self, request: Request<ListAuditRequest>) -> CallResult<ListAuditResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let (records, next_page_token) = self.audit_of_tenant(request.into_inner()).await?;
        Ok(Response::new(ListAuditResponse {
            records,
            next_page_token,
        }))
    }

    async fn list_fleet_audit(
        &self,
        request: Request<ListFleetAuditRequest>,
    ) -> CallResult<ListFleetAuditResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let (records, next_page_token) = self.audit_of_all(request.into_inner()).await?;
        Ok(Response::new(ListFleetAuditResponse {
            records,
            next_page_token,
        }))
    }

    async fn get_fleet(&self, request: Request<GetFleetRequest>) -> CallResult<GetFleetResponse> {
        let _turn = self.reads.take(Caller::from(&request)).await?;
        let now = clock::now();
        let fleet = self.store.fleet(fleet::recent_since(now)).await?;
        Ok(Response::new(fleet::answer(now, fleet)))
    }
}

fn position_of_run(run: &Run) -> Position {
    Position {
        text: String::new(),
        id: id(&run.run_id),
    }
}

/// The ids of our own answers are UUIDs.
fn id(text: &str) -> u128 {
    Uuid::parse_str(text).map(|id| id.as_u128()).unwrap_or_default()
}
