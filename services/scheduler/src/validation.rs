//! From the settings that a client sends to settings that are kept: every wrong field named at once, every
//! value in its canonical form, every default filled in.
//!
//! Nothing here looks further than its arguments, so that each kind of bad input is a line in a table test.

mod bases;
mod certificates;
mod directory;
mod filter;
mod hosts;
mod limits;
mod selection;

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use rollcall_chassis::{
    credential::SecretString,
    status::{ApiError, Violations},
};
use rollcall_domain::{
    DomainName, PermittedAttributes, Ports, TenantId,
    schedule::{self, EveryHours},
    sentences::field,
    time_zone,
};
use rollcall_proto::v1::{PausedReason, Schedule, Settings};

pub(crate) use filter::{build_filter, composed_filter, validate_filter};

/// The operator's decisions for every tenant.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// Counts where a schedule names no time zone.
    pub(crate) default_time_zone: TimeZone,
    /// True if directories may be read without TLS.
    pub(crate) allow_plaintext: bool,
    /// Attributes that may be read for addresses.
    pub(crate) permitted_attributes: PermittedAttributes,
    /// Ports at which directories may be reached.
    pub(crate) ports: Ports,
}

/// Settings that may be stored, but for what only the database knows.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The tenant of the settings.
    pub(crate) tenant: TenantId,
    /// In canonical form, without the password and the fields that are output only.
    pub(crate) settings: Settings,
    /// The new password, if one was given.
    pub(crate) password: Option<SecretString>,
    /// The etag that the client takes for the present one; empty if it does not care.
    pub(crate) etag: String,
    /// Times of the runs; `None` for never.
    pub(crate) rhythm: Option<Rhythm>,
}

/// Every how many hours of which zone.
#[derive(Debug, Clone)]
pub(crate) struct Rhythm {
    /// 1 to 24.
    pub(crate) every_hours: EveryHours,
    /// Time zone of the schedule's hours.
    pub(crate) time_zone: TimeZone,
}

impl Rhythm {
    /// The rhythm as it is stored; `None` if there is none, or one that this version cannot read.
    pub(crate) fn stored(every_hours: i16, time_zone: &str) -> Option<Self> {
        Some(Self {
            every_hours: EveryHours::new(every_hours.into()).ok()?,
            time_zone: time_zone::parse(time_zone).ok()?,
        })
    }

    /// The first due time after another.
    pub(crate) fn next_due(&self, after: Timestamp) -> Timestamp {
        schedule::next_due(self.every_hours, &self.time_zone, after)
    }
}

/// Settings to test a connection with.
#[derive(Debug)]
pub(crate) struct ToTest {
    /// In canonical form, without the password and the fields that are output only.
    pub(crate) settings: Settings,
    /// The password, if one was given.
    pub(crate) password: Option<SecretString>,
}

/// Checks and completes settings. `domains` are the tenant's own. While it has none, its choice of domains is not
/// judged, since another error says what to do first.
pub(crate) fn check(
    mut settings: Settings,
    domains: &BTreeSet<DomainName>,
    deployment: &Deployment,
) -> Result<Checked, ApiError> {
    let mut violations = Violations::default();
    let tenant = violations.check("settings.tenant_id", TenantId::parse(&settings.tenant_id));
    let (password, rhythm) = check_fields(&mut settings, domains, deployment, &mut violations);
    match tenant {
        Some(tenant) if violations.is_empty() => Ok(Checked {
            tenant,
            etag: std::mem::take(&mut settings.etag),
            settings: without_output(settings),
            password,
            rhythm,
        }),
        _ => Err(violations.into_error()),
    }
}

/// Checks and completes settings of which only a connection will be tested, for a tenant if there is one: they need
/// neither its id nor any domain.
pub(crate) fn check_to_test(
    mut settings: Settings,
    tenant: Option<&TenantId>,
    deployment: &Deployment,
) -> Result<ToTest, ApiError> {
    const FIELD: &str = "settings.tenant_id";
    let mut violations = Violations::default();
    let given = std::mem::take(&mut settings.tenant_id);
    match tenant {
        Some(tenant) if given.is_empty() || given == tenant.as_str() => {
            tenant.as_str().clone_into(&mut settings.tenant_id);
        }
        Some(_) => violations.push(FIELD, field::OTHER_TENANT),
        None if given.is_empty() => {}
        None => {
            if let Some(tenant) = violations.check(FIELD, TenantId::parse(&given)) {
                tenant.as_str().clone_into(&mut settings.tenant_id);
            }
        }
    }
    let (password, _) = check_fields(&mut settings, &BTreeSet::new(), deployment, &mut violations);
    violations.into_result()?;
    settings.etag.clear();
    Ok(ToTest {
        settings: without_output(settings),
        password,
    })
}

/// All but whose they are.
fn check_fields(
    settings: &mut Settings,
    domains: &BTreeSet<DomainName>,
    deployment: &Deployment,
    violations: &mut Violations,
) -> (Option<SecretString>, Option<Rhythm>) {
    let password = directory::take_password(settings, violations);
    match &mut settings.directory {
        Some(directory) => directory::check(directory, deployment, violations),
        None => violations.push("settings.directory", field::NO_DIRECTORY),
    }
    selection::check(settings.selection.get_or_insert_default(), domains, violations);
    limits::check(settings, violations);
    let rhythm = settings
        .schedule
        .as_mut()
        .and_then(|schedule| check_schedule(schedule, deployment, violations));
    (password, rhythm)
}

/// Clears the fields that an answer shows beside the settings: no caller sets them. Every field is named, so that a
/// new one does not compile until it is placed.
fn without_output(mut settings: Settings) -> Settings {
    let Settings {
        tenant_id: _,
        directory: _,
        selection: _,
        schedule: _,
        removal: _,
        new_users: _,
        etag: _,
        credential_set,
        next_run_time,
        paused_reason,
        update_time,
        composed_filter,
    } = &mut settings;
    *credential_set = false;
    *next_run_time = None;
    *paused_reason = PausedReason::Unspecified.into();
    *update_time = None;
    composed_filter.clear();
    settings
}

fn check_schedule(
    schedule: &mut Schedule,
    deployment: &Deployment,
    violations: &mut Violations,
) -> Option<Rhythm> {
    let time_zone = if schedule.time_zone.is_empty() {
        Some(deployment.default_time_zone.clone())
    } else {
        violations.check(
            "settings.schedule.time_zone",
            time_zone::parse(&schedule.time_zone),
        )
    };
    if let Some(name) = time_zone.as_ref().and_then(TimeZone::iana_name) {
        name.clone_into(&mut schedule.time_zone);
    }
    if schedule.every_hours == 0 {
        return None;
    }
    let every_hours = EveryHours::new(schedule.every_hours);
    let every_hours = violations.check("settings.schedule.every_hours", every_hours);
    Some(Rhythm {
        every_hours: every_hours?,
        time_zone: time_zone?,
    })
}

#[cfg(test)]
mod tests;
