//! The time zone in which a tenant's people live.

use std::time::Duration;

use jiff::tz::TimeZone;
use rollcall_client::Client;

use crate::settings;

/// Longest wait for it: a zone is a help, and no answer waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The zone of the tenant's schedule. `None` if it has none, or if the settings cannot be asked for: times are then shown
/// only in UTC.
pub(crate) async fn of_tenant(client: &Client, tenant: &str) -> Option<TimeZone> {
    let saved = tokio::time::timeout(PATIENCE, settings::saved(client, tenant)).await;
    let schedule = saved.ok()?.ok()??.schedule?;
    TimeZone::get(&schedule.time_zone).ok()
}
