//! A tenant's own corner of a real directory: a unit that no other test reads or changes.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result};
use rollcall_proto::v1::{self, Security, ServerType};
use rollcall_testbed::{
    Bed,
    directory::{Editor, Object, ldif},
    proxy::{Action, Direction, Proxy},
    samba::{BIND_PASSWORD, BIND_USERNAME},
};
use tokio::sync::Mutex;

use crate::Tenant;

/// A directory of the bed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    ActiveDirectory,
    OpenLdap,
}

/// A unit of its own in one of the bed's directories, and how it is read.
#[derive(Debug)]
pub struct Forest {
    kind: Kind,
    editor: Mutex<Editor>,
    unit: String,
    address: IpAddr,
    ports: Ports,
    ca_certificates_pem: String,
}

#[derive(Clone, Copy, Debug)]
struct Ports {
    ldap: u16,
    ldaps: u16,
}

/// A user without addresses.
pub fn person(name: &str) -> Object {
    Object::person("", name)
}

/// A group without addresses.
pub fn group(name: &str) -> Object {
    Object::group("", name)
}

impl Forest {
    /// A tenant with a domain of its own on the shared stack, and a unit of its own in Active Directory.
    pub async fn active_directory(word: &str) -> Result<(Tenant, Self)> {
        let bed = Bed::attach()?;
        let tenant = Tenant::registered(bed.endpoints()?, word).await?;
        let forest = Self::in_active_directory(&bed, &tenant.id).await?;
        Ok((tenant, forest))
    }

    /// A tenant with a domain of its own on the shared stack, and a unit of its own in OpenLDAP.
    pub async fn openldap(word: &str) -> Result<(Tenant, Self)> {
        let bed = Bed::attach()?;
        let tenant = Tenant::registered(bed.endpoints()?, word).await?;
        let forest = Self::in_openldap(&bed, &tenant.id).await?;
        Ok((tenant, forest))
    }

    /// A new unit of this name in the bed's Active Directory.
    pub async fn in_active_directory(bed: &Bed, unit: &str) -> Result<Self> {
        let samba = bed.samba()?;
        let editor = samba.editor(&bed.authority()).await?;
        let ports = Ports {
            ldap: 389,
            ldaps: 636,
        };
        Self::new(Kind::ActiveDirectory, bed, editor, unit, samba.address(), ports).await
    }

    /// A new unit of this name in the bed's OpenLDAP.
    pub async fn in_openldap(bed: &Bed, unit: &str) -> Result<Self> {
        let openldap = bed.openldap()?;
        let editor = openldap.editor(&bed.authority()).await?;
        let ports = Ports {
            ldap: openldap.ldap_address().port(),
            ldaps: openldap.ldaps_address().port(),
        };
        Self::new(
            Kind::OpenLdap,
            bed,
            editor,
            unit,
            openldap.ldap_address().ip(),
            ports,
        )
        .await
    }

    async fn new(
        kind: Kind,
        bed: &Bed,
        mut editor: Editor,
        unit: &str,
        address: IpAddr,
        ports: Ports,
    ) -> Result<Self> {
        let base = editor.base().to_owned();
        let unit = editor.add_unit(unit, &base).await?;
        let ca_certificates_pem = bed.authority().certificate_pem()?;
        Ok(Self {
            kind,
            editor: Mutex::new(editor),
            unit,
            address,
            ports,
            ca_certificates_pem,
        })
    }

    /// The DN of the unit: the tenant's search base.
    pub fn base(&self) -> &str {
        &self.unit
    }

    /// Settings that read the unit over LDAPS as an ordinary account.
    pub fn settings(&self) -> v1::Directory {
        self.settings_over(Security::Ldaps)
    }

    /// Settings that read the unit in another security mode.
    pub fn settings_over(&self, security: Security) -> v1::Directory {
        let port = if security == Security::Ldaps {
            self.ports.ldaps
        } else {
            self.ports.ldap
        };
        self.settings_at(SocketAddr::new(self.address, port), security)
    }

    fn settings_at(&self, server: SocketAddr, security: Security) -> v1::Directory {
        let server_type = match self.kind {
            Kind::ActiveDirectory => ServerType::ActiveDirectory,
            Kind::OpenLdap => ServerType::Openldap,
        };
        v1::Directory {
            server_type: server_type.into(),
            hosts: vec![server.ip().to_string()],
            port: server.port().into(),
            security: security.into(),
            ca_certificates_pem: self.ca_certificates_pem.clone(),
            bind_username: BIND_USERNAME.to_owned(),
            bind_password: Some(BIND_PASSWORD.to_owned()),
            search_bases: vec![self.unit.clone()],
            ..v1::Directory::default()
        }
    }

    /// A port of the server's address where nothing listens.
    pub fn closed_port(&self) -> Result<u16> {
        // Bound and let go: the port is free, and no one takes it on an address that only this bed has.
        Ok(std::net::TcpListener::bind((self.address, 0))?
            .local_addr()?
            .port())
    }

    /// A proxy of its own in front of the directory's plain port.
    pub async fn proxy(&self) -> Result<ForestProxy<'_>> {
        let proxy = Proxy::start(SocketAddr::new(self.address, self.ports.ldap)).await?;
        Ok(ForestProxy { forest: self, proxy })
    }

    /// Adds an object right under the unit.
    pub async fn add(&self, object: &Object) -> Result<()> {
        self.editor.lock().await.add(object, &self.unit).await?;
        Ok(())
    }

    /// Adds an entry under the unit, as it is.
    pub async fn add_raw(&self, entry: &ldif::Entry) -> Result<()> {
        self.editor.lock().await.add_raw(entry).await?;
        Ok(())
    }

    /// Hides attributes of an object of OpenLDAP from everybody who reads it, instead of those hidden before; none
    /// shows all again. Only those of [`HIDEABLE`](rollcall_testbed::openldap::HIDEABLE) can be hidden.
    pub async fn hide(&self, name: &str, attributes: &[&str]) -> Result<()> {
        let dn = self.dn(name).await?;
        let mut editor = self.editor.lock().await;
        if editor.find(&dn, "(objectClass=fieldExtra)").await?.is_empty() {
            editor.add_values(&dn, "objectClass", &["fieldExtra"]).await?;
        }
        editor.replace(&dn, "hides", attributes).await?;
        Ok(())
    }

    /// Adds a unit under this one.
    pub async fn add_unit(&self, name: &str) -> Result<()> {
        self.editor.lock().await.add_unit(name, &self.unit).await?;
        Ok(())
    }

    /// Replaces all values of `proxyAddresses` of an object.
    pub async fn set_addresses(&self, name: &str, values: &[String]) -> Result<()> {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let dn = self.dn(name).await?;
        self.editor
            .lock()
            .await
            .replace(&dn, "proxyAddresses", &values)
            .await?;
        Ok(())
    }

    /// Replaces all values of an attribute of an object; none removes it.
    pub async fn set(&self, name: &str, attribute: &str, values: &[&str]) -> Result<()> {
        let dn = self.dn(name).await?;
        self.editor.lock().await.replace(&dn, attribute, values).await?;
        Ok(())
    }

    /// Lets a person of the directory log on to Active Directory with the password of all readers, and returns
    /// settings that read the unit so.
    pub async fn settings_as(&self, name: &str) -> Result<v1::Directory> {
        let dn = self.dn(name).await?;
        self.editor.lock().await.set_password(&dn, BIND_PASSWORD).await?;
        Ok(v1::Directory {
            bind_username: dn,
            ..self.settings()
        })
    }

    /// Renames an object.
    pub async fn rename(&self, name: &str, to: &str) -> Result<()> {
        let dn = self.dn(name).await?;
        self.editor.lock().await.rename(&dn, to).await?;
        Ok(())
    }

    /// Moves an object into a unit under this one.
    pub async fn move_to(&self, name: &str, unit: &str) -> Result<()> {
        let dn = self.dn(name).await?;
        let parent = rollcall_testbed::directory::unit_dn(unit, &self.unit);
        self.editor.lock().await.move_to(&dn, &parent).await?;
        Ok(())
    }

    /// Deletes an object.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let dn = self.dn(name).await?;
        self.editor.lock().await.delete(&dn).await?;
        Ok(())
    }

    /// The DN of an object, wherever it is under the unit.
    pub async fn dn(&self, name: &str) -> Result<String> {
        let found = self
            .editor
            .lock()
            .await
            .find(&self.unit, &format!("(cn={name})"))
            .await?;
        found
            .into_iter()
            .next()
            .with_context(|| format!("{name} is not under {}", self.unit))
    }
}

/// A proxy in front of a directory that breaks what the server sends at a chosen byte of each connection.
#[derive(Debug)]
pub struct ForestProxy<'a> {
    forest: &'a Forest,
    proxy: Proxy,
}

impl ForestProxy<'_> {
    /// Settings that read the unit through the proxy.
    pub fn settings(&self, security: Security) -> v1::Directory {
        self.forest.settings_at(self.proxy.address(), security)
    }

    /// Closes the connection after so many bytes of the server's.
    pub fn cut_after(&self, bytes: u64) {
        self.proxy.fault(Direction::ToClient, bytes, Action::Cut);
    }

    /// Says nothing more after so many bytes of the server's.
    pub fn stall_after(&self, bytes: u64) {
        self.proxy.fault(Direction::ToClient, bytes, Action::Stall);
    }

    /// Says so many bytes a second, after so many of the server's.
    pub fn throttle_after(&self, bytes: u64, a_second: u32) {
        self.proxy
            .fault(Direction::ToClient, bytes, Action::Throttle(a_second));
    }

    /// Holds back what the client sends after so many bytes of a connection.
    pub fn stall_requests_after(&self, bytes: u64) {
        self.proxy.fault(Direction::ToServer, bytes, Action::Stall);
    }

    /// Says nonsense after so many bytes of the server's.
    pub fn garble_after(&self, bytes: u64) {
        self.proxy.fault(Direction::ToClient, bytes, Action::Garble);
    }

    /// Passes everything on again.
    pub fn heal(&self) {
        self.proxy.heal();
    }

    /// Number of connections that came so far.
    pub fn connections(&self) -> usize {
        self.proxy.connections()
    }

    /// Number of open connections.
    pub fn open_connections(&self) -> usize {
        self.proxy.open_connections()
    }

    /// Number of bytes that the server sent so far, over all connections.
    pub fn bytes_from_server(&self) -> u64 {
        self.proxy.bytes(Direction::ToClient)
    }

    /// Number of bytes that were sent to the server so far, over all connections.
    pub fn bytes_to_server(&self) -> u64 {
        self.proxy.bytes(Direction::ToServer)
    }
}
