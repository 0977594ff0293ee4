//! Records of acts.

use rollcall_client::view::{AuditDetailView, AuditView};

use super::{Look, count, filled, text};

const OK: &str = "OK";

/// Records, one a row, with the tenant if there are several.
pub(crate) fn audit(records: &[AuditView], of_all: bool, look: &Look) -> String {
    if records.is_empty() {
        return "No records.".to_owned();
    }
    let rows = records.iter().map(|record| {
        let tenant = record.tenant_id.clone().filter(|_| of_all);
        [
            look.at_or_dash(record.time.as_deref()),
            tenant.unwrap_or_default(),
            by(record),
            sentence(record) + &details(record),
        ]
    });
    text(filled(["time", "tenant", "by", "act"], rows.collect(), look))
}

/// The person, and the caller through which the act was done.
fn by(record: &AuditView) -> String {
    match &record.actor {
        Some(actor) => format!("{actor} ({})", record.caller),
        None => record.caller.clone(),
    }
}

fn sentence(record: &AuditView) -> String {
    if record.outcome != OK {
        return refused(record);
    }
    let run = record.run_id.as_deref().unwrap_or("-");
    let account = value(record, "account_id").unwrap_or("-");
    match record.method.as_str() {
        "PutSettings" => "Saved the settings".to_owned(),
        "DeleteSettings" => "Deleted the settings and the credential".to_owned(),
        "ResumeSchedule" => "Resumed the schedule".to_owned(),
        "SyncNow" => format!("Requested sync {run}"),
        "PreviewUsers" => format!("Requested preview {run}"),
        "ApproveRun" => format!("Approved run {run}{}", started(record)),
        "RevertRun" => format!("Reverted run {run}{}", started(record)),
        "CancelRun" => format!("Cancelled run {run}"),
        "TestConnection" => "Tested a connection".to_owned(),
        "PauseFleet" => format!("Paused {} of all tenants", parts(record)),
        "ResumeFleet" => format!("Resumed {} of all tenants", parts(record)),
        "PutDomains" => "Replaced the domains".to_owned(),
        "PutAccount" => format!("Saved account {account}"),
        "RemoveAccount" => format!("Removed account {account}"),
        "RestoreAccount" => format!("Restored account {account}"),
        "SetProtected" => format!("Set the protection of account {account}"),
        "ExportCsv" => format!("Exported run {run} as CSV"),
        other => format!("Called {other}"),
    }
}

fn refused(record: &AuditView) -> String {
    let AuditView {
        method,
        outcome,
        calls,
        ..
    } = record;
    match (outcome.as_str(), *calls) {
        ("NOT_RECORDED", calls) => format!("{} refused without a record of its own", count(calls, "call")),
        (_, 1) => format!("{method} was refused: {outcome}"),
        (_, calls) => format!("{} of {method} refused: {outcome}", count(calls, "more call")),
    }
}

fn started(record: &AuditView) -> String {
    let run = value(record, "started_run_id");
    run.map(|run| format!(" as run {run}")).unwrap_or_default()
}

fn parts(record: &AuditView) -> String {
    let named = ["schedules", "removals"].into_iter();
    let named: Vec<_> = named.filter(|part| value(record, part).is_some()).collect();
    format!("the {}", named.join(" and the "))
}

fn value<'a>(record: &'a AuditView, name: &str) -> Option<&'a str> {
    let detail = record.details.iter().find(|detail| detail.name == name)?;
    detail.value.as_deref()
}

/// Details that the sentence does not say.
fn details(record: &AuditView) -> String {
    const SAID: [&str; 4] = ["account_id", "started_run_id", "schedules", "removals"];
    let others = record
        .details
        .iter()
        .filter(|detail| !SAID.contains(&detail.name.as_str()));
    let others: Vec<_> = others.map(detail).collect();
    if others.is_empty() {
        String::new()
    } else {
        format!(": {}", others.join("; "))
    }
}

fn detail(detail: &AuditDetailView) -> String {
    let AuditDetailView {
        name,
        value,
        old_value,
    } = detail;
    match (old_value, value) {
        (Some(old), Some(new)) => format!("{name} {new} (was {old})"),
        (Some(old), None) => format!("{name} cleared (was {old})"),
        (None, Some(new)) => format!("{name} {new}"),
        (None, None) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(method: &str, outcome: &str, details: &[(&str, &str, &str)]) -> AuditView {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let details = details.iter().map(|(name, old, value)| AuditDetailView {
            name: (*name).to_owned(),
            value: given(value),
            old_value: given(old),
        });
        AuditView {
            time: Some("2027-01-31T12:00:00.123456Z".to_owned()),
            caller: "portal.rollcall".to_owned(),
            actor: Some("ann".to_owned()),
            tenant_id: Some("acme".to_owned()),
            method: method.to_owned(),
            details: details.collect(),
            run_id: Some("R1".to_owned()),
            outcome: outcome.to_owned(),
            calls: 1,
            ..AuditView::default()
        }
    }

    fn said(record: &AuditView) -> String {
        sentence(record) + &details(record)
    }

    #[test]
    fn an_act_reads_as_a_sentence() {
        let approved = record("ApproveRun", "OK", &[("started_run_id", "", "R2")]);
        assert_eq!(said(&approved), "Approved run R1 as run R2");
        let paused = record(
            "PauseFleet",
            "OK",
            &[
                ("schedules", "", "true"),
                ("removals", "", "true"),
                ("note", "", "moving"),
            ],
        );
        assert_eq!(
            said(&paused),
            "Paused the schedules and the removals of all tenants: note moving"
        );
        let saved = record(
            "PutSettings",
            "OK",
            &[
                ("directory.filter", "(a=*)", "(b=*)"),
                ("schedule.every_hours", "5", ""),
                ("directory.bind_password", "", "kept"),
            ],
        );
        assert_eq!(
            said(&saved),
            "Saved the settings: directory.filter (b=*) (was (a=*)); schedule.every_hours cleared (was 5); \
             directory.bind_password kept"
        );
        let domains = record("PutDomains", "OK", &[("added", "", "a.example, b.example")]);
        assert_eq!(said(&domains), "Replaced the domains: added a.example, b.example");
    }

    #[test]
    fn a_refusal_says_what_was_refused_and_how_often() {
        let mut refused = record("ApproveRun", "NOT_HELD", &[]);
        assert_eq!(said(&refused), "ApproveRun was refused: NOT_HELD");
        refused.calls = 7;
        assert_eq!(said(&refused), "7 more calls of ApproveRun refused: NOT_HELD");
    }

    #[test]
    fn a_list_names_the_tenant_only_where_there_are_several() {
        let records = [record("CancelRun", "OK", &[])];
        let look = Look::default();
        assert_eq!(audit(&[], true, &look), "No records.");
        let of_all = audit(&records, true, &look);
        assert!(
            of_all.contains("acme") && of_all.contains("ann (portal.rollcall)"),
            "{of_all}"
        );
        assert!(of_all.contains("2027-01-31 12:00:00Z"), "{of_all}");
        assert!(!audit(&records, false, &look).contains("acme"));
    }
}
