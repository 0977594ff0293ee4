//! A tenant of its own for each test, with the calls that the portal's backend makes for it.

mod acting;
mod asking;
pub mod portal;

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use rollcall_proto::v1::{
    Account, CancelRunRequest, Directory, Domain, ExportCsvRequest, GetRunRequest, ListAccountsRequest,
    ListRowsRequest, PreviewUsersRequest, PutDomainsRequest, PutSettingsRequest, Row, Run, RunState,
    Schedule, Settings, Verdict, WatchRunRequest,
};
use rollcall_testbed::{Endpoints, directory::Object};
use tonic::Status;

use crate::{Clients, person};

/// One customer of the portal, that no other test knows.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its id: a word for the test, and something unique.
    pub id: String,
    /// Its first domain.
    pub domain: String,
    /// The portal backend's clients.
    pub clients: Clients,
}

impl Tenant {
    /// A tenant that the stack has never heard of.
    pub async fn unknown(endpoints: &Endpoints, word: &str) -> Result<Self> {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let id = format!("{word}-{}", &unique[..10]);
        let domain = format!("{}.example", &unique[10..20]);
        Ok(Self {
            id,
            domain,
            clients: Clients::connect(endpoints).await?,
        })
    }

    /// A tenant whose one domain is registered.
    pub async fn registered(endpoints: &Endpoints, word: &str) -> Result<Self> {
        let tenant = Self::unknown(endpoints, word).await?;
        tenant.put_domains(&[(&tenant.domain, "")]).await?;
        Ok(tenant)
    }

    /// An address in the tenant's first domain.
    pub fn address(&self, local: &str) -> String {
        format!("{local}@{}", self.domain)
    }

    /// A domain below the tenant's first one.
    pub fn subdomain(&self, name: &str) -> String {
        format!("{name}.{}", self.domain)
    }

    /// A user whose primary address, in the tenant's first domain, has its name.
    pub fn person(&self, name: &str) -> Object {
        person(name).primary(&self.address(name))
    }

    /// Replaces the tenant's domains: name, and what it is an alias of.
    pub async fn put_domains(&self, domains: &[(&str, &str)]) -> Result<Vec<Domain>, Status> {
        let domains = domains
            .iter()
            .map(|(name, alias_of)| Domain {
                name: (*name).to_owned(),
                alias_of: (*alias_of).to_owned(),
            })
            .collect();
        let request = PutDomainsRequest {
            tenant_id: self.id.clone(),
            domains,
            ..PutDomainsRequest::default()
        };
        Ok(self
            .clients
            .accounts
            .clone()
            .put_domains(request)
            .await?
            .into_inner()
            .domains)
    }

    /// Settings that read `directory`, with nothing else said.
    pub fn settings(&self, directory: Directory) -> Settings {
        Settings {
            tenant_id: self.id.clone(),
            directory: Some(directory),
            ..Settings::default()
        }
    }

    /// Saves settings.
    pub async fn put(&self, settings: Settings) -> Result<Settings, Status> {
        let answer = self
            .clients
            .sync
            .clone()
            .put_settings(PutSettingsRequest {
                settings: Some(settings),
            })
            .await?;
        answer
            .into_inner()
            .settings
            .ok_or_else(|| Status::internal("an answer without settings"))
    }

    /// Saves settings that read `directory`.
    pub async fn put_directory(&self, directory: Directory) -> Result<Settings, Status> {
        self.put(self.settings(directory)).await
    }

    /// Saves settings that read `directory` every so many hours.
    pub async fn put_schedule(&self, directory: Directory, every_hours: i32) -> Result<Settings, Status> {
        let schedule = Some(Schedule {
            every_hours,
            time_zone: String::new(),
        });
        self.put(Settings {
            schedule,
            ..self.settings(directory)
        })
        .await
    }

    /// Asks for a sync and answers its id.
    pub async fn start_sync(&self) -> Result<String, Status> {
        self.start_sync_expecting("").await
    }

    /// Cancels a run.
    pub async fn cancel(&self, run_id: &str) -> Result<(), Status> {
        let request = CancelRunRequest {
            tenant_id: self.id.clone(),
            run_id: run_id.to_owned(),
        };
        self.clients.sync.clone().cancel_run(request).await.map(drop)
    }

    /// Asks for a preview and answers its id.
    pub async fn start_preview(&self) -> Result<String, Status> {
        let request = PreviewUsersRequest {
            tenant_id: self.id.clone(),
        };
        Ok(self
            .clients
            .sync
            .clone()
            .preview_users(request)
            .await?
            .into_inner()
            .run_id)
    }

    /// Follows a run to its end, whatever that is.
    pub async fn ended(&self, run_id: &str) -> Result<Run> {
        let request = WatchRunRequest {
            tenant_id: self.id.clone(),
            run_id: run_id.to_owned(),
        };
        let mut changes = self
            .clients
            .results
            .clone()
            .watch_run(request)
            .await?
            .into_inner();
        let mut last = None;
        while let Some(change) = changes.next().await {
            last = change?.run;
        }
        last.context("the watch of the run ended without telling the run")
    }

    /// A sync that succeeds.
    pub async fn sync(&self) -> Result<Run> {
        let run = self.ended(&self.start_sync().await?).await?;
        ensure!(run.state() == RunState::Succeeded, "the sync ended as {run:?}");
        Ok(run)
    }

    /// A preview that succeeds.
    pub async fn preview(&self) -> Result<Run> {
        let run = self.ended(&self.start_preview().await?).await?;
        ensure!(run.state() == RunState::Succeeded, "the preview ended as {run:?}");
        Ok(run)
    }

    /// A sync that fails.
    pub async fn failed_sync(&self) -> Result<Run> {
        let run = self.ended(&self.start_sync().await?).await?;
        ensure!(run.state() == RunState::Failed, "the sync ended as {run:?}");
        Ok(run)
    }

    /// A run as it is now.
    pub async fn run(&self, run_id: &str) -> Result<Run, Status> {
        let request = GetRunRequest {
            tenant_id: self.id.clone(),
            run_id: run_id.to_owned(),
        };
        let answer = self.clients.results.clone().get_run(request).await?;
        answer
            .into_inner()
            .run
            .ok_or_else(|| Status::internal("an answer without a run"))
    }

    /// All rows of a run, page by page.
    pub async fn rows(&self, run_id: &str) -> Result<Vec<Row>, Status> {
        let mut request = ListRowsRequest {
            tenant_id: self.id.clone(),
            run_id: run_id.to_owned(),
            page_size: 100,
            ..ListRowsRequest::default()
        };
        let mut rows = Vec::new();
        loop {
            let page = self
                .clients
                .results
                .clone()
                .list_rows(request.clone())
                .await?
                .into_inner();
            rows.extend(page.rows);
            if page.next_page_token.is_empty() {
                return Ok(rows);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// A run's CSV, whole, without its byte order mark, which must be there.
    pub async fn csv(&self, run_id: &str) -> Result<String> {
        let request = ExportCsvRequest {
            tenant_id: self.id.clone(),
            run_id: run_id.to_owned(),
            verdicts: Vec::new(),
        };
        let mut parts = self
            .clients
            .results
            .clone()
            .export_csv(request)
            .await?
            .into_inner();
        let mut file = Vec::new();
        while let Some(part) = parts.next().await {
            file.extend(part?.data);
        }
        let text = String::from_utf8(file)?;
        let text = text.strip_prefix('\u{feff}').context("a byte order mark")?;
        Ok(text.to_owned())
    }

    /// The tenant's live accounts, page by page.
    pub async fn accounts(&self) -> Result<Vec<Account>, Status> {
        let mut request = ListAccountsRequest {
            tenant_id: self.id.clone(),
            page_size: 100,
            ..ListAccountsRequest::default()
        };
        let mut accounts = Vec::new();
        loop {
            let page = self
                .clients
                .results
                .clone()
                .list_accounts(request.clone())
                .await?
                .into_inner();
            accounts.extend(page.accounts);
            if page.next_page_token.is_empty() {
                return Ok(accounts);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The live account that has an address, if one does.
    pub async fn account_of(&self, address: &str) -> Result<Option<Account>, Status> {
        let accounts = self.accounts().await?;
        Ok(accounts
            .into_iter()
            .find(|account| account.addresses.iter().any(|a| a.address == address)))
    }
}

/// Rows in short: address, verdict and reason, sorted; for comparing and for reading.
pub fn in_short(rows: &[Row]) -> Vec<(String, Verdict, String)> {
    let mut short: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.address.clone(),
                row.verdict(),
                row.reason()
                    .as_str_name()
                    .trim_start_matches("REASON_")
                    .to_owned(),
            )
        })
        .collect();
    short.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.2.cmp(&b.2)));
    short
}
