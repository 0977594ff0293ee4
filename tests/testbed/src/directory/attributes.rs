//! The attributes of an object in each kind of server.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{Attributes, Kind, Object};

/// The kinds of server that a directory is loaded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Active Directory.
    ActiveDirectory,
    /// OpenLDAP, with `deploy/directory/openldap.schema`.
    OpenLdap,
}

/// A normal account that needs no password: people of a test never log on.
const ENABLED: u32 = 0x200 | 0x20;
const DISABLED: u32 = ENABLED | 0x2;

/// The attributes of an organizational unit, the same everywhere; its name comes with its DN.
pub(super) fn of_unit() -> Attributes {
    vec![("objectClass", vec!["organizationalUnit".to_owned()])]
}

pub(super) fn of_object(object: &Object, flavour: Flavour, base: &str) -> Attributes {
    let mut attributes = match flavour {
        Flavour::ActiveDirectory => in_active_directory(object, base),
        Flavour::OpenLdap => in_openldap(object, base),
    };
    if is_account(object.kind) {
        let flags = if object.disabled { DISABLED } else { ENABLED };
        attributes.push(("userAccountControl", vec![flags.to_string()]));
    }
    if let Some(mail) = &object.mail {
        attributes.push(("mail", vec![mail.clone()]));
    }
    if !object.proxy_addresses.is_empty() {
        attributes.push(("proxyAddresses", object.proxy_addresses.clone()));
    }
    if let Some(value) = object.recipient_type {
        attributes.push(("msExchRecipientTypeDetails", vec![value.to_string()]));
    }
    attributes.push(("displayName", vec![object.name.clone()]));
    attributes
}

fn is_account(kind: Kind) -> bool {
    matches!(kind, Kind::Person | Kind::Room | Kind::SharedMailbox)
}

fn in_active_directory(object: &Object, base: &str) -> Attributes {
    let class = match object.kind {
        Kind::Person | Kind::Room | Kind::SharedMailbox => "user",
        Kind::Group => "group",
        Kind::Contact => "contact",
        Kind::PublicFolder => "publicFolder",
    };
    let mut attributes = vec![("objectClass", vec![class.to_owned()])];
    if is_account(object.kind) || object.kind == Kind::Group {
        attributes.push(("sAMAccountName", vec![account_name(object, base)]));
    }
    attributes
}

/// At most 20 characters, and one of its kind in the whole domain, which `cn` need not be.
fn account_name(object: &Object, base: &str) -> String {
    let mut hasher = DefaultHasher::new();
    object.dn(base).hash(&mut hasher);
    format!("rc{:016x}", hasher.finish())
}

fn in_openldap(object: &Object, base: &str) -> Attributes {
    let class = match object.kind {
        Kind::Person | Kind::Room | Kind::SharedMailbox => "inetOrgPerson",
        Kind::Group => "groupOfNames",
        Kind::Contact => "contact",
        Kind::PublicFolder => "publicFolder",
    };
    let mut attributes = vec![
        ("objectClass", vec![class.to_owned(), "mailRecipient".to_owned()]),
        ("cn", vec![object.name.clone()]),
    ];
    match object.kind {
        // A group must have a member; it does not matter here who that is.
        Kind::Group => attributes.push(("member", vec![object.dn(base)])),
        Kind::PublicFolder => {}
        _ => attributes.push((
            "sn",
            vec![object.name.rsplit(' ').next().unwrap_or(&object.name).to_owned()],
        )),
    }
    attributes
}
