//! Places of connection tests: bounded in all, for each caller and for each tenant.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rollcall_chassis::{grpc::Caller, status::ApiError};
use rollcall_domain::TenantId;

use crate::refusals::{too_many_tests, too_many_tests_of_caller, too_many_tests_of_tenant};

/// The most tests at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MostTests {
    /// In all.
    pub(crate) all: usize,
    /// Of one caller.
    pub(crate) caller: usize,
    /// Of one tenant.
    pub(crate) tenant: usize,
}

/// Counts the tests under way in this process.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    most: MostTests,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    callers: HashMap<Caller, usize>,
    tenants: HashMap<TenantId, usize>,
}

/// The place of one test, free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    caller: Caller,
    tenant: Option<TenantId>,
}

impl Places {
    /// As many as `most` says.
    pub(crate) fn new(most: MostTests) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// Takes a place, or says which bound is reached. Settings that belong to no tenant yet count for their caller
    /// only.
    pub(crate) fn take(&self, caller: Caller, tenant: Option<TenantId>) -> Result<Place, ApiError> {
        let most = self.most;
        let mut taken = self.taken();
        if count(&taken.callers, &caller) >= most.caller {
            return Err(too_many_tests_of_caller(most.caller));
        }
        if tenant
            .as_ref()
            .is_some_and(|tenant| count(&taken.tenants, tenant) >= most.tenant)
        {
            return Err(too_many_tests_of_tenant(most.tenant));
        }
        if taken.all >= most.all {
            return Err(too_many_tests());
        }
        taken.all += 1;
        *taken.callers.entry(caller.clone()).or_default() += 1;
        if let Some(tenant) = &tenant {
            *taken.tenants.entry(tenant.clone()).or_default() += 1;
        }
        drop(taken);
        Ok(Place {
            places: self.clone(),
            caller,
            tenant,
        })
    }

    // The counts are whole at any time, so a panic elsewhere does not make them wrong.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        give_back(&mut taken.callers, &self.caller);
        if let Some(tenant) = &self.tenant {
            give_back(&mut taken.tenants, tenant);
        }
    }
}

fn count<K: Eq + Hash>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

/// A caller that has none under way is forgotten, so that the map is no larger than the bound in all.
fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str) -> Caller {
        Caller::named(name)
    }

    fn tenant(id: &str) -> TenantId {
        TenantId::parse(id).unwrap()
    }

    fn places() -> Places {
        Places::new(MostTests {
            all: 5,
            caller: 3,
            tenant: 2,
        })
    }

    fn reason(result: Result<Place, ApiError>) -> &'static str {
        result.expect_err("no place").refusal().as_str()
    }

    #[test]
    fn a_caller_and_a_tenant_have_so_many_places_and_each_refusal_names_its_bound() {
        let places = places();
        let first = places.take(caller("portal"), Some(tenant("acme"))).unwrap();
        let _second = places.take(caller("portal"), Some(tenant("acme"))).unwrap();
        let refused = places.take(caller("portal"), Some(tenant("acme")));
        assert_eq!(reason(refused), "TOO_MANY_TESTS_OF_TENANT");
        let other = places.take(caller("other"), Some(tenant("acme")));
        assert_eq!(reason(other), "TOO_MANY_TESTS_OF_TENANT", "whoever asks");
        let _third = places.take(caller("portal"), None).unwrap();
        let refused = places.take(caller("portal"), Some(tenant("umbrella")));
        assert_eq!(reason(refused), "TOO_MANY_TESTS_OF_CALLER");
        let _elsewhere = places.take(caller("other"), Some(tenant("umbrella"))).unwrap();
        drop(first);
        let _again = places.take(caller("portal"), Some(tenant("acme"))).unwrap();
    }

    #[test]
    fn all_tenants_share_so_many_places_and_a_tenant_without_one_is_forgotten() {
        let places = places();
        let all: Vec<_> = (0..5)
            .map(|n| {
                places
                    .take(caller(&n.to_string()), Some(tenant(&format!("t{n}"))))
                    .unwrap()
            })
            .collect();
        assert_eq!(reason(places.take(caller("late"), None)), "TOO_MANY_TESTS");
        drop(all);
        let taken = places.taken();
        assert!(taken.callers.is_empty() && taken.tenants.is_empty() && taken.all == 0);
    }
}
