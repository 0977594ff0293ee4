//! The known facts of one address: `results.domain` and `results.address_change`, besides accounts and rows.

use rollcall_proto::v1::{DomainStanding, Row, Verdict};

use super::*;

#[tokio::test]
async fn a_domain_is_the_tenants_an_alias_another_tenants_or_nobodys() -> Result<()> {
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
        ("other.example", DomainStanding::OtherTenant),
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
