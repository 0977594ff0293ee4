//! Settings as they are stored.

use jiff::Timestamp;
use prost::Message;
use rollcall_chassis::{
    grpc::page,
    pg::{Access, PgTimestamp},
};
use rollcall_domain::TenantId;
use rollcall_proto::{
    internal::v1::SealedCredential,
    v1::{PausedReason, Settings},
};
use rollcall_terms::names;
use sqlx::PgConnection;

use super::{Store, TenantLock, undecodable};
use crate::validation::Rhythm;

/// A tenant's settings and what belongs to them.
#[derive(Debug)]
pub(crate) struct StoredSettings {
    /// In canonical form, without the fields that are output only.
    pub(crate) settings: Settings,
    /// The password.
    pub(crate) credential: SealedCredential,
    /// Grows with every write.
    pub(crate) generation: i64,
    /// That with which the credential was given.
    pub(crate) credential_generation: i64,
    /// 0 to 24; 0 for no schedule.
    pub(crate) every_hours: i16,
    /// The IANA name of the schedule's time zone.
    pub(crate) time_zone: String,
    /// Time at which the schedule is due next, be it paused or not.
    pub(crate) next_run_time: Option<Timestamp>,
    /// Reason of the schedule's pause; UNSPECIFIED while it is not paused.
    pub(crate) paused_reason: PausedReason,
    /// True if the tenant has a domain: without any, its schedule goes on without runs.
    pub(crate) has_domains: bool,
    /// Time of the last write.
    pub(crate) update_time: Timestamp,
}

/// Effect of a save on Remove Accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RemovalSwitch {
    /// It is off from here on.
    Off,
    /// It was off, and is on from here on.
    On,
    /// It was on, and stays so.
    StaysOn,
}

/// Settings of a tenant to be stored.
#[derive(Debug)]
pub(crate) struct NewSettings<'a> {
    /// In canonical form, without the fields that are output only.
    pub(crate) settings: &'a Settings,
    /// The password.
    pub(crate) credential: &'a SealedCredential,
    /// True if it was given with these settings.
    pub(crate) new_credential: bool,
    /// Effect on Remove Accounts.
    pub(crate) removal: RemovalSwitch,
    /// The schedule and its next time; `None` for never.
    pub(crate) schedule: Option<(&'a Rhythm, Timestamp)>,
}

/// The same, as it is stored.
struct SettingsRow {
    settings: Vec<u8>,
    sealed_credential: Vec<u8>,
    generation: i64,
    credential_generation: i64,
    next_run_time: Option<PgTimestamp>,
    update_time: PgTimestamp,
    every_hours: i16,
    time_zone: String,
    paused_reason: Option<String>,
    has_domains: bool,
}

impl TryFrom<SettingsRow> for StoredSettings {
    type Error = sqlx::Error;

    fn try_from(row: SettingsRow) -> sqlx::Result<Self> {
        Ok(Self {
            settings: Settings::decode(row.settings.as_slice()).map_err(undecodable)?,
            credential: SealedCredential::decode(row.sealed_credential.as_slice()).map_err(undecodable)?,
            generation: row.generation,
            credential_generation: row.credential_generation,
            every_hours: row.every_hours,
            time_zone: row.time_zone,
            next_run_time: row.next_run_time.map(Timestamp::from),
            paused_reason: names::from_nullable(row.paused_reason.as_deref()),
            has_domains: row.has_domains,
            update_time: row.update_time.into(),
        })
    }
}

async fn of_tenant(connection: &mut PgConnection, tenant: &TenantId) -> sqlx::Result<Option<StoredSettings>> {
    sqlx::query_file_as!(SettingsRow, "sql/settings/of_tenant.sql", tenant.as_str())
        .try_map(StoredSettings::try_from)
        .fetch_optional(connection)
        .await
}

impl Store {
    /// A tenant's settings.
    pub(crate) async fn settings(&self, tenant: &TenantId) -> sqlx::Result<Option<StoredSettings>> {
        let mut tx = self.pool.tenant(tenant, Access::Read).await?;
        of_tenant(tx.connection(), tenant).await
    }

    /// The settings of the tenants that follow one, by tenant id; the empty text begins. Those of a few tenants may be
    /// larger than a page: what is behind a page's bytes is not read.
    pub(crate) async fn settings_after(
        &self,
        tenant: &str,
        limit: usize,
    ) -> sqlx::Result<Vec<StoredSettings>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let bytes = i64::try_from(page::BYTES).unwrap_or(i64::MAX);
        let mut tx = self.pool.fleet(Access::Read).await?;
        sqlx::query_file_as!(SettingsRow, "sql/settings/page.sql", tenant, limit, bytes)
            .try_map(StoredSettings::try_from)
            .fetch_all(tx.connection())
            .await
    }
}

impl TenantLock {
    /// The tenant's settings. The due tick does not touch them until the change is made.
    pub(crate) async fn settings(&mut self) -> sqlx::Result<Option<StoredSettings>> {
        if !self.lock_settings().await? {
            return Ok(None);
        }
        of_tenant(self.tx.connection(), &self.tenant).await
    }

    /// True if the tenant has settings; if so, the due tick does not touch them until the change is made.
    pub(crate) async fn lock_settings(&mut self) -> sqlx::Result<bool> {
        let row = sqlx::query_file_scalar!("sql/settings/lock.sql", self.tenant.as_str())
            .fetch_optional(self.tx.connection())
            .await?;
        Ok(row.is_some())
    }

    /// Creates or replaces the tenant's settings, which ends a pause after a REVERT.
    pub(crate) async fn put_settings(&mut self, new: NewSettings<'_>) -> sqlx::Result<()> {
        let time_zone = new
            .settings
            .schedule
            .as_ref()
            .map_or("", |schedule| schedule.time_zone.as_str());
        let every_hours = new
            .schedule
            .map_or(0, |(rhythm, _)| i16::from(rhythm.every_hours.get()));
        sqlx::query_file!(
            "sql/settings/put.sql",
            self.tenant.as_str(),
            new.settings.encode_to_vec(),
            new.credential.encode_to_vec(),
            &new.credential.key_id,
            every_hours,
            time_zone,
            new.schedule.map(|(_, next)| PgTimestamp(next)),
            new.new_credential,
            new.removal != RemovalSwitch::Off,
            new.removal == RemovalSwitch::StaysOn
        )
        .execute(self.tx.connection())
        .await?;
        Ok(())
    }

    /// Pauses the tenant's schedule, if it has one, since a sync is reverted.
    pub(crate) async fn pause_schedule(&mut self) -> sqlx::Result<()> {
        sqlx::query_file!("sql/settings/pause.sql", self.tenant.as_str())
            .execute(self.tx.connection())
            .await?;
        Ok(())
    }

    /// Ends that pause.
    pub(crate) async fn resume_schedule(&mut self, next_run_time: Timestamp) -> sqlx::Result<()> {
        sqlx::query_file!(
            "sql/settings/resume.sql",
            self.tenant.as_str(),
            PgTimestamp(next_run_time)
        )
        .execute(self.tx.connection())
        .await?;
        Ok(())
    }

    /// Deletes the tenant's settings and credential, and cancels every run that is not finished.
    pub(crate) async fn delete_settings(&mut self) -> sqlx::Result<()> {
        sqlx::query_file!("sql/settings/delete.sql", self.tenant.as_str())
            .execute(self.tx.connection())
            .await?;
        // After the settings are gone, so that a due tick that was first is seen, and none comes after.
        sqlx::query_file!("sql/run_request/cancel_of_tenant.sql", self.tenant.as_str())
            .execute(self.tx.connection())
            .await?;
        Ok(())
    }
}
