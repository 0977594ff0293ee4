//! Records of acts: written with the act, and never changed.

use rollcall_stores::Scope;
use sqlx::AssertSqlSafe;

use super::*;

const ROLES: [Role; 3] = [Role::Scheduler, Role::Reconcile, Role::Results];
/// Only the superuser and results read records.
const COUNT: &str = "SELECT count(*) FROM results.audit_record";

async fn records(ground: &Ground) -> Result<i64> {
    let mut results = ground.database.connect(Role::Results, Scope::Fleet).await?;
    Ok(sqlx::query_scalar(COUNT).fetch_one(&mut results).await?)
}

#[tokio::test]
async fn an_act_that_is_not_committed_leaves_no_record() -> Result<()> {
    let ground = Ground::with_schedule(time("2030-01-01T00:00:00Z")?).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change.delete_settings().await?;
    change.record(record("DeleteSettings")).await?;
    drop(change);
    assert_eq!(records(&ground).await?, 0);
    let mut change = ground.store.change(&ground.tenant).await?;
    change.delete_settings().await?;
    change.record(record("DeleteSettings")).await?;
    change.commit().await?;
    assert_eq!(records(&ground).await?, 1);
    let mut results = ground
        .database
        .connect(Role::Results, Scope::Tenant(TENANT))
        .await?;
    let (service, caller, actor, tenant, method, outcome): (String, String, String, String, String, String) =
        sqlx::query_as("SELECT service, caller, actor, tenant_id, method, outcome FROM results.audit_record")
            .fetch_one(&mut results)
            .await?;
    assert_eq!(
        [service, caller, actor, tenant, method, outcome],
        [
            "rollcall_scheduler",
            "portal",
            "ann",
            TENANT,
            "DeleteSettings",
            "OK"
        ]
    );
    Ok(())
}

#[tokio::test]
async fn no_service_can_change_remove_or_forge_a_record() -> Result<()> {
    let ground = Ground::new().await?;
    ground.store.record(record("PauseFleet")).await?;
    for role in ROLES {
        for statement in [
            "UPDATE audit.record SET caller = 'another'",
            "DELETE FROM audit.record",
            "TRUNCATE audit.record",
            "DROP TABLE audit.record",
            "ALTER TABLE audit.record DISABLE TRIGGER ALL",
            "SELECT caller FROM audit.record_default",
            "DELETE FROM audit.record_default",
            "INSERT INTO audit.record_default (caller, method, outcome) VALUES ('a', 'b', 'OK')",
            "DELETE FROM results.audit_record",
            "INSERT INTO audit.record (caller, method, outcome, record_time) VALUES ('a', 'b', 'OK', '2020-01-01')",
            "INSERT INTO audit.record (caller, method, outcome, service) VALUES ('a', 'b', 'OK', 'another')",
            "CREATE TABLE audit.another ()",
            "CREATE OR REPLACE FUNCTION audit.keep_months() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "SET ROLE rollcall_audit",
        ] {
            let refused = ground.database.run_as_owner(role, statement).await;
            assert!(refused.is_err(), "{role:?} may: {statement}");
            let refused = ground.database.run(role, statement).await;
            assert!(refused.is_err(), "the fleet's role of {role:?} may: {statement}");
        }
    }
    for role in [Role::Scheduler, Role::Reconcile] {
        for statement in [COUNT, "SELECT caller FROM audit.record"] {
            let owner = ground.database.run_as_owner(role, statement).await;
            assert!(owner.is_err(), "{role:?} reads");
            let fleet = ground.database.run(role, statement).await;
            assert!(fleet.is_err(), "the fleet's role of {role:?} reads");
        }
    }
    assert_eq!(records(&ground).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_transaction_about_a_tenant_records_acts_on_it_and_reads_no_others() -> Result<()> {
    let ground = Ground::new().await?;
    let record = |tenant: &str| {
        format!(
            "INSERT INTO audit.record (caller, tenant_id, method, outcome) VALUES ('portal', {tenant}, 'SyncNow', 'OK')"
        )
    };
    let mut of_acme = ground
        .database
        .connect(Role::Scheduler, Scope::Tenant(TENANT))
        .await?;
    for (tenant, may) in [("'acme'", true), ("'other'", false), ("NULL", false)] {
        let written = sqlx::raw_sql(AssertSqlSafe(record(tenant)))
            .execute(&mut of_acme)
            .await;
        assert_eq!(written.is_ok(), may, "{tenant}: {written:?}");
    }
    // Refused calls are of many tenants, or of none.
    ground
        .database
        .run_as_owner(Role::Scheduler, &record("'other'"))
        .await?;
    for (tenant, expected) in [(TENANT, 1), ("other", 1), ("nobody", 0), ("", 0)] {
        let mut results = ground
            .database
            .connect(Role::Results, Scope::Tenant(tenant))
            .await?;
        let read: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut results).await?;
        assert_eq!(read, expected, "{tenant}");
    }
    Ok(())
}

#[tokio::test]
async fn only_months_whose_records_are_over_are_dropped() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .database
        .run_as_superuser(
            "SET ROLE rollcall_audit;
             CREATE TABLE audit.record_2020_01 PARTITION OF audit.record
                 FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-02-01 00:00Z');
             INSERT INTO audit.record (record_time, caller, method, outcome)
             VALUES ('2020-01-15', 'portal', 'PutSettings', 'OK'),
                    ('2020-03-15', 'portal', 'PutSettings', 'OK'),
                    (now() - interval '399 days', 'portal', 'PutSettings', 'OK'),
                    (now(), 'portal', 'PutSettings', 'OK')",
        )
        .await?;
    assert_eq!(records(&ground).await?, 4);
    ground.store.keep_months_of_records().await?;
    assert_eq!(
        records(&ground).await?,
        2,
        "the newest, and the last one within the period"
    );
    let months: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_catalog.pg_inherits WHERE inhparent = 'audit.record'::regclass",
    )
    .fetch_one(ground.store.pool.shared())
    .await?;
    assert_eq!(months, 5, "this month, three ahead, and the default partition");
    for role in [Role::Reconcile, Role::Results] {
        let refused = ground.database.run(role, "SELECT audit.keep_months()").await;
        assert!(refused.is_err(), "{role:?} keeps months");
    }
    Ok(())
}
