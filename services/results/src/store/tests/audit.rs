//! Records of acts.

use super::*;
use crate::store::{AuditFilter, Listed};

/// A record of the scheduler's.
async fn note(ground: &Ground, tenant: &str, method: &str, actor: &str) -> Result<()> {
    ground
        .as_scheduler(&format!(
            "INSERT INTO audit.record (caller, actor, tenant_id, method, outcome, details)
             VALUES ('portal', '{actor}', NULLIF('{tenant}', ''), '{method}', 'OK',
                     '[{{\"name\": \"filter\", \"value\": \"(a=*)\", \"old\": \"(b=*)\"}}]')"
        ))
        .await
}

async fn methods(ground: &Ground, tenant: Option<&str>, filter: &AuditFilter) -> Result<Vec<String>> {
    let listed = ground
        .store
        .audit(tenant, filter, None, 100)
        .await
        .map_err(refused)?;
    Ok(listed.into_iter().map(|listed| listed.record.method).collect())
}

#[tokio::test]
async fn records_come_in_pages_the_newest_first_and_none_twice() -> Result<()> {
    let ground = Ground::new().await?;
    for number in 0..7 {
        note(&ground, "acme", &format!("Act{number}"), "ann").await?;
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = ground
            .store
            .audit(Some("acme"), &AuditFilter::default(), after, 3)
            .await
            .map_err(refused)?;
        let Some(last) = page.last() else { break };
        after = Some(last.position.clone());
        seen.extend(page.into_iter().map(|Listed { record, .. }| record.method));
    }
    assert_eq!(seen, ["Act6", "Act5", "Act4", "Act3", "Act2", "Act1", "Act0"]);
    Ok(())
}

#[tokio::test]
async fn a_record_has_all_that_was_written_and_the_time_and_service_of_the_database() -> Result<()> {
    let ground = Ground::new().await?;
    note(&ground, "acme", "PutSettings", "ann").await?;
    let listed = ground
        .store
        .audit(Some("acme"), &AuditFilter::default(), None, 1)
        .await
        .map_err(refused)?;
    let [Listed { record, .. }] = listed.as_slice() else {
        anyhow::bail!("one record");
    };
    assert!(record.time.is_some());
    assert_eq!(
        [
            &record.service,
            &record.caller,
            &record.actor,
            &record.tenant_id,
            &record.outcome
        ],
        ["rollcall_scheduler", "portal", "ann", "acme", "OK"]
    );
    let details = record.details.iter();
    let details: Vec<_> = details.map(|d| [&*d.name, &*d.value, &*d.old_value]).collect();
    assert_eq!(details, [["filter", "(a=*)", "(b=*)"]]);
    Ok(())
}

#[tokio::test]
async fn a_tenant_finds_its_own_records_and_an_operator_those_of_all() -> Result<()> {
    let ground = Ground::new().await?;
    note(&ground, "acme", "PutSettings", "ann").await?;
    note(&ground, "acme", "ApproveRun", "bob").await?;
    note(&ground, "other", "PutDomains", "eve").await?;
    note(&ground, "", "PauseFleet", "operator").await?;
    let any = AuditFilter::default();
    assert_eq!(
        methods(&ground, Some("acme"), &any).await?,
        ["ApproveRun", "PutSettings"]
    );
    let all = methods(&ground, None, &any).await?;
    assert_eq!(all, ["PauseFleet", "PutDomains", "ApproveRun", "PutSettings"]);
    let of_bob = AuditFilter {
        actor: Some("bob".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(methods(&ground, None, &of_bob).await?, ["ApproveRun"]);
    let of_pauses = AuditFilter {
        method: Some("PauseFleet".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(methods(&ground, None, &of_pauses).await?, ["PauseFleet"]);
    assert!(methods(&ground, Some("acme"), &of_pauses).await?.is_empty());
    let later = AuditFilter {
        start: Some("2200-01-01T00:00:00Z".parse()?),
        ..AuditFilter::default()
    };
    assert!(methods(&ground, None, &later).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_page_of_large_records_is_read_no_further_than_it_is_full() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .as_scheduler(
            "INSERT INTO audit.record (caller, tenant_id, method, outcome, details)
             SELECT 'portal', 'acme', 'PutSettings', 'OK',
                    jsonb_build_array(jsonb_build_object('name', 'filter', 'value', repeat('x', 1000000)))
             FROM generate_series(1, 40)",
        )
        .await?;
    let read = ground
        .store
        .audit(Some("acme"), &AuditFilter::default(), None, 40)
        .await
        .map_err(refused)?;
    let bytes = |listed: &Listed| prost::Message::encoded_len(&listed.record);
    assert!(read.len() < 40, "{} records", read.len());
    let page: usize = read.iter().map(bytes).sum();
    assert!(
        page > rollcall_chassis::grpc::page::BYTES,
        "a page is full: {page}"
    );
    Ok(())
}
