//! Settings.

use rollcall_proto::v1;
use serde::Serialize;

use super::{given, name, time};

/// A tenant's settings.
#[derive(Debug, Serialize)]
pub struct SettingsView {
    pub tenant_id: String,
    pub directory: DirectoryView,
    pub selection: SelectionView,
    pub schedule: ScheduleView,
    pub removal: RemovalView,
    pub new_users: NewUsersView,
    pub etag: String,
    pub credential_set: bool,
    pub next_run_time: Option<String>,
    pub paused_reason: Option<&'static str>,
    pub update_time: Option<String>,
    /// The filter as it is sent to the directory.
    pub composed_filter: Option<String>,
}

/// The directory and how it is read.
#[derive(Debug, Serialize)]
pub struct DirectoryView {
    pub server_type: Option<&'static str>,
    pub hosts: Vec<String>,
    pub port: i32,
    pub security: Option<&'static str>,
    pub ca_certificates_pem: Option<String>,
    pub bind_username: String,
    pub search_bases: Vec<String>,
    pub filter: Option<String>,
    pub attributes: Vec<String>,
    pub primary_attribute: Option<String>,
}

/// Selection of what is imported.
#[derive(Debug, Serialize)]
pub struct SelectionView {
    pub object_types: Vec<&'static str>,
    pub domains: Vec<String>,
    pub exclude_disabled: bool,
    pub same_username: Option<&'static str>,
}

/// Schedule.
#[derive(Debug, Serialize)]
pub struct ScheduleView {
    pub every_hours: i32,
    pub time_zone: Option<String>,
}

/// Treatment of absent addresses.
#[derive(Debug, Serialize)]
pub struct RemovalView {
    pub remove_accounts: bool,
    pub keep_manual: bool,
    pub limit_accounts: Option<i32>,
    pub limit_percent: Option<i32>,
}

/// Actions for new users, and the limit of new accounts.
#[derive(Debug, Serialize)]
pub struct NewUsersView {
    pub send_hsr: bool,
    pub send_welcome: bool,
    pub limit_accounts: Option<i32>,
}

/// All tenants' settings.
#[derive(Debug, Serialize)]
pub struct SettingsList {
    pub settings: Vec<SettingsView>,
    /// There are more settings than were requested.
    pub more: bool,
}

/// Settings that were deleted.
#[derive(Debug, Serialize)]
pub struct DeletedView {
    pub tenant_id: String,
    pub deleted: bool,
}

impl From<&v1::Settings> for SettingsView {
    fn from(settings: &v1::Settings) -> Self {
        let schedule = settings.schedule.clone().unwrap_or_default();
        let new_users = settings.new_users.unwrap_or_default();
        Self {
            tenant_id: settings.tenant_id.clone(),
            directory: DirectoryView::from(&settings.directory.clone().unwrap_or_default()),
            selection: SelectionView::from(&settings.selection.clone().unwrap_or_default()),
            schedule: ScheduleView {
                every_hours: schedule.every_hours,
                time_zone: given(&schedule.time_zone),
            },
            removal: RemovalView::from(&settings.removal.unwrap_or_default()),
            new_users: NewUsersView {
                send_hsr: new_users.send_hsr,
                send_welcome: new_users.send_welcome,
                limit_accounts: new_users.limit_accounts,
            },
            etag: settings.etag.clone(),
            credential_set: settings.credential_set,
            next_run_time: time(settings.next_run_time.as_ref()),
            paused_reason: name(settings.paused_reason()),
            update_time: time(settings.update_time.as_ref()),
            composed_filter: given(&settings.composed_filter),
        }
    }
}

// The password is left out: it is input only, and nothing of ours ever prints it.
impl From<&v1::Directory> for DirectoryView {
    fn from(directory: &v1::Directory) -> Self {
        Self {
            server_type: name(directory.server_type()),
            hosts: directory.hosts.clone(),
            port: directory.port,
            security: name(directory.security()),
            ca_certificates_pem: given(&directory.ca_certificates_pem),
            bind_username: directory.bind_username.clone(),
            search_bases: directory.search_bases.clone(),
            filter: given(&directory.filter),
            attributes: directory.attributes.clone(),
            primary_attribute: given(&directory.primary_attribute),
        }
    }
}

impl From<&v1::Selection> for SelectionView {
    fn from(selection: &v1::Selection) -> Self {
        Self {
            object_types: selection.object_types().filter_map(name).collect(),
            domains: selection.domains.clone(),
            exclude_disabled: selection.exclude_disabled,
            same_username: name(selection.same_username()),
        }
    }
}

impl From<&v1::Removal> for RemovalView {
    fn from(removal: &v1::Removal) -> Self {
        Self {
            remove_accounts: removal.remove_accounts,
            keep_manual: removal.keep_manual,
            limit_accounts: removal.limit_accounts,
            limit_percent: removal.limit_percent,
        }
    }
}
