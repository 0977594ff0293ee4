//! `rollcall accounts` and `rollcall account`.

mod edit;

use rollcall_client::{
    Client, Fetched, Service, fetch,
    view::{AccountList, AccountView},
};
use rollcall_proto::v1::{
    Account, ListAccountsRequest, PutAccountRequest, RemoveAccountRequest, RestoreAccountRequest,
    SetProtectedRequest,
};

use crate::{
    args::{AccountCommand, EditAccount, Limit, ListAccounts, NamedAccount},
    error::Error,
    exit::Exit,
    output::Output,
    table::{self, Shown},
};

/// Lists a tenant's accounts, live or removed.
pub(crate) async fn list(client: &Client, list: ListAccounts, output: &mut Output) -> Result<Exit, Error> {
    let fetched = find(client, &list).await?;
    let accounts = fetched.entries.iter().map(AccountView::from).collect();
    let view = AccountList {
        accounts,
        more: fetched.more,
    };
    output.answer(&view, |look| {
        Shown::from(table::accounts(&view.accounts, look)).with(table::and_more(view.more))
    })?;
    Ok(Exit::Success)
}

/// Makes, changes, removes, restores or protects an account.
pub(crate) async fn run(
    client: &Client,
    command: AccountCommand,
    output: &mut Output,
) -> Result<Exit, Error> {
    let changed = match command {
        AccountCommand::Put(edit) => put(client, edit).await?,
        AccountCommand::Remove(named) => remove(client, named).await?,
        AccountCommand::Restore(named) => restore(client, named).await?,
        AccountCommand::Protect(protect) => self::protect(client, protect.account, !protect.off).await?,
    };
    let account = changed.ok_or(Error::incomplete(Service::Reconcile, "the account"))?;
    let view = AccountView::from(&account);
    output.answer(&view, |look| table::account(&view, look))?;
    Ok(Exit::Success)
}

async fn put(client: &Client, edit: EditAccount) -> Result<Option<Account>, Error> {
    let before = match account(client, &edit.account, false).await {
        Ok(account) => Some(account),
        Err(Error::NoSuchAccount { .. }) if is_address(&edit.account.account) => None,
        Err(error) => return Err(error),
    };
    let request = PutAccountRequest {
        tenant_id: edit.account.tenant.clone(),
        account: Some(edit::apply(edit, before)),
    };
    let answer = client.reconcile().await?.put_account(request).await;
    Ok(answer
        .map_err(client.failed(Service::Reconcile))?
        .into_inner()
        .account)
}

async fn remove(client: &Client, named: NamedAccount) -> Result<Option<Account>, Error> {
    let request = RemoveAccountRequest {
        account_id: account_id(client, &named, false).await?,
        tenant_id: named.tenant,
    };
    let answer = client.reconcile().await?.remove_account(request).await;
    Ok(answer
        .map_err(client.failed(Service::Reconcile))?
        .into_inner()
        .account)
}

async fn restore(client: &Client, named: NamedAccount) -> Result<Option<Account>, Error> {
    let request = RestoreAccountRequest {
        account_id: account_id(client, &named, true).await?,
        tenant_id: named.tenant,
    };
    let answer = client.reconcile().await?.restore_account(request).await;
    Ok(answer
        .map_err(client.failed(Service::Reconcile))?
        .into_inner()
        .account)
}

async fn protect(client: &Client, named: NamedAccount, is_protected: bool) -> Result<Option<Account>, Error> {
    let request = SetProtectedRequest {
        account_id: account_id(client, &named, false).await?,
        tenant_id: named.tenant,
        is_protected,
    };
    let answer = client.reconcile().await?.set_protected(request).await;
    Ok(answer
        .map_err(client.failed(Service::Reconcile))?
        .into_inner()
        .account)
}

fn is_address(named: &str) -> bool {
    named.contains('@')
}

/// The id of an account that is named by it or by one of its addresses.
async fn account_id(client: &Client, named: &NamedAccount, removed: bool) -> Result<String, Error> {
    if is_address(&named.account) {
        Ok(account(client, named, removed).await?.account_id)
    } else {
        Ok(named.account.clone())
    }
}

/// The one account that is named, live or removed.
async fn account(client: &Client, named: &NamedAccount, removed: bool) -> Result<Account, Error> {
    let wanted = named.account.trim().to_lowercase();
    let by_address = is_address(&wanted);
    let list = ListAccounts {
        tenant: named.tenant.clone(),
        search: if by_address { wanted.clone() } else { String::new() },
        removed,
        limit: Limit { limit: 1, all: true },
    };
    let is_meant = |account: &Account| {
        account.account_id == wanted || account.addresses.iter().any(|entry| entry.address == wanted)
    };
    let mut found = find(client, &list).await?.entries;
    found.retain(is_meant);
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::NoSuchAccount {
            tenant: named.tenant.clone(),
            account: named.account.clone(),
            removed,
        }),
        several => Err(Error::SeveralAccounts {
            account: named.account.clone(),
            ids: several.iter().map(|account| account.account_id.clone()).collect(),
        }),
    }
}

async fn find(client: &Client, list: &ListAccounts) -> Result<Fetched<Account>, Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let fetched = fetch(list.limit.most(), async |page_size, page_token| {
        let request = ListAccountsRequest {
            tenant_id: list.tenant.clone(),
            search: list.search.clone(),
            page_size,
            page_token,
            removed: list.removed,
        };
        let page = results
            .list_accounts(request)
            .await
            .map_err(&failed)?
            .into_inner();
        Ok((page.accounts, page.next_page_token))
    })
    .await?;
    Ok(fetched)
}
