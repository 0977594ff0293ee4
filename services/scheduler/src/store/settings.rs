//! Settings as they are stored.

use jiff::Timestamp;
use prost::Message;
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::TenantId;
use rollcall_proto::v1::Settings;
use sqlx::{FromRow, Row, postgres::PgRow};

use super::{Store, TenantChange, undecodable};
use crate::validation::Rhythm;

/// A tenant's settings and what belongs to them.
#[derive(Debug)]
pub(crate) struct StoredSettings {
    /// In canonical form, without the fields that are output only.
    pub(crate) settings: Settings,
    /// An encoded `SealedCredential`.
    pub(crate) sealed_credential: Vec<u8>,
    /// Grows with every write.
    pub(crate) generation: i64,
    /// When the schedule runs next.
    pub(crate) next_run_at: Option<Timestamp>,
    /// When they were last written.
    pub(crate) update_time: Timestamp,
}

/// What is to be stored of a tenant.
#[derive(Debug)]
pub(crate) struct NewSettings<'a> {
    /// In canonical form, without the fields that are output only.
    pub(crate) settings: &'a Settings,
    /// An encoded `SealedCredential`.
    pub(crate) sealed_credential: &'a [u8],
    /// When the schedule runs; None for never.
    pub(crate) schedule: Option<(&'a Rhythm, Timestamp)>,
}

impl FromRow<'_, PgRow> for StoredSettings {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let encoded: &[u8] = row.try_get("settings")?;
        let next_run_at: Option<PgTimestamp> = row.try_get("next_run_at")?;
        let PgTimestamp(update_time) = row.try_get("update_time")?;
        Ok(Self {
            settings: Settings::decode(encoded).map_err(undecodable)?,
            sealed_credential: row.try_get("sealed_credential")?,
            generation: row.try_get("generation")?,
            next_run_at: next_run_at.map(|PgTimestamp(time)| time),
            update_time,
        })
    }
}

impl Store {
    /// A tenant's settings.
    pub(crate) async fn settings(&self, tenant: &TenantId) -> sqlx::Result<Option<StoredSettings>> {
        sqlx::query_as(include_str!("sql/settings_of_tenant.sql"))
            .bind(tenant.as_str())
            .fetch_optional(&self.pool)
            .await
    }

    /// The settings of the tenants that follow one, by tenant id; the empty text begins.
    pub(crate) async fn settings_after(&self, tenant: &str, limit: u32) -> sqlx::Result<Vec<StoredSettings>> {
        sqlx::query_as(include_str!("sql/settings_page.sql"))
            .bind(tenant)
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
    }
}

impl TenantChange {
    /// The tenant's settings.
    pub(crate) async fn settings(&mut self) -> sqlx::Result<Option<StoredSettings>> {
        sqlx::query_as(include_str!("sql/settings_of_tenant.sql"))
            .bind(self.tenant.as_str())
            .fetch_optional(&mut *self.tx)
            .await
    }

    /// Whether the tenant has settings; if so the due tick leaves it alone until the change is made.
    pub(crate) async fn lock_settings(&mut self) -> sqlx::Result<bool> {
        let row = sqlx::query(include_str!("sql/lock_settings.sql"))
            .bind(self.tenant.as_str())
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(row.is_some())
    }

    /// Creates or replaces the tenant's settings.
    pub(crate) async fn put_settings(&mut self, new: NewSettings<'_>) -> sqlx::Result<StoredSettings> {
        let time_zone = new
            .settings
            .schedule
            .as_ref()
            .map_or("", |schedule| schedule.time_zone.as_str());
        let every_hours = new
            .schedule
            .map_or(0, |(rhythm, _)| i16::from(rhythm.every_hours.get()));
        sqlx::query_as(include_str!("sql/put_settings.sql"))
            .bind(self.tenant.as_str())
            .bind(new.settings.encode_to_vec())
            .bind(new.sealed_credential)
            .bind(every_hours)
            .bind(time_zone)
            .bind(new.schedule.map(|(_, next)| PgTimestamp(next)))
            .fetch_one(&mut *self.tx)
            .await
    }

    /// Deletes the tenant's settings and credential, and cancels every run that is not finished.
    pub(crate) async fn delete_settings(&mut self) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM scheduler.settings WHERE tenant_id = $1")
            .bind(self.tenant.as_str())
            .execute(&mut *self.tx)
            .await?;
        // After the settings are gone, so that a due tick that was first is seen, and none comes after.
        sqlx::query(include_str!("sql/cancel_requests_of_tenant.sql"))
            .bind(self.tenant.as_str())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
