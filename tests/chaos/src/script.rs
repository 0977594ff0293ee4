//! The people of a trial's directories, and what changes about them.
//!
//! No choice here depends on object ids, which differ from tenant to tenant: the control tenant and those that meet
//! faults must come to the same accounts.

use anyhow::Result;
use rollcall_e2e::{Dice, Forest, Tenant, person};

/// A person, by the local parts of the addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Somebody {
    name: String,
    primary: String,
    aliases: Vec<String>,
}

/// Before and after the changes.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    before: Vec<Somebody>,
    after: Vec<Somebody>,
}

impl Script {
    /// The same for the same number.
    pub(crate) fn new(number: u64) -> Self {
        let mut dice = Dice::new(number);
        let people = 8 + dice.below(12);
        let before: Vec<Somebody> = (0..people).map(|n| somebody(n, &mut dice)).collect();
        let mut after = before.clone();
        // The next to last goes, the first is renamed, the second's first alias becomes the third's, and a new one
        // comes.
        after.remove(before.len() - 2);
        "renamed".clone_into(&mut after[0].primary);
        let moved = after[1].aliases.remove(0);
        after[2].aliases.push(moved);
        after.push(somebody(people, &mut dice));
        Self { before, after }
    }

    /// Writes the people before the changes.
    pub(crate) async fn begin(&self, tenant: &Tenant, forest: &Forest) -> Result<()> {
        for somebody in &self.before {
            add(tenant, forest, somebody).await?;
        }
        Ok(())
    }

    /// Writes the changes.
    pub(crate) async fn change(&self, tenant: &Tenant, forest: &Forest) -> Result<()> {
        for gone in self.before.iter().filter(|old| self.now(old).is_none()) {
            forest.remove(&gone.name).await?;
        }
        for new in &self.after {
            match self.before.iter().find(|old| old.name == new.name) {
                None => add(tenant, forest, new).await?,
                Some(old) if old == new => {}
                Some(_) => forest.set_addresses(&new.name, &values(tenant, new)).await?,
            }
        }
        Ok(())
    }

    /// The addresses that may go, by their local parts.
    pub(crate) fn leaving(&self) -> Vec<&str> {
        let had = self.before.iter().flat_map(addresses);
        let has: Vec<&str> = self.after.iter().flat_map(addresses).collect();
        had.filter(|address| !has.contains(address)).collect()
    }

    fn now(&self, old: &Somebody) -> Option<&Somebody> {
        self.after.iter().find(|new| new.name == old.name)
    }
}

fn somebody(number: u64, dice: &mut Dice) -> Somebody {
    let name = format!("p{number}");
    let aliases = 1 + dice.below(3);
    Somebody {
        primary: name.clone(),
        aliases: (0..aliases).map(|n| format!("{name}-a{n}")).collect(),
        name,
    }
}

fn addresses(somebody: &Somebody) -> impl Iterator<Item = &str> {
    std::iter::once(&somebody.primary)
        .chain(&somebody.aliases)
        .map(String::as_str)
}

async fn add(tenant: &Tenant, forest: &Forest, somebody: &Somebody) -> Result<()> {
    let object = person(&somebody.name).primary(&tenant.address(&somebody.primary));
    let object = somebody
        .aliases
        .iter()
        .fold(object, |object, alias| object.alias(&tenant.address(alias)));
    forest.add(&object).await
}

fn values(tenant: &Tenant, somebody: &Somebody) -> Vec<String> {
    let aliases = somebody
        .aliases
        .iter()
        .map(|alias| format!("smtp:{}", tenant.address(alias)));
    std::iter::once(format!("SMTP:{}", tenant.address(&somebody.primary)))
        .chain(aliases)
        .collect()
}
