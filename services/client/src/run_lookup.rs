//! Looks up one run of a tenant.

use rollcall_proto::v1::{GetRunRequest, ListRunsRequest, Run};

use crate::{Client, Error, Newest, Service};

/// Number of runs among which the newest of a kind is looked for.
const LOOK_BACK: i32 = 1000;

/// A run as it is now.
pub async fn get_run(client: &Client, tenant: &str, run_id: &str) -> Result<Run, Error> {
    let request = GetRunRequest {
        tenant_id: tenant.to_owned(),
        run_id: run_id.to_owned(),
    };
    let answer = client.results().await?.get_run(request).await;
    let answer = answer.map_err(client.failed(Service::Results))?.into_inner();
    answer.run.ok_or(Error::Incomplete {
        service: Service::Results,
        what: "the run",
    })
}

/// A tenant's newest run of those that are meant.
pub async fn newest_run(client: &Client, tenant: &str, meant: Newest) -> Result<Run, Error> {
    let request = ListRunsRequest {
        tenant_id: tenant.to_owned(),
        page_size: if meant == Newest::Any { 1 } else { LOOK_BACK },
        page_token: String::new(),
    };
    let answer = client.results().await?.list_runs(request).await;
    let page = answer.map_err(client.failed(Service::Results))?.into_inner();
    let found = page.runs.into_iter().find(|run| meant.is_meant(run));
    found.ok_or_else(|| Error::NoRunYet {
        tenant: tenant.to_owned(),
        meant,
    })
}
