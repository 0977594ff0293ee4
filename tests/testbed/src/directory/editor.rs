//! Changes to a running directory, made as its administrator.

use std::collections::HashSet;
use std::sync::Arc;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Mod, Scope, SearchEntry};
use tokio::task::JoinHandle;

use super::attributes::{of_object, of_unit};
use super::{Attributes, Directory, Flavour, Object, escaped, ldif, unit_dn};
use crate::error::{Error, Result};

/// A connection that may change anything in one directory.
#[derive(Debug)]
pub struct Editor {
    ldap: Ldap,
    connection: JoinHandle<()>,
    flavour: Flavour,
    base: String,
}

/// The server and the account with which an [`Editor`] works.
#[derive(Debug)]
pub(crate) struct Login<'a> {
    pub url: &'a str,
    pub tls: Arc<rustls::ClientConfig>,
    pub username: &'a str,
    pub password: &'a str,
    pub flavour: Flavour,
    pub base: &'a str,
}

impl Editor {
    pub(crate) async fn connect(login: Login<'_>) -> Result<Self> {
        let failed = refused(|| format!("connect to {}", login.url));
        let settings = LdapConnSettings::new().set_config(login.tls);
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, login.url)
            .await
            .map_err(failed)?;
        let connection = tokio::spawn(async move {
            // The connection's user learns of its end by the failure of a request.
            let _ = connection.drive().await;
        });
        let bound = bind(&mut ldap, login.username, login.password).await;
        let editor = Self {
            ldap,
            connection,
            flavour: login.flavour,
            base: login.base.to_owned(),
        };
        bound.map_err(refused(|| format!("bind as {}", login.username)))?;
        Ok(editor)
    }

    /// The directory's base DN.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Adds a unit right under `parent` and answers its DN: a place of its own for a test.
    pub async fn add_unit(&mut self, name: &str, parent: &str) -> Result<String> {
        let dn = unit_dn(name, parent);
        self.add_entry(&dn, &of_unit()).await?;
        Ok(dn)
    }

    /// Adds everything that is described, units first, under `base`.
    pub async fn add_all(&mut self, directory: &Directory, base: &str) -> Result<()> {
        for unit in directory.units() {
            self.add_entry(&unit_dn(&unit, base), &of_unit()).await?;
        }
        for object in &directory.objects {
            self.add(object, base).await?;
        }
        Ok(())
    }

    /// Adds an object under `base`, in its unit, which must be there. Answers its DN.
    pub async fn add(&mut self, object: &Object, base: &str) -> Result<String> {
        let dn = object.dn(base);
        self.add_entry(&dn, &of_object(object, self.flavour, base))
            .await?;
        Ok(dn)
    }

    /// Adds an entry with values of any bytes. Those above it must be there.
    pub async fn add_raw(&mut self, entry: &ldif::Entry) -> Result<()> {
        let attributes = entry
            .values()
            .into_iter()
            .map(|(name, values)| (name.into_bytes(), values.into_iter().collect()))
            .collect::<Vec<(_, HashSet<_>)>>();
        done(self.ldap.add(&entry.dn, attributes).await, || {
            format!("add {}", entry.dn)
        })
    }

    /// Gives an attribute these values instead of those that it has; none removes it.
    pub async fn replace(&mut self, dn: &str, attribute: &str, values: &[&str]) -> Result<()> {
        self.modify(dn, Mod::Replace(attribute, set(values))).await
    }

    /// Adds values to an attribute.
    pub async fn add_values(&mut self, dn: &str, attribute: &str, values: &[&str]) -> Result<()> {
        self.modify(dn, Mod::Add(attribute, set(values))).await
    }

    /// Removes values from an attribute.
    pub async fn remove_values(&mut self, dn: &str, attribute: &str, values: &[&str]) -> Result<()> {
        self.modify(dn, Mod::Delete(attribute, set(values))).await
    }

    /// Disables or enables an account.
    pub async fn set_disabled(&mut self, dn: &str, disabled: bool) -> Result<()> {
        let flags = if disabled { "546" } else { "544" };
        self.replace(dn, "userAccountControl", &[flags]).await
    }

    /// Gives an account of Active Directory a password, which may then log on with it.
    pub async fn set_password(&mut self, dn: &str, password: &str) -> Result<()> {
        // In UTF-16, little-endian and in quotation marks (MS-ADTS 3.1.1.3.1.5.1); of ASCII, those are these
        // characters.
        let quoted: String = format!("\"{password}\"")
            .chars()
            .flat_map(|c| [c, '\0'])
            .collect();
        self.replace(dn, "unicodePwd", &[&quoted]).await?;
        self.set_disabled(dn, false).await
    }

    /// Gives an object another name where it is. Answers its new DN.
    pub async fn rename(&mut self, dn: &str, name: &str) -> Result<String> {
        let rdn = format!("CN={}", escaped(name));
        done(self.ldap.modifydn(dn, &rdn, true, None).await, || {
            format!("rename {dn}")
        })?;
        Ok(format!("{rdn},{}", split(dn)?.1))
    }

    /// Moves an object under another parent. Answers its new DN.
    pub async fn move_to(&mut self, dn: &str, parent: &str) -> Result<String> {
        let (rdn, _) = split(dn)?;
        done(self.ldap.modifydn(dn, rdn, true, Some(parent)).await, || {
            format!("move {dn}")
        })?;
        Ok(format!("{rdn},{parent}"))
    }

    /// Deletes an object that has none below it.
    pub async fn delete(&mut self, dn: &str) -> Result<()> {
        done(self.ldap.delete(dn).await, || format!("delete {dn}"))
    }

    /// The DNs under `base` (and `base` itself) that match a filter.
    pub async fn find(&mut self, base: &str, filter: &str) -> Result<Vec<String>> {
        let found = self.ldap.search(base, Scope::Subtree, filter, vec!["1.1"]).await;
        let found = found.and_then(ldap3::SearchResult::success);
        let (entries, _) = found.map_err(refused(|| format!("search {base}")))?;
        let entries = entries
            .into_iter()
            .filter(|entry| !entry.is_ref() && !entry.is_intermediate());
        Ok(entries.map(|entry| SearchEntry::construct(entry).dn).collect())
    }

    async fn add_entry(&mut self, dn: &str, attributes: &Attributes) -> Result<()> {
        let attributes = attributes
            .iter()
            .map(|(name, values)| (*name, values.iter().map(String::as_str).collect()));
        done(
            self.ldap
                .add(dn, attributes.collect::<Vec<(_, HashSet<_>)>>())
                .await,
            || format!("add {dn}"),
        )
    }

    async fn modify(&mut self, dn: &str, change: Mod<&str>) -> Result<()> {
        done(self.ldap.modify(dn, vec![change]).await, || {
            format!("change {dn}")
        })
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place in the test bed that binds, and it checks the result"
)]
async fn bind(ldap: &mut Ldap, username: &str, password: &str) -> std::result::Result<(), LdapError> {
    ldap.simple_bind(username, password).await?.success().map(drop)
}

fn done(
    result: std::result::Result<ldap3::LdapResult, LdapError>,
    what: impl FnOnce() -> String,
) -> Result<()> {
    result
        .and_then(ldap3::LdapResult::success)
        .map(drop)
        .map_err(refused(what))
}

fn refused(what: impl FnOnce() -> String) -> impl FnOnce(LdapError) -> Error {
    |source| Error::Directory {
        what: what(),
        source: Box::new(source),
    }
}

fn set<'a>(values: &[&'a str]) -> HashSet<&'a str> {
    values.iter().copied().collect()
}

/// A DN's first part and the rest, at the first comma that is not escaped.
fn split(dn: &str) -> Result<(&str, &str)> {
    let mut escape = false;
    for (index, c) in dn.char_indices() {
        match c {
            _ if escape => escape = false,
            '\\' => escape = true,
            ',' => return Ok((&dn[..index], &dn[index + 1..])),
            _ => {}
        }
    }
    Err(Error::Refused(format!("{dn} has no parent")))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_dn_is_split_at_its_first_unescaped_comma() {
        assert_eq!(
            split(r"CN=Berg\, Anna,OU=Staff,DC=x").unwrap(),
            (r"CN=Berg\, Anna", "OU=Staff,DC=x")
        );
        assert!(split("DC=x").is_err());
    }
}
