//! A tenant's settings: put, answered, listed, deleted.

mod page_token;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use prost::Message;
use rollcall_chassis::{
    credential::{Binding, SealingKey},
    pg::to_proto,
    status::ApiError,
};
use rollcall_domain::{DomainName, TenantId};
use rollcall_proto::v1::{ListSettingsRequest, ListSettingsResponse, Settings};

use crate::{
    refusals::{etag_mismatch, no_domains, no_settings, parse_tenant, password_required},
    store::{NewSettings, Store, StoredSettings},
    validation::{self, Checked, Deployment, Rhythm},
    wakes::Wakes,
};

const DEFAULT_PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1_000;

/// Keeps settings. Passwords are sealed on arrival: nothing here can open one again.
#[derive(Debug)]
pub(crate) struct SettingsKeeper {
    /// Where they are.
    pub(crate) store: Store,
    /// Wakes the due tick.
    pub(crate) wakes: Arc<Wakes>,
    /// What the operator decides for every tenant.
    pub(crate) deployment: Deployment,
    /// Seals passwords to the workers.
    pub(crate) sealing_key: SealingKey,
}

impl SettingsKeeper {
    /// Creates or replaces a tenant's settings, or changes nothing.
    pub(crate) async fn put(&self, settings: Settings) -> Result<Settings, ApiError> {
        let domains = self.domains(&settings.tenant_id).await?;
        let checked = validation::check(settings, &domains, &self.deployment)?;
        let mut change = self.store.change(&checked.tenant).await?;
        let stored = change.settings().await?;
        check_etag(&checked.etag, stored.as_ref())?;
        // Again under the lock: the last domain may have gone since.
        if domains.is_empty() || !change.has_domains().await? {
            return Err(no_domains());
        }
        let sealed_credential = self.credential(&checked, stored.as_ref())?;
        let new = NewSettings {
            settings: &checked.settings,
            sealed_credential: &sealed_credential,
            schedule: checked.rhythm.as_ref().map(|rhythm| {
                (
                    rhythm,
                    next_run_at(rhythm, &checked.settings, stored.as_ref(), change.now()),
                )
            }),
        };
        let saved = change.put_settings(new).await?;
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

    /// Deletes a tenant's settings and credential, and cancels what it has running.
    pub(crate) async fn delete(&self, tenant_id: &str, etag: &str) -> Result<(), ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let mut change = self.store.change(&tenant).await?;
        let stored = change.settings().await?.ok_or_else(no_settings)?;
        check_etag(etag, Some(&stored))?;
        change.delete_settings().await?;
        change.commit().await?;
        tracing::info!(tenant.id = %tenant, "settings deleted");
        Ok(())
    }

    /// A page of all tenants' settings.
    pub(crate) async fn list(&self, request: &ListSettingsRequest) -> Result<ListSettingsResponse, ApiError> {
        let after = page_token::read(&request.page_token)?;
        let size = if request.page_size == 0 {
            DEFAULT_PAGE
        } else {
            request.page_size.min(LARGEST_PAGE)
        };
        // One more than asked for tells whether there is a next page.
        let mut page = self.store.settings_after(&after, size + 1).await?;
        let more = page.len() > size as usize;
        page.truncate(size as usize);
        let last = page
            .last()
            .filter(|_| more)
            .map(|last| page_token::write(&last.settings.tenant_id));
        Ok(ListSettingsResponse {
            settings: page.into_iter().map(answer).collect(),
            next_page_token: last.unwrap_or_default(),
        })
    }

    /// A malformed tenant id has no domains: the check of the settings says what is wrong with it.
    async fn domains(&self, tenant_id: &str) -> Result<BTreeSet<DomainName>, ApiError> {
        match TenantId::parse(tenant_id) {
            Ok(tenant) => Ok(self.store.domains(&tenant).await?),
            Err(_) => Ok(BTreeSet::new()),
        }
    }

    /// The new password, sealed; else what is stored, if it would be sent where it was meant for.
    fn credential(&self, checked: &Checked, stored: Option<&StoredSettings>) -> Result<Vec<u8>, ApiError> {
        let wanted = binding(&checked.settings);
        match (&checked.password, &wanted, stored) {
            (Some(password), Some(binding), _) => self
                .sealing_key
                .seal(password, binding)
                .map(|sealed| sealed.encode_to_vec())
                .map_err(|error| ApiError::internal("sealing a password", &error)),
            (None, _, Some(stored)) if binding(&stored.settings) == wanted => {
                Ok(stored.sealed_credential.clone())
            }
            (None, _, Some(_)) => Err(password_required(
                "Hosts, port, security, CA certificates or username changed: give the password again.",
            )),
            _ => Err(password_required("No password is stored: give one.")),
        }
    }
}

/// Where the password of these settings may be sent.
fn binding(settings: &Settings) -> Option<Binding<'_>> {
    settings
        .directory
        .as_ref()
        .map(|directory| Binding::new(&settings.tenant_id, directory))
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

/// A schedule that does not change keeps its next time, so that a save at the hour does not skip a run that is due.
fn next_run_at(
    rhythm: &Rhythm,
    settings: &Settings,
    stored: Option<&StoredSettings>,
    now: Timestamp,
) -> Timestamp {
    stored
        .filter(|stored| stored.settings.schedule == settings.schedule)
        .and_then(|stored| stored.next_run_at)
        .unwrap_or_else(|| rhythm.next_due(now))
}

/// What a client may see, which is all but the password.
fn answer(stored: StoredSettings) -> Settings {
    let etag = etag(&stored);
    Settings {
        etag,
        credential_set: !stored.sealed_credential.is_empty(),
        next_run_time: stored.next_run_at.map(to_proto),
        update_time: Some(to_proto(stored.update_time)),
        ..stored.settings
    }
}
