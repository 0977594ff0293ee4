//! Between the contract's messages and the domain's values.

use jiff::Timestamp;
use rollcall_chassis::status::Violations;
use rollcall_domain::{
    DomainName, Fence, MOST_CLAIMS_OF_OBJECT, ObjectType, RunId, TenantId,
    plan::{AccountState, Counts, Directory, DirectoryBuilder, Removal, Rules, SameUsername},
};
use rollcall_proto::v1;
use rollcall_terms::time;
use rollcall_terms::{
    Twin as _,
    object::{from_message, storable},
};

use crate::{error::ReconcileError, lease_key::LeaseKey};

/// A count for SQL.
pub(crate) fn to_bigint(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A tenant's id, or the field that is wrong.
pub(crate) fn tenant(tenant_id: &str) -> Result<TenantId, ReconcileError> {
    let mut violations = Violations::default();
    match violations.check("tenant_id", TenantId::parse(tenant_id)) {
        Some(tenant) => Ok(tenant),
        None => Err(ReconcileError::Malformed(violations)),
    }
}

/// A tenant and one of its runs, or all fields that are wrong.
pub(crate) fn run(tenant_id: &str, run_id: &str) -> Result<(TenantId, RunId), ReconcileError> {
    let mut violations = Violations::default();
    let tenant = violations.check("tenant_id", TenantId::parse(tenant_id));
    let run = violations.check("run_id", RunId::parse(run_id));
    match (tenant, run) {
        (Some(tenant), Some(run)) => Ok((tenant, run)),
        _ => Err(ReconcileError::Malformed(violations)),
    }
}

/// The lease that a call names.
pub(crate) fn lease_key(tenant_id: &str, run_id: &str, fence: i64) -> Result<LeaseKey, ReconcileError> {
    let (tenant, run) = run(tenant_id, run_id)?;
    Ok(LeaseKey {
        tenant,
        run,
        fence: Fence(fence),
    })
}

/// Bytes of an object's DN that are shown.
const LONGEST_DN: usize = 500;

/// The claims of a batch; refused if one object has too many.
pub(crate) fn claims(batch: &v1::ObjectBatch) -> Result<usize, ReconcileError> {
    let mut claims = 0;
    for object in &batch.objects {
        if object.claims.len() > MOST_CLAIMS_OF_OBJECT {
            return Err(ReconcileError::TooManyAddresses {
                dn: bounded(storable(&object.dn).into_owned(), LONGEST_DN),
                claims: object.claims.len(),
            });
        }
        claims += object.claims.len();
    }
    Ok(claims)
}

/// Adds a batch to a read.
pub(crate) fn push(directory: &mut DirectoryBuilder, batch: v1::ObjectBatch) -> Result<(), ReconcileError> {
    for object in batch.objects {
        directory.push(from_message(object)?);
    }
    Ok(())
}

fn bounded(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let end = (0..=longest)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The settings that decide in a plan.
pub(crate) fn rules(settings: &v1::Settings) -> Result<Rules, ReconcileError> {
    let selection = settings.selection.clone().unwrap_or_default();
    let new_users = settings.new_users.unwrap_or_default();
    let unreadable = ReconcileError::Unreadable {
        what: "domain of the settings",
    };
    let domains = selection
        .domains
        .iter()
        .map(|name| DomainName::parse(name))
        .collect::<Result<_, _>>();
    Ok(Rules {
        object_types: selection
            .object_types()
            .filter_map(ObjectType::of_message)
            .collect(),
        domains: domains.map_err(|_| unreadable)?,
        exclude_disabled: selection.exclude_disabled,
        same_username: match selection.same_username() {
            v1::SameUsername::Import => SameUsername::Import,
            v1::SameUsername::Skip | v1::SameUsername::Unspecified => SameUsername::Skip,
        },
        removal: match settings.removal {
            Some(removal) if removal.remove_accounts => Removal::On {
                keep_manual: removal.keep_manual,
            },
            _ => Removal::Off,
        },
        send_hsr: new_users.send_hsr,
        send_welcome: new_users.send_welcome,
    })
}

/// The counts of a run that planned.
pub(crate) fn counts(read: &v1::ReadSummary, directory: &Directory, counts: Counts) -> v1::Counts {
    v1::Counts {
        objects: directory.objects(),
        claims: directory.claims(),
        not_email: read.not_email,
        references: read.references,
        add: counts.add,
        keep: counts.keep,
        update: counts.update,
        remove: counts.remove,
        stale: counts.stale,
        skip: counts.skip,
        accounts: counts.accounts,
        welcomes: counts.welcomes,
        accounts_reduced: counts.accounts_reduced,
    }
}

/// An account as the portal sees it; `now` is the time of its removal, if it was removed.
pub(crate) fn account(account: &AccountState, now: Timestamp) -> v1::Account {
    let primary = account.primary().map(|primary| &primary.address);
    v1::Account {
        account_id: account.id.to_string(),
        primary_address: primary.map(ToString::to_string).unwrap_or_default(),
        addresses: account
            .addresses
            .iter()
            .map(|state| v1::AccountAddress {
                address: state.address.to_string(),
                address_type: state.address_type.message().into(),
                origin: state.origin.message().into(),
                stale_since: state.stale_since.map(time::to_proto),
            })
            .collect(),
        r#type: account.object_type.message().into(),
        origin: account.origin.message().into(),
        hsr_enabled: account.hsr_enabled,
        is_protected: account.is_protected,
        last_name: account.last_name().to_owned(),
        stale_since: account.stale_since.map(time::to_proto),
        remove_time: account.removed.then(|| time::to_proto(now)),
    }
}

#[cfg(test)]
mod tests;
