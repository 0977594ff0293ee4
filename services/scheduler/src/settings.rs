//! A tenant's settings: put, answered, listed, deleted; and its schedule, resumed.

mod page_token;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use rollcall_chassis::{
    audit::{Act, Record},
    grpc::page,
    status::{ApiError, Violations},
};
use rollcall_domain::{DomainName, TenantId};
use rollcall_proto::v1::{ListSettingsRequest, ListSettingsResponse, PausedReason, Settings};
use rollcall_terms::time::to_proto;

use crate::{
    credentials::Credentials,
    records,
    refusals::{
        credentials_refused, etag_mismatch, fleet_paused, no_domains, no_schedule, no_settings, not_paused,
        parse_tenant,
    },
    store::{NewSettings, RemovalSwitch, Store, StoredSettings},
    validation::{self, Deployment, Rhythm},
    wakes::Wakes,
};

const DEFAULT_PAGE: usize = 100;

/// Keeps settings.
#[derive(Debug)]
pub(crate) struct SettingsKeeper {
    /// The store of the settings.
    pub(crate) store: Store,
    /// Wakes the due tick.
    pub(crate) wakes: Arc<Wakes>,
    /// The operator's decisions for every tenant.
    pub(crate) deployment: Arc<Deployment>,
    /// Seals passwords.
    pub(crate) credentials: Arc<Credentials>,
}

impl SettingsKeeper {
    /// Creates or replaces a tenant's settings, or changes nothing.
    pub(crate) async fn put(&self, act: &Act, settings: Settings) -> Result<Settings, ApiError> {
        let domains = self.domains(&settings.tenant_id).await?;
        let checked = validation::check(settings, &domains, &self.deployment)?;
        let mut change = self.store.change(&checked.tenant).await?;
        let stored = change.settings().await?;
        let stored = stored.as_ref();
        check_etag(&checked.etag, stored)?;
        // Again under the lock: the last domain may have gone since.
        if domains.is_empty() || !change.has_domains().await? {
            return Err(no_domains());
        }
        let password = checked.password.as_ref();
        let credential = self.credentials.to_save(&checked.settings, password, stored)?;
        let new_credential = credential.generation.is_none();
        let now = change.now();
        let next_run_time = |rhythm| {
            kept_time(&checked.settings, new_credential, stored)
                .unwrap_or_else(|| Rhythm::next_due(rhythm, now))
        };
        let new = NewSettings {
            settings: &checked.settings,
            credential: &credential.sealed,
            new_credential,
            removal: removal_switch(&checked.settings, stored),
            schedule: checked
                .rhythm
                .as_ref()
                .map(|rhythm| (rhythm, next_run_time(rhythm))),
        };
        change.put_settings(new).await?;
        let before = stored.map(|stored| &stored.settings);
        let details = records::saved(before, &checked.settings, password.is_some());
        change.record(Record::of(act).details(details)).await?;
        let saved = change.settings().await?.ok_or_else(no_settings)?;
        change.commit().await?;
        self.wakes.change_schedule();
        tracing::info!(tenant.id = %checked.tenant, generation = saved.generation, "settings saved");
        Ok(answer(saved))
    }

    /// A tenant's settings.
    pub(crate) async fn get(&self, tenant_id: &str) -> Result<Settings, ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        self.store
            .settings(&tenant)
            .await?
            .map(answer)
            .ok_or_else(no_settings)
    }

    /// Deletes a tenant's settings and credential, and cancels what it has waiting and running.
    pub(crate) async fn delete(&self, act: &Act, tenant_id: &str, etag: &str) -> Result<(), ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let mut change = self.store.change(&tenant).await?;
        let stored = change.settings().await?.ok_or_else(no_settings)?;
        check_etag(etag, Some(&stored))?;
        change.delete_settings().await?;
        change.record(Record::of(act)).await?;
        change.commit().await?;
        tracing::info!(tenant.id = %tenant, "settings deleted");
        Ok(())
    }

    /// A page of all tenants' settings.
    pub(crate) async fn list(&self, request: &ListSettingsRequest) -> Result<ListSettingsResponse, ApiError> {
        let mut violations = Violations::default();
        let size = violations.page_size(request.page_size, DEFAULT_PAGE);
        violations.into_result()?;
        let after = page_token::read(&request.page_token)?;
        // One more than asked for shows if there is a next page.
        let page = self.store.settings_after(&after, size + 1).await?;
        let mut settings: Vec<Settings> = page.into_iter().map(answer).collect();
        let more = page::cut(&mut settings, size, |settings| settings);
        let last = settings.last().filter(|_| more);
        let next_page_token = last.map(|last| page_token::write(&last.tenant_id));
        Ok(ListSettingsResponse {
            settings,
            next_page_token: next_page_token.unwrap_or_default(),
        })
    }

    /// Ends a pause of the tenant's schedule that the tenant may end. A run that came due during the pause was not
    /// missed.
    pub(crate) async fn resume(&self, act: &Act, tenant_id: &str) -> Result<Settings, ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let mut change = self.store.change(&tenant).await?;
        let stored = change.settings().await?.ok_or_else(no_settings)?;
        let rhythm = resumable(&stored)?;
        change.resume_schedule(rhythm.next_due(change.now())).await?;
        change.record(Record::of(act)).await?;
        let resumed = change.settings().await?.ok_or_else(no_settings)?;
        change.commit().await?;
        self.wakes.change_schedule();
        tracing::info!(tenant.id = %tenant, "schedule resumed");
        Ok(answer(resumed))
    }

    /// A malformed tenant id has no domains: the check of the settings says what is wrong with it.
    async fn domains(&self, tenant_id: &str) -> Result<BTreeSet<DomainName>, ApiError> {
        match TenantId::parse(tenant_id) {
            Ok(tenant) => Ok(self.store.domains(&tenant).await?),
            Err(_) => Ok(BTreeSet::new()),
        }
    }
}

/// The schedule that a call may resume. A pause of all tenants that comes on top of the tenant's own goes on.
fn resumable(stored: &StoredSettings) -> Result<Rhythm, ApiError> {
    let rhythm = Rhythm::stored(stored.every_hours, &stored.time_zone).ok_or_else(no_schedule)?;
    match stored.paused_reason {
        PausedReason::Reverted => Ok(rhythm),
        PausedReason::CredentialsRefused => Err(credentials_refused()),
        PausedReason::Operator => Err(fleet_paused()),
        PausedReason::Unspecified => Err(not_paused()),
    }
}

/// An empty etag asks for nothing.
fn check_etag(given: &str, stored: Option<&StoredSettings>) -> Result<(), ApiError> {
    match stored {
        _ if given.is_empty() => Ok(()),
        Some(stored) if given == etag(stored) => Ok(()),
        _ => Err(etag_mismatch()),
    }
}

/// No two writes of whatever tenant have the same generation.
fn etag(stored: &StoredSettings) -> String {
    stored.generation.to_string()
}

/// The present next time, for a schedule that does not change: so a save at the hour does not skip a run that is due.
/// If the save ends a pause, a run that came due during the pause was not missed.
fn kept_time(
    settings: &Settings,
    new_credential: bool,
    stored: Option<&StoredSettings>,
) -> Option<Timestamp> {
    let ends_pause = |stored: &StoredSettings| match stored.paused_reason {
        PausedReason::Reverted => true,
        PausedReason::CredentialsRefused => new_credential,
        PausedReason::Operator | PausedReason::Unspecified => false,
    };
    stored
        .filter(|stored| stored.settings.schedule == settings.schedule && !ends_pause(stored))?
        .next_run_time
}

fn removal_switch(settings: &Settings, stored: Option<&StoredSettings>) -> RemovalSwitch {
    let is_on = |settings: &Settings| {
        settings
            .removal
            .as_ref()
            .is_some_and(|removal| removal.remove_accounts)
    };
    match stored.map(|stored| is_on(&stored.settings)) {
        _ if !is_on(settings) => RemovalSwitch::Off,
        Some(true) => RemovalSwitch::StaysOn,
        Some(false) | None => RemovalSwitch::On,
    }
}

/// The settings as a client may see them: all but the password.
fn answer(stored: StoredSettings) -> Settings {
    let etag = etag(&stored);
    let composed_filter = stored
        .settings
        .directory
        .as_ref()
        .map(validation::composed_filter)
        .unwrap_or_default();
    let runs = stored.paused_reason == PausedReason::Unspecified && stored.has_domains;
    Settings {
        etag,
        credential_set: true,
        next_run_time: stored.next_run_time.filter(|_| runs).map(to_proto),
        paused_reason: stored.paused_reason.into(),
        update_time: Some(to_proto(stored.update_time)),
        composed_filter,
        ..stored.settings
    }
}

#[cfg(test)]
mod tests;
