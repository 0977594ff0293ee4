//! The known facts of one address: `results.domain` and `results.address_change`, besides accounts and rows.

use rollcall_domain::{Days, Periods};
use rollcall_proto::v1::{DomainStanding, Row, Verdict};

use super::*;

#[tokio::test]
async fn a_domain_is_the_tenants_or_an_alias_and_one_of_another_tenant_is_like_one_of_nobody() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .as_reconcile(
            "INSERT INTO portal.domain (name, tenant_id, alias_of)
             VALUES ('acme.example', 'acme', NULL), ('alias.example', 'acme', 'acme.example'), ('other.example', 'other', NULL)",
        )
        .await?;
    for (domain, expected) in [
        ("acme.example", DomainStanding::Own),
        ("alias.example", DomainStanding::OwnAlias),
        ("other.example", DomainStanding::NotRegistered),
        ("free.example", DomainStanding::NotRegistered),
    ] {
        let address = format!("ann@{domain}");
        let facts = ground
            .store
            .facts("acme", &address, Some(domain))
            .await
            .map_err(refused)?;
        assert_eq!(facts.standing, expected, "{domain}");
    }
    Ok(())
}

#[tokio::test]
async fn an_address_has_its_account_its_rows_and_its_last_change() -> Result<()> {
    let ground = Ground::new().await?;
    ground.account(&["ann@acme.example"], false).await?;
    ground.account(&["ann@acme.example"], true).await?;
    let first = ground
        .applied(1, &[("ann@acme.example", "ADD", Some("KEEP"))])
        .await?;
    ground.applied(2, &[]).await?;
    let facts = ground
        .store
        .facts("acme", "ann@acme.example", Some("acme.example"))
        .await
        .map_err(refused)?;
    assert!(facts.account.is_some());
    assert_eq!(facts.removed_accounts.len(), 1);
    assert_eq!(
        facts.rows.iter().map(Row::verdict).collect::<Vec<_>>(),
        [Verdict::Keep]
    );
    let (run, row) = facts.last_change.unwrap_or_default();
    assert_eq!(
        (run.run_id, row.verdict()),
        (first.run_id.to_string(), Verdict::Add)
    );
    Ok(())
}

#[tokio::test]
async fn periods_are_those_of_reconcile_and_the_usual_ones_until_it_has_started() -> Result<()> {
    let ground = Ground::new().await?;
    let facts = ground
        .store
        .facts("acme", "ann@acme.example", None)
        .await
        .map_err(refused)?;
    assert_eq!(facts.periods, Periods::default());
    let configured = "INSERT INTO reconcile.period (preview_days, rows_days, summary_days, removed_days)
                      VALUES (1, 2, 4, 8)";
    ground.as_reconcile(configured).await?;
    let facts = ground
        .store
        .facts("acme", "ann@acme.example", None)
        .await
        .map_err(refused)?;
    let periods = Periods {
        previews: Days(1),
        rows: Days(2),
        summaries: Days(4),
        removed_accounts: Days(8),
    };
    assert_eq!(facts.periods, periods);
    Ok(())
}
