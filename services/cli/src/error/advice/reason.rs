//! Advice for the refusals of services.

/// Advice, if any helps.
pub(super) fn of(reason: &str) -> Option<&'static str> {
    of_settings(reason)
        .or_else(|| of_run(reason))
        .or_else(|| of_decision(reason))
        .or_else(|| of_account(reason))
}

fn of_settings(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_DOMAINS" => "Enter them all: rollcall domains put TENANT DOMAIN...",
        "NO_SETTINGS" => {
            "Enter where its directory is: rollcall settings put TENANT --host HOST ... \
             (rollcall settings list shows the tenants that have settings)."
        }
        "PASSWORD_REQUIRED" => {
            "Enter the password with --password-file FILE, --password-stdin or --ask-password: a stored password is \
             only ever sent to the server it was entered for, so it is needed again when hosts, port, security, CA \
             certificates or username change."
        }
        "ETAG_MISMATCH" => {
            "Someone else has changed the settings since you read them. Nothing was saved: review them with \
             rollcall settings show TENANT, and try again."
        }
        "DOMAIN_OWNED" => {
            "A domain has one owner. Remove it from the list, or ask its owner to give it up first."
        }
        "NO_WORKER" => {
            "No worker took the test in time. Are workers and RabbitMQ running? rollcall fleet shows the waiting runs."
        }
        "TOO_MANY_TESTS_OF_CALLER" | "TOO_MANY_TESTS_OF_TENANT" => {
            "Wait until a running test has ended, then repeat the command."
        }
        "TOO_MANY_TESTS" => "Other connection tests are running. Try again in a minute.",
        "NOT_PAUSED" => "rollcall settings show TENANT shows when the next run is due.",
        "NO_SCHEDULE" => "Set one: rollcall settings put TENANT --every-hours N.",
        "CREDENTIALS_REFUSED" => {
            "Only a new password or username, or another host, ends this pause: rollcall settings put TENANT \
             --ask-password. Check it first with rollcall test TENANT --ask-password."
        }
        "FLEET_PAUSED" => {
            "The operator can resume the schedules: rollcall fleet resume --schedules. Manual syncs still run: \
             rollcall sync TENANT."
        }
        _ => return None,
    })
}

fn of_run(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_RUN" => {
            "The id is unknown, or belongs to another tenant: rollcall runs TENANT lists the tenant's runs."
        }
        "RUN_FINISHED" => "There is nothing left to cancel: rollcall run TENANT RUN shows how it ended.",
        "RUN_HAS_NO_ROWS" => {
            "Only a run that SUCCEEDED or is HELD has rows: rollcall run TENANT RUN shows its state."
        }
        "ROWS_EXPIRED" => {
            "A preview's rows are kept for 7 days, a sync's for 30: start a new preview with rollcall preview TENANT."
        }
        "SUMMARY_ONLY" => {
            "Only a tenant's three newest previews keep their rows: rollcall runs TENANT lists them, and rollcall \
             preview TENANT starts a new one."
        }
        "TOO_MANY_RUNS" => {
            "A recent run may already show what you need: rollcall runs TENANT lists them. The schedule is not \
             affected."
        }
        "NOT_A_PREVIEW" => {
            "Give the id of a preview that SUCCEEDED: rollcall runs TENANT lists the tenant's runs."
        }
        "TENANT_BUSY" => {
            "Another change, or the end of a large sync, is under way for this tenant. Try again in a moment."
        }
        "PAGE_TOKEN" => "The list changed while it was being read: try again.",
        _ => return None,
    })
}

/// Approvals and reverts.
fn of_decision(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NOT_HELD" => "Only a HELD run can be approved: rollcall runs TENANT shows which runs are HELD.",
        "NOT_APPROVABLE" => "Start rollcall preview TENANT, then rollcall sync TENANT --expect PREVIEW_RUN.",
        "NOT_NEWEST_HELD" => "rollcall approve TENANT, without a run's id, shows the newest.",
        "APPROVAL_EXPIRED" => {
            "The review is more than 7 days old and no longer counts: rollcall sync TENANT, and approve the new run."
        }
        "SETTINGS_CHANGED" | "DOMAINS_CHANGED" => {
            "The result would no longer be the one you reviewed: rollcall sync TENANT, and approve the new run."
        }
        "ALREADY_APPROVED" => "rollcall runs TENANT shows the approval as SYNC, APPROVAL.",
        "NOT_A_FINISHED_SYNC" => {
            "Only a sync that SUCCEEDED can be reverted: rollcall runs TENANT lists the runs."
        }
        "NOTHING_TO_REVERT" => "rollcall runs TENANT shows the result of each run.",
        "ALREADY_REVERTED" => {
            "rollcall runs TENANT shows the revert as REVERT; its rows show what was left alone."
        }
        "REVERT_EXPIRED" => {
            "After 30 days a sync is final. Removed accounts that can still be restored: rollcall accounts TENANT \
             --removed."
        }
        _ => return None,
    })
}

fn of_account(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_ACCOUNT" => {
            "The id is unknown, or belongs to another tenant: rollcall accounts TENANT --json lists them with their \
             ids, and with --removed those that can be restored."
        }
        "ADDRESS_TAKEN" => {
            "An address belongs to one account: rollcall explain TENANT ADDRESS shows which. Drop it there first."
        }
        "DOMAIN_NOT_REGISTERED" => {
            "Addresses must be in the tenant's own domains: rollcall domains show TENANT lists them."
        }
        "HELD_BY_DIRECTORY" => {
            "Data from the directory must be changed there; the next sync brings it over. Manual addresses and HSR can \
             be changed here."
        }
        "PROTECTED" => "Remove its protection first: rollcall account protect TENANT ADDRESS --off.",
        "ALREADY_REMOVED" => "Restore it first: rollcall account restore TENANT ADDRESS.",
        "NOT_REMOVED" => "It is live: rollcall accounts TENANT --search ADDRESS shows it.",
        _ => return None,
    })
}
