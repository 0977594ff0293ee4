//! The people of a fleet: a unit of one OpenLDAP for each tenant.

use anyhow::Result;
use rollcall_proto::v1::{self, Security, ServerType};
use rollcall_testbed::{
    Bed,
    directory::{Directory, Object, unit_dn},
    openldap::OpenLdap,
    samba::{BASE, BIND_PASSWORD, BIND_USERNAME},
};

/// Number of objects of each tenant, of three SMTP addresses each.
pub(crate) const OBJECTS: u32 = 50;
const FLEET: &str = "Fleet";

/// A tenant's id, which also names its unit.
pub(super) fn tenant(number: u32) -> String {
    format!("t{number:06}")
}

/// A tenant's one domain.
pub(super) fn domain(number: u32) -> String {
    format!("{}.example", tenant(number))
}

/// All people of all tenants.
pub(super) fn of_fleet(tenants: u32) -> Directory {
    let people = |number| (0..OBJECTS).map(move |person| object(number, person));
    Directory {
        objects: (0..tenants).flat_map(people).collect(),
    }
}

/// Reads one tenant's unit by LDAPS.
pub(super) fn settings(openldap: &OpenLdap, number: u32, ca_certificates_pem: String) -> v1::Directory {
    let address = openldap.ldaps_address();
    v1::Directory {
        server_type: ServerType::Openldap.into(),
        hosts: vec![address.ip().to_string()],
        port: address.port().into(),
        security: Security::Ldaps.into(),
        ca_certificates_pem,
        bind_username: BIND_USERNAME.to_owned(),
        bind_password: Some(BIND_PASSWORD.to_owned()),
        search_bases: vec![unit_dn(&unit(number), BASE)],
        ..v1::Directory::default()
    }
}

/// Gives the first person of each tenant one more address.
pub(super) async fn change(bed: &Bed, tenants: u32) -> Result<()> {
    let mut editor = bed.openldap()?.editor(&bed.authority()).await?;
    for number in 0..tenants {
        let value = format!("smtp:new@{}", domain(number));
        let dn = object(number, 0).dn(BASE);
        editor.add_values(&dn, "proxyAddresses", &[&value]).await?;
    }
    Ok(())
}

fn unit(number: u32) -> String {
    format!("{FLEET}/{}", tenant(number))
}

fn object(number: u32, person: u32) -> Object {
    let address = |local| format!("{local}{person}@{}", domain(number));
    Object::person(&unit(number), &format!("Person {person}"))
        .primary(&address("person"))
        .alias(&address("p"))
        .alias(&address("desk"))
}
