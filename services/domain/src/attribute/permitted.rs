//! The operator's list: the attributes that may be read for addresses, whatever a tenant's settings name.
//!
//! A directory holds much that is nobody's business here, and its account may read most of it. Whoever saves settings
//! could have any attribute read, so the operator says which ones carry addresses.

use super::{AddressAttributes, AttributeDescription, PROXY_ADDRESSES};

/// The list of an operator who gives none. Each of these holds addresses at which its object receives mail. An attribute
/// that says where mail goes on to (`mailRoutingAddress`, `maildrop`) is none of them, apart from the one that Exchange
/// keeps a contact's own address in. Neither is `rfc822Mailbox`: it is another name of `mail`, under which servers
/// answer, so that its values would never be known as asked for.
const BY_DEFAULT: [&str; 19] = [
    // Active Directory and Exchange.
    PROXY_ADDRESSES,
    "mail",
    "otherMailbox",
    "targetAddress",
    "msExchShadowProxyAddresses",
    "userPrincipalName",
    // Netscape's mail schema, in 389 Directory Server; also that of qmail-ldap.
    "mailAlternateAddress",
    // Recipients of one site, in the schema that sendmail uses.
    "mailLocalAddress",
    // Univention.
    "mailPrimaryAddress",
    "mailAlternativeAddress",
    // GOsa and FusionDirectory.
    "gosaMailAlternateAddress",
    // Zimbra.
    "zimbraMailDeliveryAddress",
    "zimbraMailAlias",
    // Kolab.
    "alias",
    // Kopano, and Zarafa before it.
    "kopanoAliases",
    "zarafaAliases",
    // iRedMail.
    "shadowAddress",
    // Postfix: what its LDAP tables look for unless told otherwise, and the schema of its book.
    "mailacceptinggeneralid",
    "mailAlias",
];

/// Attributes that no list may have, because Rollcall promises to read no passwords, names of persons, permissions or
/// memberships of groups. In lower case, with the other names that servers know them by.
const NEVER: [&str; 39] = [
    "authpassword",
    "cn",
    "commonname",
    "dbcspwd",
    "displayname",
    "givenname",
    "gn",
    "groupmembership",
    "ismemberof",
    "krbprincipalkey",
    "lmpwdhistory",
    "member",
    "memberof",
    "memberuid",
    "ms-mcs-admpwd",
    "msds-allowedtoactonbehalfofotheridentity",
    "msds-groupmsamembership",
    "msds-keycredentiallink",
    "msds-managedpassword",
    "mslaps-encryptedpassword",
    "mslaps-encryptedpasswordhistory",
    "mslaps-password",
    "nspmpassword",
    "ntpwdhistory",
    "ntsecuritydescriptor",
    "primarygroupid",
    "sambalmpassword",
    "sambantpassword",
    "sambapasswordhistory",
    "sidhistory",
    "sn",
    "supplementalcredentials",
    "surname",
    "tokengroups",
    "unicodepwd",
    "uniquemember",
    "unixuserpassword",
    "userpassword",
    "userpkcs12",
];

/// The attributes that may be read for addresses, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermittedAttributes(Vec<AttributeDescription>);

/// A list that no operator may give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPermitted {
    /// An entry is not the name of an attribute.
    #[error("{0:?} is not an attribute's name: expected letters, digits and hyphens")]
    NotAName(String),
    /// An entry is an attribute that is never read.
    #[error(
        "{0} must not be listed: no passwords, names of persons, permissions or group memberships are read"
    )]
    Never(String),
    /// Settings that name no attribute read this one.
    #[error("must have {PROXY_ADDRESSES}, which is read where settings name no attribute")]
    NoProxyAddresses,
}

/// Attributes of a tenant of which one may not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operator's list of address attributes does not have {0}")]
pub struct NotPermitted(pub AttributeDescription);

impl PermittedAttributes {
    /// Checks a list. An attribute is listed by its name alone: under a number nothing would be recognised, and options
    /// do not count.
    pub fn parse<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Result<Self, InvalidPermitted> {
        let listed: Vec<_> = names
            .into_iter()
            .map(|name| listed(name.as_ref()))
            .collect::<Result<_, _>>()?;
        let list = Self(listed);
        if list.permits(&AttributeDescription::known(PROXY_ADDRESSES)) {
            Ok(list)
        } else {
            Err(InvalidPermitted::NoProxyAddresses)
        }
    }

    /// True if the attribute may be read. Neither case nor options count; an object identifier is never listed.
    pub fn permits(&self, attribute: &AttributeDescription) -> bool {
        let name = attribute.name();
        self.names().any(|listed| listed.eq_ignore_ascii_case(name))
    }

    /// The attributes of a tenant, if all of them may be read.
    pub fn admit(&self, attributes: AddressAttributes) -> Result<AddressAttributes, NotPermitted> {
        let refused = attributes.iter().find(|attribute| !self.permits(attribute));
        match refused.cloned() {
            Some(attribute) => Err(NotPermitted(attribute)),
            None => Ok(attributes),
        }
    }

    /// The names, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AttributeDescription::as_str)
    }
}

impl TryFrom<Vec<String>> for PermittedAttributes {
    type Error = InvalidPermitted;

    fn try_from(names: Vec<String>) -> Result<Self, InvalidPermitted> {
        Self::parse(names)
    }
}

impl Default for PermittedAttributes {
    fn default() -> Self {
        Self(BY_DEFAULT.map(AttributeDescription::known).into())
    }
}

fn listed(name: &str) -> Result<AttributeDescription, InvalidPermitted> {
    match AttributeDescription::parse(name) {
        Ok(attribute) if is_never_read(name) => Err(InvalidPermitted::Never(attribute.to_string())),
        Ok(attribute) if !attribute.is_numeric() && attribute.name() == name => Ok(attribute),
        _ => Err(InvalidPermitted::NotAName(name.to_owned())),
    }
}

fn is_never_read(name: &str) -> bool {
    NEVER.iter().any(|never| never.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(text: &str) -> AttributeDescription {
        AttributeDescription::parse(text).unwrap()
    }

    #[test]
    fn an_attribute_of_the_list_may_be_read_whatever_its_case_and_options() {
        let list = PermittedAttributes::default();
        for yes in [
            "proxyAddresses",
            "MAIL",
            "mail;lang-de",
            "OTHERMAILBOX;x-a;binary",
        ] {
            assert!(list.permits(&attribute(yes)), "{yes}");
        }
    }

    #[test]
    fn no_other_attribute_may_be_read_nor_one_by_its_object_identifier() {
        let list = PermittedAttributes::default();
        for no in [
            "userPassword",
            "sn",
            "givenName",
            "description",
            "mailx",
            "mai",
            "userPassword;mail",
            "0.9.2342.19200300.100.1.3",
            "1.2.840.113556.1.2.210;mail",
        ] {
            assert!(!list.permits(&attribute(no)), "{no}");
        }
    }

    #[test]
    fn attributes_are_admitted_together_or_the_first_that_is_not_listed_is_named() {
        let list = PermittedAttributes::parse(["proxyAddresses", "workMail"]).unwrap();
        let of = |names: &[&str]| AddressAttributes::parse(names).unwrap();
        assert_eq!(list.admit(of(&["WORKMAIL"])), Ok(of(&["workMail"])));
        assert_eq!(list.admit(of(&[])), Ok(of(&["proxyAddresses"])));
        assert_eq!(
            list.admit(of(&["workMail", "mail", "sn"])),
            Err(NotPermitted(attribute("mail")))
        );
    }

    #[test]
    fn the_default_is_a_list_that_an_operator_could_give() {
        let list = PermittedAttributes::default();
        assert_eq!(PermittedAttributes::parse(list.names()), Ok(list.clone()));
        let mut names: Vec<_> = list.names().map(str::to_ascii_lowercase).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BY_DEFAULT.len());
    }

    #[test]
    fn no_operator_can_list_passwords_names_of_persons_permissions_or_memberships() {
        for never in [
            "userPassword",
            "UNICODEPWD",
            "sn",
            "surname",
            "givenName",
            "memberOf",
            "nTSecurityDescriptor",
        ] {
            assert_eq!(
                PermittedAttributes::parse(["proxyAddresses", never]),
                Err(InvalidPermitted::Never(never.to_owned()))
            );
        }
        assert!(NEVER.is_sorted());
        for name in NEVER {
            assert!(
                !PermittedAttributes::default().permits(&attribute(name)),
                "{name}"
            );
            assert_eq!(name, name.to_ascii_lowercase());
        }
    }

    #[test]
    fn a_list_names_each_attribute_without_options_and_has_proxy_addresses() {
        for bad in ["mail;lang-de", "2.5.4.4", "e mail", "", "userPassword;x"] {
            assert_eq!(
                PermittedAttributes::parse(["proxyAddresses", bad]),
                Err(InvalidPermitted::NotAName(bad.to_owned()))
            );
        }
        for names in [&["mail"][..], &[]] {
            assert_eq!(
                PermittedAttributes::parse(names),
                Err(InvalidPermitted::NoProxyAddresses)
            );
        }
    }
}
