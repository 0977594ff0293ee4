//! A tenant that meets faults.

use anyhow::Result;
use rollcall_e2e::{Forest, Tenant};
use rollcall_proto::v1::{Directory, Schedule, Security, Settings};
use rollcall_testbed::Proxy;

use super::REMOVAL;
use crate::{
    plan::{Asking, Plan},
    script::Script,
    world::World,
};

/// A tenant that meets faults.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) tenant: Tenant,
    pub(crate) forest: Forest,
    /// In front of the directory.
    pub(crate) proxy: Proxy,
    /// True if runs may fail, since the directory is away for a time.
    pub(crate) may_fail: bool,
}

impl Subject {
    /// The trial's tenant of this number, with settings and people, not yet synced.
    pub(super) async fn new(world: &World, plan: &Plan, script: &Script, number: usize) -> Result<Self> {
        let (tenant, forest) = world.tenant("subject").await?;
        script.begin(&tenant, &forest).await?;
        // On the server's own address, which its certificate names.
        let openldap = world.bed.openldap()?;
        let (security, server) = match number {
            0 => (Security::Plaintext, openldap.ldap_address()),
            _ => (Security::Ldaps, openldap.ldaps_address()),
        };
        let proxy = Proxy::start_at((server.ip(), 0).into(), server).await?;
        let directory = Directory {
            port: proxy.address().port().into(),
            ..forest.settings_over(security)
        };
        let every_hours = match plan.asking {
            Asking::ByHand => 0,
            Asking::BySchedule => 24,
        };
        let settings = Settings {
            removal: Some(REMOVAL),
            schedule: Some(Schedule {
                every_hours,
                ..Schedule::default()
            }),
            ..tenant.settings(directory)
        };
        tenant.put(settings).await?;
        Ok(Self {
            tenant,
            forest,
            proxy,
            may_fail: plan.breaks_directory_of(number),
        })
    }
}
