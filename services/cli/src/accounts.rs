//! `rollcall accounts`.

use rollcall_proto::v1::ListAccountsRequest;

use crate::{
    args::{ListAccounts, Service},
    client::Client,
    error::Error,
    exit::Exit,
    output::Output,
    pages::fetch,
    table,
    view::{AccountList, AccountView},
};

/// Lists a tenant's live accounts.
pub async fn list(client: &Client, list: ListAccounts, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let fetched = fetch(list.limit, async |page_size, page_token| {
        let (tenant_id, search) = (list.tenant.clone(), list.search.clone());
        let request = ListAccountsRequest {
            tenant_id,
            search,
            page_size,
            page_token,
        };
        let page = results
            .list_accounts(request)
            .await
            .map_err(&failed)?
            .into_inner();
        Ok((page.accounts, page.next_page_token))
    })
    .await?;
    let accounts = fetched.entries.iter().map(AccountView::from).collect();
    let view = AccountList {
        accounts,
        more: fetched.more,
    };
    output.answer(&view, |width| {
        table::and_more(table::accounts(&view.accounts, width), view.more)
    })?;
    Ok(Exit::Success)
}
