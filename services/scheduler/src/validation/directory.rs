//! Place of a directory and the way it is read.

use rollcall_chassis::{credential::SecretString, status::Violations};
use rollcall_domain::{AddressAttributes, PROXY_ADDRESSES, Ports, invisible, sentences::field};
use rollcall_proto::{
    limits,
    v1::{Directory, Security, ServerType, Settings},
};

use super::{Deployment, bases, certificates, filter, hosts};

const MOST_USERNAME_CHARACTERS: usize = limits::directory::BIND_USERNAME_MAX_CHARACTERS;
const MOST_PASSWORD_BYTES: usize = limits::directory::BIND_PASSWORD_MAX_BYTES;

/// Checks a directory and puts it into canonical form.
pub(super) fn check(directory: &mut Directory, deployment: &Deployment, violations: &mut Violations) {
    match ServerType::try_from(directory.server_type) {
        Ok(ServerType::Unspecified) => directory.set_server_type(ServerType::ActiveDirectory),
        Ok(_) => {}
        Err(_) => violations.push("settings.directory.server_type", field::SERVER_TYPE),
    }
    hosts::check(&mut directory.hosts, violations);
    security(directory, deployment, violations);
    port(directory, &deployment.ports, violations);
    certificates::check(&mut directory.ca_certificates_pem, violations);
    username(&mut directory.bind_username, violations);
    bases::check(directory, violations);
    canonical_filter(&mut directory.filter, violations);
    let attributes = filter::check_attributes(
        "settings.directory.attributes",
        &directory.attributes,
        &deployment.permitted_attributes,
        violations,
    );
    directory.attributes = attributes.iter().map(ToString::to_string).collect();
    primary_attribute(&mut directory.primary_attribute, attributes, violations);
}

/// Takes the password out of the message, so that nothing below can store or show it.
pub(super) fn take_password(settings: &mut Settings, violations: &mut Violations) -> Option<SecretString> {
    const FIELD: &str = "settings.directory.bind_password";
    let password = settings
        .directory
        .as_mut()?
        .bind_password
        .take()
        .map(SecretString::new)?;
    let length = password.expose().len();
    if length == 0 {
        violations.push(FIELD, field::EMPTY_PASSWORD);
    } else if length > MOST_PASSWORD_BYTES {
        violations.push(FIELD, field::most_bytes(MOST_PASSWORD_BYTES));
    }
    Some(password)
}

fn security(directory: &mut Directory, deployment: &Deployment, violations: &mut Violations) {
    const FIELD: &str = "settings.directory.security";
    match Security::try_from(directory.security) {
        Ok(Security::Unspecified) => directory.set_security(Security::Ldaps),
        Ok(Security::Plaintext) if !deployment.allow_plaintext => violations.push(FIELD, field::PLAINTEXT),
        Ok(_) => {}
        Err(_) => violations.push(FIELD, field::SECURITY),
    }
}

fn port(directory: &mut Directory, allowed: &Ports, violations: &mut Violations) {
    const FIELD: &str = "settings.directory.port";
    if directory.port == 0 {
        directory.port = if directory.security() == Security::Ldaps {
            636
        } else {
            389
        };
    }
    match u16::try_from(directory.port) {
        Ok(port) if allowed.allow(port) => {}
        Ok(1..) => violations.push(FIELD, field::port_not_allowed(allowed)),
        _ => violations.push(FIELD, field::PORT),
    }
}

/// What is pasted along at either end cannot be seen, and the directory would refuse the name for it.
fn username(name: &mut String, violations: &mut Violations) {
    const FIELD: &str = "settings.directory.bind_username";
    *name = invisible::trim(name).to_owned();
    if name.is_empty() {
        violations.push(FIELD, field::NO_USERNAME);
    } else if name.chars().count() > MOST_USERNAME_CHARACTERS {
        violations.push(FIELD, field::most_characters(MOST_USERNAME_CHARACTERS));
    } else if name.chars().any(char::is_control) {
        violations.push(FIELD, field::CONTROL_CHARACTER);
    }
}

fn primary_attribute(name: &mut String, attributes: AddressAttributes, violations: &mut Violations) {
    const FIELD: &str = "settings.directory.primary_attribute";
    *name = invisible::trim(name).to_owned();
    if name.is_empty() {
        return;
    }
    if name.eq_ignore_ascii_case(PROXY_ADDRESSES) {
        violations.push(FIELD, field::PRIMARY_PROXY_ADDRESSES);
        return;
    }
    let named = violations.check(FIELD, attributes.with_primary(name));
    if let Some(attribute) = named.as_ref().and_then(AddressAttributes::primary) {
        attribute.as_str().clone_into(name);
    }
}

fn canonical_filter(text: &mut String, violations: &mut Violations) {
    match filter::parse(text) {
        Ok(parsed) => *text = parsed.map(|parsed| parsed.to_string()).unwrap_or_default(),
        Err(error) => violations.push(
            "settings.directory.filter",
            field::at_position(error.position, &error.message),
        ),
    }
}
