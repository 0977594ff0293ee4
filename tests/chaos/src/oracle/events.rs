//! Events are in order and without gaps, and a portal that is made only of them has the accounts.

use std::collections::BTreeMap;

use anyhow::Result;
use rollcall_e2e::Tenant;
use rollcall_proto::v1::{Account, PortalEvent, portal_event::Event};
use sqlx::PgPool;

use super::Case;

/// Live accounts by id, each as its primary and all addresses with their types.
type Accounts = BTreeMap<String, (String, Vec<String>)>;

pub(super) async fn judge(case: &Case<'_>, tenant: &Tenant) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let heard = case.world.portal.heard(&tenant.id);
    let (rebuilt, last, gaps) = rebuild(&heard);
    if gaps > 0 {
        violations.push(format!("{gaps} events came before those that precede them"));
    }
    let sequence: i64 =
        sqlx::query_scalar("SELECT outbox_sequence FROM reconcile.tenant WHERE tenant_id = $1")
            .bind(&tenant.id)
            .fetch_one(&case.world.database)
            .await?;
    if last != sequence {
        violations.push(format!("the portal heard {last} of {sequence} events"));
    }
    let accounts = live(&case.world.database, tenant).await?;
    if rebuilt != accounts {
        violations.push(format!(
            "a portal made of events has {rebuilt:?}, and the database {accounts:?}"
        ));
    }
    Ok(violations)
}

/// Rebuilds a portal from events: repetitions are passed over, and so are events that come too early.
fn rebuild(heard: &[PortalEvent]) -> (Accounts, i64, usize) {
    let (mut accounts, mut last, mut gaps) = (Accounts::new(), 0, 0);
    for event in heard {
        if event.sequence > last + 1 {
            gaps += 1;
        }
        if event.sequence != last + 1 {
            continue;
        }
        last = event.sequence;
        if let Some(Event::Account(event)) = &event.event
            && let Some(account) = &event.account
        {
            if account.remove_time.is_some() {
                accounts.remove(&account.account_id);
            } else {
                accounts.insert(account.account_id.clone(), in_short(account));
            }
        }
    }
    (accounts, last, gaps)
}

fn in_short(account: &Account) -> (String, Vec<String>) {
    let addresses = account.addresses.iter().map(|one| {
        let address_type = one.address_type().as_str_name();
        format!(
            "{} {}",
            one.address,
            address_type.trim_start_matches("ADDRESS_TYPE_")
        )
    });
    let mut addresses: Vec<String> = addresses.collect();
    addresses.sort();
    (account.primary_address.clone(), addresses)
}

async fn live(database: &PgPool, tenant: &Tenant) -> Result<Accounts> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT a.account_id::text, a.primary_address, d.address || ' ' || d.address_type
         FROM portal.account a JOIN portal.address d USING (tenant_id, account_id)
         WHERE a.tenant_id = $1 AND a.remove_time IS NULL",
    )
    .bind(&tenant.id)
    .fetch_all(database)
    .await?;
    let mut accounts = Accounts::new();
    for (id, primary, address) in rows {
        accounts
            .entry(id)
            .or_insert_with(|| (primary, Vec::new()))
            .1
            .push(address);
    }
    for (_, addresses) in accounts.values_mut() {
        addresses.sort();
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::AccountEvent;

    use super::*;

    fn account_event(sequence: i64, id: &str, removed: bool) -> PortalEvent {
        let account = Account {
            account_id: id.to_owned(),
            remove_time: removed.then(Default::default),
            ..Account::default()
        };
        PortalEvent {
            sequence,
            event: Some(Event::Account(AccountEvent {
                account: Some(account),
                send_welcome: false,
            })),
            ..PortalEvent::default()
        }
    }

    #[test]
    fn repetitions_count_once_and_what_comes_too_early_is_counted_as_a_gap() {
        let heard = [
            account_event(1, "a", false),
            account_event(1, "a", false),
            account_event(3, "c", false),
            account_event(2, "a", true),
            account_event(3, "c", false),
        ];
        let (accounts, last, gaps) = rebuild(&heard);
        assert_eq!((accounts.len(), last, gaps), (1, 3, 1));
        assert!(accounts.contains_key("c"));
    }
}
