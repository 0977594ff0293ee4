//! `rollcall accounts` and `rollcall account`.

mod edit;

use rollcall_client::{
    Client, Fetched, Service, fetch,
    view::{AccountList, AccountView},
};
use rollcall_proto::v1::{
    Account, AccountAddress, ListAccountsRequest, Origin, PutAccountRequest, RemoveAccountRequest,
    RestoreAccountRequest, SetProtectedRequest,
};

use crate::{
    args::{AccountCommand, EditAccount, Limit, ListAccounts, NamedAccount},
    error::Error,
    exit::Exit,
    output::Output,
    table::{self, Shown},
    tenant,
};

/// Lists a tenant's accounts, live or removed.
pub(crate) async fn list(client: &Client, list: ListAccounts, output: &mut Output) -> Result<Exit, Error> {
    let fetched = find(client, &list).await?;
    if fetched.entries.is_empty() {
        tenant::check_known(client, &list.tenant).await?;
    }
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

/// Shows, makes, changes, removes, restores or protects an account.
pub(crate) async fn run(
    client: &Client,
    command: AccountCommand,
    output: &mut Output,
) -> Result<Exit, Error> {
    let mut aside = None;
    let changed = match command {
        AccountCommand::Show { account, removed } => Some(self::account(client, &account, removed).await?),
        AccountCommand::Put(edit) => put(client, edit).await?,
        AccountCommand::Remove(named) => {
            let removed = remove(client, named).await?;
            aside = removed.as_ref().and_then(comes_back);
            removed
        }
        AccountCommand::Restore(named) => restore(client, named).await?,
        AccountCommand::Protect(protect) => self::protect(client, protect.account, !protect.off).await?,
    };
    let account = changed.ok_or(Error::incomplete(Service::Reconcile, "the account"))?;
    let view = AccountView::from(&account);
    output.answer(&view, |look| Shown::from(table::account(&view, look)).with(aside))?;
    Ok(Exit::Success)
}

/// Says that a removal will not last, because the directory still has the account's object.
fn comes_back(removed: &Account) -> Option<String> {
    let in_directory =
        |entry: &AccountAddress| entry.origin() == Origin::Synced && entry.stale_since.is_none();
    removed.addresses.iter().any(in_directory).then(|| {
        "The directory still has its object: the next sync makes the account live again, unless the settings exclude \
         the object or it leaves the directory."
            .to_owned()
    })
}

async fn put(client: &Client, edit: EditAccount) -> Result<Option<Account>, Error> {
    let before = match account(client, &edit.account, false).await {
        Ok(account) => Some(account),
        Err(Error::NoSuchAccount { .. }) if is_address(&edit.account.account) => None,
        Err(error) => return Err(error),
    };
    let tenant_id = edit.account.tenant.clone();
    let (account, given) = edit::apply(edit, before)?;
    let request = PutAccountRequest {
        tenant_id,
        account: Some(account),
    };
    let answer = client.reconcile().await?.put_account(request).await;
    match answer.map_err(client.failed(Service::Reconcile)) {
        Ok(answer) => Ok(answer.into_inner().account),
        Err(call) => Err(Error::Account {
            call: Box::new(call),
            primary: given.primary,
            addresses: given.addresses,
        }),
    }
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
    let wanted = edit::normalised(&named.account);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_removal_of_an_account_that_the_directory_still_has_does_not_last() {
        let mut account = Account {
            addresses: vec![AccountAddress::default()],
            ..Account::default()
        };
        account.addresses[0].set_origin(Origin::Manual);
        assert_eq!(comes_back(&account), None);
        account.addresses[0].set_origin(Origin::Synced);
        assert!(comes_back(&account).is_some_and(|aside| aside.contains("the next sync")));
        account.addresses[0].stale_since = Some(prost_types::Timestamp::default());
        assert_eq!(comes_back(&account), None);
    }
}
