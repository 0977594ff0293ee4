//! `rollcall explain`.

use rollcall_client::{Client, Service, view::ExplanationView};
use rollcall_proto::v1::ExplainAddressRequest;

use crate::{args::Explain, error::Error, exit::Exit, output::Output, table, tenant};

/// Explains why an address is in the portal, or is not.
pub(crate) async fn run(client: &Client, explain: Explain, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Results);
    let request = ExplainAddressRequest {
        tenant_id: explain.tenant.clone(),
        address: explain.address,
    };
    let answer = client
        .results()
        .await?
        .explain_address(request)
        .await
        .map_err(failed)?
        .into_inner();
    if answer.read.is_none() && answer.account.is_none() {
        tenant::check_known(client, &explain.tenant).await?;
    }
    let view = ExplanationView::from(&answer);
    output.answer(&view, |look| table::explanation(&view, look))?;
    Ok(Exit::Success)
}
