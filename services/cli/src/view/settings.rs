//! Settings.

use rollcall_proto::v1;
use serde::Serialize;

use super::{given, name, time};

/// A tenant's settings.
#[derive(Debug, Serialize)]
pub(crate) struct SettingsView {
    pub(crate) tenant_id: String,
    pub(crate) directory: DirectoryView,
    pub(crate) selection: SelectionView,
    pub(crate) schedule: ScheduleView,
    pub(crate) removal: RemovalView,
    pub(crate) new_users: NewUsersView,
    pub(crate) etag: String,
    pub(crate) credential_set: bool,
    pub(crate) next_run_time: Option<String>,
    pub(crate) paused_reason: Option<&'static str>,
    pub(crate) update_time: Option<String>,
    /// The filter as it is sent to the directory.
    pub(crate) composed_filter: Option<String>,
}

/// The directory and how it is read.
#[derive(Debug, Serialize)]
pub(crate) struct DirectoryView {
    pub(crate) server_type: Option<&'static str>,
    pub(crate) hosts: Vec<String>,
    pub(crate) port: u32,
    pub(crate) security: Option<&'static str>,
    pub(crate) ca_certificates_pem: Option<String>,
    pub(crate) bind_username: String,
    pub(crate) search_base: Option<String>,
    pub(crate) filter: Option<String>,
    pub(crate) attributes: Vec<String>,
}

/// Selection of what is imported.
#[derive(Debug, Serialize)]
pub(crate) struct SelectionView {
    pub(crate) object_types: Vec<&'static str>,
    pub(crate) domains: Vec<String>,
    pub(crate) exclude_disabled: bool,
    pub(crate) same_username: Option<&'static str>,
}

/// Schedule.
#[derive(Debug, Serialize)]
pub(crate) struct ScheduleView {
    pub(crate) every_hours: u32,
    pub(crate) time_zone: Option<String>,
}

/// Treatment of absent addresses.
#[derive(Debug, Serialize)]
pub(crate) struct RemovalView {
    pub(crate) remove_accounts: bool,
    pub(crate) keep_manual: bool,
    pub(crate) limit_accounts: Option<u32>,
    pub(crate) limit_percent: Option<u32>,
}

/// Actions for new users.
#[derive(Debug, Serialize)]
pub(crate) struct NewUsersView {
    pub(crate) send_hsr: bool,
    pub(crate) send_welcome: bool,
}

/// All tenants' settings.
#[derive(Debug, Serialize)]
pub(crate) struct SettingsList {
    pub(crate) settings: Vec<SettingsView>,
    /// There are more settings than were requested.
    pub(crate) more: bool,
}

/// Settings that were deleted.
#[derive(Debug, Serialize)]
pub(crate) struct DeletedView {
    pub(crate) tenant_id: String,
    pub(crate) deleted: bool,
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
            },
            etag: settings.etag.clone(),
            credential_set: settings.credential_set,
            next_run_time: time(settings.next_run_time.as_ref()),
            paused_reason: name(settings.paused_reason().as_str_name(), "PAUSED_REASON_"),
            update_time: time(settings.update_time.as_ref()),
            composed_filter: given(&settings.composed_filter),
        }
    }
}

// The password is left out: it is input only, and nothing of ours ever prints it.
impl From<&v1::Directory> for DirectoryView {
    fn from(directory: &v1::Directory) -> Self {
        Self {
            server_type: name(directory.server_type().as_str_name(), "SERVER_TYPE_"),
            hosts: directory.hosts.clone(),
            port: directory.port,
            security: name(directory.security().as_str_name(), "SECURITY_"),
            ca_certificates_pem: given(&directory.ca_certificates_pem),
            bind_username: directory.bind_username.clone(),
            search_base: given(&directory.search_base),
            filter: given(&directory.filter),
            attributes: directory.attributes.clone(),
        }
    }
}

impl From<&v1::Selection> for SelectionView {
    fn from(selection: &v1::Selection) -> Self {
        Self {
            object_types: selection
                .object_types()
                .filter_map(|object_type| name(object_type.as_str_name(), "OBJECT_TYPE_"))
                .collect(),
            domains: selection.domains.clone(),
            exclude_disabled: selection.exclude_disabled,
            same_username: name(selection.same_username().as_str_name(), "SAME_USERNAME_"),
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
