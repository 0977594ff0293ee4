//! Explanation of why an address is in the portal, or is not.

use rollcall_proto::v1;
use serde::Serialize;

use super::{AccountView, RowView, RunView, name};

/// Everything that is known of an address.
#[derive(Debug, Serialize)]
pub struct ExplanationView {
    pub address: String,
    pub explanation: String,
    pub domain_standing: Option<&'static str>,
    pub read: Option<RunView>,
    pub rows: Vec<RowView>,
    pub account: Option<AccountView>,
    pub removed_accounts: Vec<AccountView>,
    pub last_change: Option<RunView>,
    pub last_change_row: Option<RowView>,
}

impl From<&v1::ExplainAddressResponse> for ExplanationView {
    fn from(answer: &v1::ExplainAddressResponse) -> Self {
        Self {
            address: answer.address.clone(),
            explanation: answer.explanation.clone(),
            domain_standing: name(answer.domain_standing()),
            read: answer.read.as_ref().map(RunView::from),
            rows: answer.rows.iter().map(RowView::from).collect(),
            account: answer.account.as_ref().map(AccountView::from),
            removed_accounts: answer.removed_accounts.iter().map(AccountView::from).collect(),
            last_change: answer.last_change.as_ref().map(RunView::from),
            last_change_row: answer.last_change_row.as_ref().map(RowView::from),
        }
    }
}
