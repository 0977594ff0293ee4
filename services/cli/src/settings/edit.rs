//! Applies the options of `settings put` to the settings: only given fields change.

mod port;

use std::{fs, io};

use rollcall_proto::v1::{self, Directory, Settings};
use rollcall_terms::PasswordTarget;

use crate::{
    args::{Clearable, DirectoryServer, Put, Removal, Selection, Times},
    error::Error,
};

/// The settings with everything that is given changed; the etag is that of the settings as they were.
pub(super) fn apply(put: &Put, before: Option<Settings>) -> Result<Settings, Error> {
    let mut settings = before.unwrap_or_else(|| empty(&put.tenant));
    for part in &put.clear {
        clear(*part, &mut settings);
    }
    edit_directory(&put.server, settings.directory.get_or_insert_default())?;
    edit_selection(&put.selection, settings.selection.get_or_insert_default());
    edit_times(&put.times, &mut settings);
    edit_removal(&put.removal, &mut settings);
    Ok(settings)
}

/// The settings with another directory server, as far as one is given.
pub(super) fn with_server(
    server: &DirectoryServer,
    before: Option<Settings>,
    tenant: &str,
) -> Result<Settings, Error> {
    let mut settings = before.unwrap_or_else(|| empty(tenant));
    edit_directory(server, settings.directory.get_or_insert_default())?;
    Ok(settings)
}

fn empty(tenant: &str) -> Settings {
    Settings {
        tenant_id: tenant.to_owned(),
        ..Settings::default()
    }
}

/// True if the service will ask for the password: none is stored, or it would be sent to a server other than the one it
/// was entered for.
pub(super) fn needs_password(before: Option<&Settings>, after: &Settings) -> bool {
    let Some(before) = before.filter(|before| before.credential_set) else {
        return true;
    };
    password_target(before) != password_target(after)
}

fn password_target(settings: &Settings) -> Option<PasswordTarget<'_>> {
    settings.directory.as_ref().map(PasswordTarget::from)
}

fn clear(part: Clearable, settings: &mut Settings) {
    let directory = settings.directory.get_or_insert_default();
    let selection = settings.selection.get_or_insert_default();
    match part {
        Clearable::Ca => directory.ca_certificates_pem.clear(),
        Clearable::Base => directory.search_bases.clear(),
        Clearable::Filter => directory.filter.clear(),
        Clearable::Attributes => directory.attributes.clear(),
        Clearable::PrimaryAttribute => directory.primary_attribute.clear(),
        Clearable::ObjectTypes => selection.object_types.clear(),
        Clearable::Domains => selection.domains.clear(),
        Clearable::Schedule => settings.schedule = None,
        Clearable::LimitAccounts => settings.removal.get_or_insert_default().limit_accounts = None,
        Clearable::LimitNew => settings.new_users.get_or_insert_default().limit_accounts = None,
        Clearable::LimitPercent => settings.removal.get_or_insert_default().limit_percent = None,
    }
}

fn edit_directory(given: &DirectoryServer, directory: &mut Directory) -> Result<(), Error> {
    if let Some(server_type) = given.server_type {
        directory.set_server_type(server_type.into());
    }
    if let Some(security) = given.security.map(v1::Security::from) {
        if given.port.is_none() {
            directory.port = port::for_mode(directory, security)?;
        }
        directory.set_security(security);
    }
    if let Some(path) = &given.ca_file {
        directory.ca_certificates_pem =
            fs::read(path)
                .and_then(certificates)
                .map_err(|source| Error::Read {
                    what: "CA certificates",
                    path: path.clone(),
                    source,
                })?;
    }
    set(&mut directory.port, given.port.map(i32::from));
    set(&mut directory.bind_username, given.bind_username.clone());
    set(&mut directory.filter, given.filter.clone());
    set_list(&mut directory.hosts, &given.hosts);
    set_list(&mut directory.search_bases, &given.bases);
    set_list(&mut directory.attributes, &given.attributes);
    set(&mut directory.primary_attribute, given.primary_attribute.clone());
    Ok(())
}

/// The certificates of a file. An empty text would stand for the system's, and one in DER is no text: neither is meant.
fn certificates(content: Vec<u8>) -> io::Result<String> {
    let text = String::from_utf8(content).ok();
    text.filter(|text| text.contains("-----BEGIN ")).ok_or_else(|| {
        let why = "it has no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

fn edit_selection(given: &Selection, selection: &mut v1::Selection) {
    let types: Vec<i32> = given
        .object_types
        .iter()
        .map(|given| v1::ObjectType::from(*given).into())
        .collect();
    set_list(&mut selection.object_types, &types);
    set_list(&mut selection.domains, &given.domains);
    set(&mut selection.exclude_disabled, given.exclude_disabled);
    if let Some(same_username) = given.same_username {
        selection.set_same_username(same_username.into());
    }
}

fn edit_times(given: &Times, settings: &mut Settings) {
    if given.every_hours.is_some() || given.time_zone.is_some() {
        let schedule = settings.schedule.get_or_insert_default();
        set(&mut schedule.every_hours, given.every_hours);
        set(&mut schedule.time_zone, given.time_zone.clone());
    }
    if given.send_hsr.is_some() || given.send_welcome.is_some() || given.limit_new.is_some() {
        let new_users = settings.new_users.get_or_insert_default();
        set(&mut new_users.send_hsr, given.send_hsr);
        set(&mut new_users.send_welcome, given.send_welcome);
        new_users.limit_accounts = given.limit_new.or(new_users.limit_accounts);
    }
}

fn edit_removal(given: &Removal, settings: &mut Settings) {
    let mut removal = settings.removal.unwrap_or_default();
    set(&mut removal.remove_accounts, given.remove_accounts);
    set(&mut removal.keep_manual, given.keep_manual);
    removal.limit_accounts = given.limits.limit_accounts.or(removal.limit_accounts);
    removal.limit_percent = given.limits.limit_percent.or(removal.limit_percent);
    if settings.removal.is_some() || removal != v1::Removal::default() {
        settings.removal = Some(removal);
    }
}

fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

fn set_list<T: Clone>(place: &mut Vec<T>, given: &[T]) {
    if !given.is_empty() {
        *place = given.to_vec();
    }
}

#[cfg(test)]
mod tests;
