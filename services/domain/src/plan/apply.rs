//! Meaning of applying a plan: the portal after the run.

use std::collections::HashMap;

use crate::id::AccountId;

use super::Plan;
use super::portal::{AccountState, Portal};

impl Portal {
    /// The portal after the changes of a plan. Other code that applies them must come to the same result: each changed
    /// account is as its `after` says, every other one as it was.
    #[must_use]
    pub fn apply(&self, plan: &Plan<'_>) -> Self {
        let mut changed: HashMap<AccountId, &AccountState> = plan
            .changes
            .iter()
            .map(|change| (change.after.id, &change.after))
            .collect();
        let mut builder = Self::builder();
        for account in self.iter() {
            builder.push(changed.remove(&account.id).cloned().unwrap_or(account));
        }
        for new in changed.into_values() {
            builder.push(new.clone());
        }
        builder.finish()
    }
}
