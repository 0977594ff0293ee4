//! A customer's office: a tenant, a directory with people in it, and settings that read it.

use anyhow::Result;
use rollcall_proto::v1::Removal;
use rollcall_testbed::{Bed, Endpoints, directory::Object};

use crate::{Forest, Tenant};

/// Remove Accounts, with everything else as it is by default.
pub const REMOVING: Removal = Removal {
    remove_accounts: true,
    keep_manual: false,
    limit_accounts: None,
    limit_percent: None,
};

/// Objects for a tenant that has its domain by now.
type Objects<'a> = Box<dyn FnOnce(&Tenant) -> Vec<Object> + Send + 'a>;

/// A tenant to be made, on the shared stack and in Active Directory unless it says otherwise.
#[must_use]
pub struct Office<'a> {
    word: String,
    stack: Option<(&'a Bed, &'a Endpoints)>,
    is_in_openldap: bool,
    subdomains: Vec<(&'a str, bool)>,
    objects: Vec<Objects<'a>>,
    removal: Option<Removal>,
}

impl<'a> Office<'a> {
    /// An empty office, named for its test.
    pub fn new(word: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            stack: None,
            is_in_openldap: false,
            subdomains: Vec::new(),
            objects: Vec::new(),
            removal: None,
        }
    }

    /// On a stack of the test's own.
    pub fn on(mut self, bed: &'a Bed, endpoints: &'a Endpoints) -> Self {
        self.stack = Some((bed, endpoints));
        self
    }

    /// In OpenLDAP, which takes many people fast.
    pub fn in_openldap(mut self) -> Self {
        self.is_in_openldap = true;
        self
    }

    /// With domains below the tenant's first one.
    pub fn subdomains(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.subdomains
            .extend(names.into_iter().map(|name| (name, false)));
        self
    }

    /// With domains below the tenant's first one that are aliases of it.
    pub fn alias_domains(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.subdomains.extend(names.into_iter().map(|name| (name, true)));
        self
    }

    /// With these users, whose primary addresses have their names.
    pub fn people<const N: usize>(self, names: [&'a str; N]) -> Self {
        self.objects(move |tenant| names.map(|name| tenant.person(name)).into())
    }

    /// With so many users, named `p0` and on.
    pub fn crowd(self, count: usize) -> Self {
        self.objects(move |tenant| (0..count).map(|n| tenant.person(&format!("p{n}"))).collect())
    }

    /// With these objects.
    pub fn objects(mut self, objects: impl FnOnce(&Tenant) -> Vec<Object> + Send + 'a) -> Self {
        self.objects.push(Box::new(objects));
        self
    }

    /// With Remove Accounts on.
    pub fn removing(self) -> Self {
        self.removal(REMOVING)
    }

    /// With these settings about absent people.
    pub fn removal(mut self, removal: Removal) -> Self {
        self.removal = Some(removal);
        self
    }

    /// The tenant and its directory, before any settings are saved.
    pub async fn furnished(self) -> Result<(Tenant, Forest)> {
        Ok(self.furnish().await?.0)
    }

    /// The tenant and its directory, with settings that read it.
    pub async fn saved(self) -> Result<(Tenant, Forest)> {
        let ((tenant, forest), removal) = self.furnish().await?;
        match removal {
            Some(removal) => tenant.put_removal(forest.settings(), removal).await?,
            None => tenant.put_directory(forest.settings()).await?,
        };
        Ok((tenant, forest))
    }

    /// The tenant and its directory, after a sync.
    pub async fn synced(self) -> Result<(Tenant, Forest)> {
        let (tenant, forest) = self.saved().await?;
        tenant.sync().await?;
        Ok((tenant, forest))
    }

    async fn furnish(self) -> Result<((Tenant, Forest), Option<Removal>)> {
        let (tenant, forest) = if let Some((bed, endpoints)) = self.stack {
            self.build(bed, endpoints).await?
        } else {
            let bed = Bed::attach()?;
            self.build(&bed, bed.endpoints()?).await?
        };
        for objects in self.objects {
            for object in objects(&tenant) {
                forest.add(&object).await?;
            }
        }
        Ok(((tenant, forest), self.removal))
    }

    async fn build(&self, bed: &Bed, endpoints: &Endpoints) -> Result<(Tenant, Forest)> {
        let tenant = Tenant::registered(endpoints, &self.word).await?;
        if !self.subdomains.is_empty() {
            let mut domains = vec![(tenant.domain.clone(), String::new())];
            for &(name, is_alias) in &self.subdomains {
                let alias_of = if is_alias { tenant.domain.as_str() } else { "" };
                domains.push((tenant.subdomain(name), alias_of.to_owned()));
            }
            let domains: Vec<_> = domains.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            tenant.put_domains(&domains).await?;
        }
        let forest = if self.is_in_openldap {
            Forest::in_openldap(bed, &tenant.id).await?
        } else {
            Forest::in_active_directory(bed, &tenant.id).await?
        };
        Ok((tenant, forest))
    }
}
