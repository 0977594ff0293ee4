//! An account as a message.

use jiff::Timestamp;
use rollcall_domain::plan::AccountState;
use rollcall_proto::v1;
use rollcall_terms::{Twin as _, time};

/// An account as the portal sees it; `now` is the time of its removal, if it was removed.
pub(crate) fn account_message(account: &AccountState, now: Timestamp) -> v1::Account {
    let primary = account.primary().map(|primary| &primary.address);
    v1::Account {
        account_id: account.id.to_string(),
        primary_address: primary.map(ToString::to_string).unwrap_or_default(),
        addresses: account
            .addresses
            .iter()
            .map(|state| v1::AccountAddress {
                address: state.address.to_string(),
                address_type: state.address_type.message().into(),
                origin: state.origin.message().into(),
                stale_since: state.stale_since.map(time::to_proto),
            })
            .collect(),
        r#type: account.object_type.message().into(),
        origin: account.origin.message().into(),
        hsr_enabled: account.hsr_enabled,
        is_protected: account.is_protected,
        last_name: account.last_name().to_owned(),
        stale_since: account.stale_since.map(time::to_proto),
        remove_time: account.removed.then(|| time::to_proto(now)),
    }
}
