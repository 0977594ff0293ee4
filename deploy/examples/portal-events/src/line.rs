//! An event in a line.

use rollcall_proto::v1::{PortalEvent, portal_event::Event};

/// Tenant, sequence, the event's name, and whom or what it is about.
pub(crate) fn describe(name: &str, event: &PortalEvent) -> String {
    let PortalEvent {
        tenant_id, sequence, ..
    } = event;
    format!("{tenant_id} {sequence} {name} {}", about(event))
}

fn about(event: &PortalEvent) -> String {
    match &event.event {
        Some(Event::Account(account)) => {
            let address = account
                .account
                .as_ref()
                .map(|account| account.primary_address.as_str());
            let welcome = if account.send_welcome { " welcome" } else { "" };
            format!("{}{welcome}", address.unwrap_or("-"))
        }
        Some(Event::Run(run)) => format!("{} {}", run.run_id, run.state().as_str_name()),
        Some(Event::SchedulePaused(paused)) => paused.reason().as_str_name().to_owned(),
        None => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::{Account, AccountEvent, PausedReason, SchedulePaused};

    use super::*;

    fn event(event: Event) -> PortalEvent {
        PortalEvent {
            tenant_id: "acme".into(),
            sequence: 7,
            event: Some(event),
            ..PortalEvent::default()
        }
    }

    #[test]
    fn a_new_user_to_welcome_is_marked() {
        let account = Account {
            primary_address: "ann@acme.example".into(),
            ..Account::default()
        };
        let mut account = AccountEvent {
            account: Some(account),
            send_welcome: true,
        };
        let created =
            |account: &AccountEvent| describe("account.created", &event(Event::Account(account.clone())));
        assert_eq!(
            created(&account),
            "acme 7 account.created ann@acme.example welcome"
        );
        account.send_welcome = false;
        assert_eq!(created(&account), "acme 7 account.created ann@acme.example");
    }

    #[test]
    fn a_schedule_that_is_paused_says_why() {
        let paused = SchedulePaused {
            reason: PausedReason::Reverted.into(),
        };
        assert_eq!(
            describe("schedule.paused", &event(Event::SchedulePaused(paused))),
            "acme 7 schedule.paused PAUSED_REASON_REVERTED"
        );
    }
}
