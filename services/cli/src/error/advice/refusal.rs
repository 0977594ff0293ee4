//! Advice about the refusals of services.

use rollcall_terms::Refusal;

/// Advice, if something helps.
#[expect(
    clippy::too_many_lines,
    reason = "each refusal has a line, so that none is forgotten"
)]
pub(super) fn advice(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::NoTenant
        | Refusal::NoDomains
        | Refusal::NoSettings
        | Refusal::PasswordRequired
        | Refusal::EtagMismatch
        | Refusal::DomainUnavailable
        | Refusal::TooManyDomains
        | Refusal::DomainNotReserved
        | Refusal::DomainsInUse
        | Refusal::NoWorker
        | Refusal::TooManyTestsOfCaller
        | Refusal::TooManyTestsOfTenant
        | Refusal::TooManyTests
        | Refusal::NotPaused
        | Refusal::NoSchedule
        | Refusal::CredentialsRefused
        | Refusal::FleetPaused => of_settings(refusal),
        Refusal::NoRun
        | Refusal::RunFinished
        | Refusal::RunHasNoRows
        | Refusal::RowsExpired
        | Refusal::SummaryOnly
        | Refusal::TooManyRuns
        | Refusal::NotAPreview
        | Refusal::TenantBusy
        | Refusal::PageToken => of_run(refusal),
        Refusal::NotHeld
        | Refusal::NotApprovable
        | Refusal::NotNewestHeld
        | Refusal::ApprovalExpired
        | Refusal::SettingsChanged
        | Refusal::DomainsChanged
        | Refusal::AlreadyApproved
        | Refusal::NotAFinishedSync
        | Refusal::NothingToRevert
        | Refusal::AlreadyReverted
        | Refusal::RevertExpired => of_decision(refusal),
        Refusal::NoAccount
        | Refusal::AddressTaken
        | Refusal::DomainNotRegistered
        | Refusal::HeldByDirectory
        | Refusal::Protected
        | Refusal::AlreadyRemoved
        | Refusal::NotRemoved => of_account(refusal),
        Refusal::RequestUnreadable
        | Refusal::RequestCompressed
        | Refusal::UnknownMethod
        | Refusal::UnknownService => Some(super::OTHER_VERSION),
        Refusal::TenantNotAllowed | Refusal::AssertionRequired | Refusal::AssertionRefused => {
            of_caller(refusal)
        }
        // The code of the call, or the message itself, says all there is to say.
        Refusal::InvalidFields
        | Refusal::RequestTooLarge
        | Refusal::RequestLate
        | Refusal::AnswerNotRead
        | Refusal::CallerNotAllowed
        | Refusal::CallerLimit
        | Refusal::CallerRate
        | Refusal::ServerLimit
        | Refusal::GivenUp
        | Refusal::DeadlinePassed
        | Refusal::Unavailable
        | Refusal::Internal
        | Refusal::ExportsBusy
        | Refusal::WatchEnded
        | Refusal::WatchTooLong
        | Refusal::TestOverdue
        | Refusal::InvalidSubmission
        | Refusal::Fenced
        | Refusal::SettingsChangedDuringRun
        | Refusal::NotUnchanged
        | Refusal::ReadTooLarge
        | Refusal::TooManyAddresses
        | Refusal::TooEntangled
        | Refusal::CannotTellDisabled => None,
    }
}

/// What a certificate and an assertion allow.
fn of_caller(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::TenantNotAllowed => {
            "The client certificate (ROLLCALL_CLIENT_CERT_FILE) is for other tenants. Use one that is for this tenant: \
             an assertion (--assertion-file) does not change that."
        }
        Refusal::AssertionRequired => {
            "Give the file with the assertion, which the portal issues: --assertion-file FILE, or \
             ROLLCALL_ASSERTION_FILE."
        }
        Refusal::AssertionRefused => {
            "An assertion is for one tenant, and for minutes. Have a new one issued, and put it into the file that \
             --assertion-file or ROLLCALL_ASSERTION_FILE names."
        }
        _ => return None,
    })
}

fn of_settings(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::NoTenant => {
            "Check its id (rollcall settings list shows the tenants that have settings). A new tenant begins with its \
             domains: rollcall domains add TENANT DOMAIN..."
        }
        Refusal::NoDomains => "Enter them: rollcall domains add TENANT DOMAIN...",
        Refusal::NoSettings => {
            "Enter where its directory is: rollcall settings put TENANT --host HOST ... \
             (rollcall settings list shows the tenants that have settings)."
        }
        Refusal::PasswordRequired => {
            "Enter the password with --password-file FILE, --password-stdin or --ask-password: a stored password is \
             only ever sent to the server it was entered for, so it is needed again when hosts, port, security, CA \
             certificates or username change."
        }
        Refusal::EtagMismatch => {
            "Someone else has changed the settings since you read them. Nothing was saved: review them with \
             rollcall settings show TENANT, and try again."
        }
        Refusal::DomainUnavailable => {
            "A domain has one owner, and stays reserved for it for a time after it was given up. An operator can see \
             whose it is, and end a reservation: rollcall domains owner DOMAIN, rollcall domains release DOMAIN."
        }
        Refusal::TooManyDomains => {
            "An operator can end the reservation of a domain: rollcall domains release DOMAIN."
        }
        Refusal::DomainNotReserved => "rollcall domains owner DOMAIN shows whose it is.",
        Refusal::DomainsInUse => "If that is meant, repeat the command with --yes.",
        Refusal::NoWorker => {
            "No worker took the test in time. Are workers and RabbitMQ running? rollcall fleet shows the waiting runs."
        }
        Refusal::TooManyTestsOfCaller | Refusal::TooManyTestsOfTenant => {
            "Wait until a running test has ended, then repeat the command."
        }
        Refusal::TooManyTests => "Other connection tests are running. Try again in a minute.",
        Refusal::NotPaused => "rollcall settings show TENANT shows when the next run is due.",
        Refusal::NoSchedule => "Set one: rollcall settings put TENANT --every-hours N.",
        Refusal::CredentialsRefused => {
            "Only a new password or username, or another host, ends this pause: rollcall settings put TENANT \
             --ask-password. Check it first with rollcall test TENANT --ask-password."
        }
        Refusal::FleetPaused => {
            "The operator can resume the schedules: rollcall fleet resume --schedules. Manual syncs still run: \
             rollcall sync TENANT."
        }
        _ => return None,
    })
}

fn of_run(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::NoRun => {
            "The id is unknown, or belongs to another tenant: rollcall runs TENANT lists the tenant's runs."
        }
        Refusal::RunFinished => {
            "There is nothing left to cancel: rollcall run TENANT RUN shows how it ended."
        }
        Refusal::RunHasNoRows => {
            "Only a run that SUCCEEDED or is HELD has rows: rollcall run TENANT RUN shows its state."
        }
        Refusal::RowsExpired => {
            "Rows are kept for a time only: start a new preview with rollcall preview TENANT."
        }
        Refusal::SummaryOnly => {
            "Only a tenant's three newest previews keep their rows: rollcall runs TENANT lists them, and rollcall \
             preview TENANT starts a new one."
        }
        Refusal::TooManyRuns => {
            "A recent run may already show what you need: rollcall runs TENANT lists them. The schedule is not \
             affected."
        }
        Refusal::NotAPreview => {
            "Give the id of a preview that SUCCEEDED: rollcall runs TENANT lists the tenant's runs."
        }
        Refusal::TenantBusy => {
            "Another change, or the end of a large sync, is under way for this tenant. Try again in a moment."
        }
        Refusal::PageToken => "The list changed while it was being read: try again.",
        _ => return None,
    })
}

/// Approvals and reverts.
fn of_decision(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::NotHeld => {
            "Only a HELD run can be approved: rollcall runs TENANT shows which runs are HELD."
        }
        Refusal::NotApprovable => {
            "Start rollcall preview TENANT, then rollcall sync TENANT --expect PREVIEW_RUN."
        }
        Refusal::NotNewestHeld => "rollcall approve TENANT, without a run's id, shows the newest.",
        Refusal::ApprovalExpired => {
            "The review is too old and no longer counts: rollcall sync TENANT, and approve the new run."
        }
        Refusal::SettingsChanged | Refusal::DomainsChanged => {
            "The result would no longer be the one you reviewed: rollcall sync TENANT, and approve the new run."
        }
        Refusal::AlreadyApproved => "rollcall runs TENANT shows the approval as SYNC, APPROVAL.",
        Refusal::NotAFinishedSync => {
            "Only a sync that SUCCEEDED can be reverted: rollcall runs TENANT lists the runs."
        }
        Refusal::NothingToRevert => "rollcall runs TENANT shows the result of each run.",
        Refusal::AlreadyReverted => {
            "rollcall runs TENANT shows the revert as REVERT; its rows show what was left alone."
        }
        Refusal::RevertExpired => {
            "This sync is final by now. Removed accounts that can still be restored: rollcall accounts TENANT \
             --removed."
        }
        _ => return None,
    })
}

fn of_account(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::NoAccount => {
            "The id is unknown, or belongs to another tenant: rollcall accounts TENANT --json lists them with their \
             ids, and with --removed those that can be restored."
        }
        Refusal::AddressTaken => {
            "An address belongs to one account: drop it there first. rollcall explain TENANT ADDRESS shows why it is there."
        }
        Refusal::DomainNotRegistered => {
            "Addresses must be in the tenant's own domains: rollcall domains show TENANT lists them."
        }
        Refusal::HeldByDirectory => {
            "Data from the directory must be changed there; the next sync brings it over. Manual addresses and HSR can \
             be changed here."
        }
        Refusal::Protected => "Remove its protection first: rollcall account protect TENANT ADDRESS --off.",
        Refusal::AlreadyRemoved => "Restore it first: rollcall account restore TENANT ADDRESS.",
        Refusal::NotRemoved => "It is live: rollcall accounts TENANT --search ADDRESS shows it.",
        _ => return None,
    })
}
