//! The portal's writes to its own data.

use rollcall_proto::v1::{
    Account, AccountAddress, ListAccountsRequest, ObjectType, PutAccountRequest, RemoveAccountRequest,
    RestoreAccountRequest, SetProtectedRequest,
};
use tonic::Status;

use super::Tenant;

/// A manual user, as entered in the portal: a primary address and aliases.
pub fn manual_account(primary: &str, aliases: &[&str]) -> Account {
    Account {
        primary_address: primary.to_owned(),
        addresses: aliases
            .iter()
            .map(|address| AccountAddress {
                address: (*address).to_owned(),
                ..AccountAddress::default()
            })
            .collect(),
        r#type: ObjectType::User.into(),
        ..Account::default()
    }
}

fn answered(account: Option<Account>) -> Result<Account, Status> {
    account.ok_or_else(|| Status::internal("an answer without an account"))
}

impl Tenant {
    /// Makes a manual account, or changes an account.
    pub async fn put_account(&self, account: Account) -> Result<Account, Status> {
        let request = PutAccountRequest {
            tenant_id: self.id.clone(),
            account: Some(account),
        };
        let answer = self.clients.accounts.clone().put_account(request).await?;
        answered(answer.into_inner().account)
    }

    /// Removes an account.
    pub async fn remove_account(&self, account_id: &str) -> Result<Account, Status> {
        let request = RemoveAccountRequest {
            tenant_id: self.id.clone(),
            account_id: account_id.to_owned(),
        };
        let answer = self.clients.accounts.clone().remove_account(request).await?;
        answered(answer.into_inner().account)
    }

    /// Makes a removed account live again.
    pub async fn restore_account(&self, account_id: &str) -> Result<Account, Status> {
        let request = RestoreAccountRequest {
            tenant_id: self.id.clone(),
            account_id: account_id.to_owned(),
        };
        let answer = self.clients.accounts.clone().restore_account(request).await?;
        answered(answer.into_inner().account)
    }

    /// Protects an account, or ends its protection.
    pub async fn protect(&self, account_id: &str, is_protected: bool) -> Result<Account, Status> {
        let request = SetProtectedRequest {
            tenant_id: self.id.clone(),
            account_id: account_id.to_owned(),
            is_protected,
        };
        let answer = self.clients.accounts.clone().set_protected(request).await?;
        answered(answer.into_inner().account)
    }

    /// The first thousand removed accounts that can be restored.
    pub async fn removed_accounts(&self) -> Result<Vec<Account>, Status> {
        let request = ListAccountsRequest {
            tenant_id: self.id.clone(),
            page_size: 1_000,
            removed: true,
            ..ListAccountsRequest::default()
        };
        let answer = self.clients.results.clone().list_accounts(request).await?;
        Ok(answer.into_inner().accounts)
    }

    /// The primary addresses of all live accounts, in their order.
    pub async fn primaries(&self) -> Result<Vec<String>, Status> {
        let accounts = self.accounts().await?;
        Ok(accounts
            .into_iter()
            .map(|account| account.primary_address)
            .collect())
    }
}
