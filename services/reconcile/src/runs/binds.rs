//! Counts refused binds: a credential that the directory refused three times in a row pauses the tenant's schedule,
//! since every further attempt could lock the account. A bind counts no matter if a run or a connection test asked
//! for it.

use rollcall_domain::{
    RunId, TenantId,
    failure::{BindOutcome, FailureCode},
};
use rollcall_proto::v1::PausedReason;

use crate::{
    error::ReconcileError,
    reports::Reports,
    store::{CurrentSettings, Store, TenantLock, tenant::RefusedBinds},
    write::outbox,
};

/// After so many refused binds in a row the schedule pauses.
const PAUSES_AT: i32 = 3;

/// Result of a bind, as an attempt to read shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    /// The directory refused the credential.
    Refused,
    /// The directory took it.
    Accepted,
}

impl Bind {
    /// The bind of a failed attempt; `None` if it may as well have ended before the bind as after it.
    pub(crate) fn of_failure(code: &str) -> Option<Self> {
        match FailureCode::parse(code)?.bind() {
            BindOutcome::Refused => Some(Self::Refused),
            BindOutcome::Accepted => Some(Self::Accepted),
            BindOutcome::Unknown => None,
        }
    }
}

/// The directory refused this credential; returns true if the schedule pauses now.
fn refused(binds: &mut RefusedBinds, credential: i64) -> bool {
    if binds.credential != Some(credential) {
        binds.count = 0;
        binds.credential = Some(credential);
    }
    binds.count = binds.count.saturating_add(1);
    if binds.accepted == Some(credential) {
        binds.accepted = None;
    }
    let pauses = binds.count >= PAUSES_AT && binds.paused != Some(credential);
    if pauses {
        binds.paused = Some(credential);
    }
    pauses
}

/// The directory accepted this credential. That ends the row of refused ones, but no pause: a credential that is
/// refused now and then is replaced by a person who looked at it.
pub(crate) fn accepted(binds: &mut RefusedBinds, credential: i64) {
    if binds.credential == Some(credential) {
        binds.count = 0;
    }
    binds.accepted = Some(credential);
}

/// Notes the bind of the run that has the lease. A bind with a credential that has been replaced since then says
/// nothing of the tenant's present one, nor does the bind of a run whose settings are gone.
pub(crate) fn note_of_lease(tenant: &mut TenantLock, bind: Bind) -> Result<(), ReconcileError> {
    let Some(current) = tenant.settings()? else {
        return Ok(());
    };
    // The settings' generation grows with every credential: one that is not younger than the lease is the one it was
    // given.
    let given = tenant
        .row
        .lease
        .settings_generation
        .is_some_and(|generation| current.credential_generation <= generation);
    if given {
        let run = tenant.row.lease.run;
        note(tenant, run, &current, bind);
    }
    Ok(())
}

fn note(tenant: &mut TenantLock, run: Option<RunId>, current: &CurrentSettings, bind: Bind) {
    let pauses = match bind {
        Bind::Accepted => {
            accepted(&mut tenant.row.refused_binds, current.credential_generation);
            false
        }
        Bind::Refused => refused(&mut tenant.row.refused_binds, current.credential_generation),
    };
    if pauses && has_schedule(current) {
        tracing::warn!(
            tenant.id = %tenant.tenant,
            "the directory refused the credentials too often: the schedule is paused"
        );
        outbox::schedule_paused(tenant, run, PausedReason::CredentialsRefused);
    }
}

/// True if the tenant's directory is read without a request.
pub(crate) fn has_schedule(current: &CurrentSettings) -> bool {
    current
        .settings
        .schedule
        .as_ref()
        .is_some_and(|schedule| schedule.every_hours > 0)
}

/// Reports the pause of the schedule, which the request for a revert began: it lasts however the revert ends.
pub(super) fn report_pause_of_revert(tenant: &mut TenantLock, run: RunId, current: &CurrentSettings) {
    if has_schedule(current) {
        outbox::schedule_paused(tenant, Some(run), PausedReason::Reverted);
    }
}

/// Notes how a bind outside of any run went, if it was with the tenant's present credential.
pub(crate) async fn note_bind(
    store: &Store,
    reports: &Reports,
    tenant: &TenantId,
    credential_generation: i64,
    bind: Bind,
) -> Result<(), ReconcileError> {
    let mut tenant = TenantLock::open(&store.runs, tenant).await?;
    let Some(current) = tenant.settings()? else {
        return Ok(());
    };
    if current.credential_generation != credential_generation {
        return Ok(());
    }
    note(&mut tenant, None, &current, bind);
    tenant.commit().await?;
    reports.wake_relay();
    Ok(())
}

#[cfg(test)]
mod tests {
    use rollcall_domain::FailureClass;

    use super::*;

    fn refuse(binds: &mut RefusedBinds, times: u32, credential: i64) -> Vec<bool> {
        (0..times).map(|_| refused(binds, credential)).collect()
    }

    #[test]
    fn the_third_refused_bind_in_a_row_pauses_once() {
        let mut binds = RefusedBinds::default();
        assert_eq!(refuse(&mut binds, 5, 7), [false, false, true, false, false]);
        assert_eq!(binds.paused, Some(7));
    }

    #[test]
    fn a_bind_that_succeeds_ends_the_row() {
        let mut binds = RefusedBinds::default();
        refuse(&mut binds, 2, 7);
        accepted(&mut binds, 7);
        assert_eq!(refuse(&mut binds, 3, 7), [false, false, true]);
    }

    #[test]
    fn a_credential_is_proven_from_a_success_to_the_next_refusal() {
        let mut binds = RefusedBinds::default();
        accepted(&mut binds, 7);
        assert_eq!(binds.accepted, Some(7));
        refused(&mut binds, 7);
        assert_eq!(binds.accepted, None);
    }

    #[test]
    fn a_success_does_not_end_a_pause() {
        let mut binds = RefusedBinds::default();
        refuse(&mut binds, 3, 7);
        accepted(&mut binds, 7);
        assert_eq!(binds.paused, Some(7));
    }

    #[test]
    fn a_new_credential_is_counted_from_zero_and_can_pause_again() {
        let mut binds = RefusedBinds::default();
        refuse(&mut binds, 3, 7);
        assert_eq!(refuse(&mut binds, 3, 9), [false, false, true]);
        assert_eq!(binds.paused, Some(9));
    }

    #[test]
    fn a_success_of_an_older_credential_says_nothing_of_the_newer_one() {
        let mut binds = RefusedBinds::default();
        refuse(&mut binds, 2, 9);
        accepted(&mut binds, 7);
        assert!(refused(&mut binds, 9));
    }

    #[test]
    fn a_password_that_is_right_but_must_be_changed_does_not_count() {
        assert_eq!(Bind::of_failure("PASSWORD_MUST_CHANGE"), None);
        for code in FailureCode::ALL.iter().copied() {
            let counts = code.class() == FailureClass::Credentials && code != FailureCode::PasswordMustChange;
            let refused = Bind::of_failure(code.as_str()) == Some(Bind::Refused);
            assert_eq!(refused, counts, "{code:?}");
        }
    }

    #[test]
    fn a_failure_before_the_bind_says_nothing_of_it() {
        for code in [
            "CANNOT_RESOLVE",
            "CANNOT_CONNECT",
            "TLS_UNTRUSTED",
            "CONNECTION_LOST",
            "NO_SUCH_CODE",
        ] {
            assert_eq!(Bind::of_failure(code), None, "{code}");
        }
        assert_eq!(Bind::of_failure("NO_SUCH_BASE"), Some(Bind::Accepted));
        assert_eq!(Bind::of_failure("ACCOUNT_LOCKED"), Some(Bind::Refused));
    }
}
