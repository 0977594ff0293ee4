//! What to do about the reasons that services give for a refusal.

/// What to do, if something helps.
pub(super) fn of(reason: &str) -> Option<&'static str> {
    of_settings(reason)
        .or_else(|| of_run(reason))
        .or_else(|| of_decision(reason))
        .or_else(|| of_account(reason))
}

fn of_settings(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_DOMAINS" => "Name them all: rollcall domains put TENANT DOMAIN...",
        "NO_SETTINGS" => {
            "Say where its directory is: rollcall settings put TENANT --host HOST ... \
             (rollcall settings list shows who has settings)."
        }
        "PASSWORD_REQUIRED" => {
            "Give the password with --password-file FILE, --password-stdin or --ask-password: a \
             stored one is only ever sent where it was meant for, so it is needed again when hosts, port, security, CA \
             certificates or username change."
        }
        "ETAG_MISMATCH" => {
            "Somebody else changed the settings in the meantime. Nothing was saved: look at them with \
             rollcall settings show TENANT, and try again."
        }
        "DOMAIN_OWNED" => {
            "A domain has one owner. Take it from the list, or have its owner give it up first."
        }
        "NO_WORKER" => {
            "No worker took the test in time. Are workers running, and is RabbitMQ? rollcall fleet shows what waits."
        }
        "TOO_MANY_TESTS_OF_CALLER" | "TOO_MANY_TESTS_OF_TENANT" => {
            "Wait for a test that is under way to end, then repeat the command."
        }
        "TOO_MANY_TESTS" => "Others are testing their connections at the moment: try again in a minute.",
        "NOT_PAUSED" => "rollcall settings show TENANT tells when the next run is.",
        "NO_SCHEDULE" => "Give it one: rollcall settings put TENANT --every-hours N.",
        "CREDENTIALS_REFUSED" => {
            "Only a new password or username, or another host, ends this pause: rollcall settings put TENANT \
             --ask-password. Check it first with rollcall test TENANT --ask-password."
        }
        "FLEET_PAUSED" => {
            "For the operator: rollcall fleet resume --schedules. A sync that somebody asks for goes on all the same: \
             rollcall sync TENANT."
        }
        _ => return None,
    })
}

fn of_run(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_RUN" => "The id is unknown, or another tenant's: rollcall runs TENANT lists the tenant's runs.",
        "RUN_FINISHED" => "There is nothing left to cancel: rollcall run TENANT RUN shows how it ended.",
        "RUN_HAS_NO_ROWS" => {
            "Only a run that SUCCEEDED or is HELD has rows: rollcall run TENANT RUN shows where it stands."
        }
        "ROWS_EXPIRED" => {
            "A preview's rows are kept for 7 days, a sync's for 30: look at a new preview with rollcall preview TENANT."
        }
        "SUMMARY_ONLY" => {
            "A tenant's three newest previews are kept with their rows: rollcall runs TENANT lists them, and rollcall \
             preview TENANT makes a new one."
        }
        "TOO_MANY_RUNS" => {
            "Runs that were asked for lately may say enough: rollcall runs TENANT lists them. The schedule goes on."
        }
        "NOT_A_PREVIEW" => "Name a preview that SUCCEEDED: rollcall runs TENANT lists the tenant's runs.",
        "TENANT_BUSY" => {
            "Another change, or the end of a large sync, is under way for this tenant. Try again in a moment."
        }
        "PAGE_TOKEN" => "The list changed while it was read: try again.",
        _ => return None,
    })
}

/// Approvals and reverts.
fn of_decision(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NOT_HELD" => "Only a HELD run waits for approval: rollcall runs TENANT shows which is.",
        "NOT_APPROVABLE" => "rollcall preview TENANT, then rollcall sync TENANT --expect PREVIEW_RUN.",
        "NOT_NEWEST_HELD" => "rollcall approve TENANT, without a run's id, shows the newest.",
        "APPROVAL_EXPIRED" => {
            "After 7 days nobody knows any more what was looked at: rollcall sync TENANT, and approve the new run."
        }
        "SETTINGS_CHANGED" | "DOMAINS_CHANGED" => {
            "What was looked at is not what would be done now: rollcall sync TENANT, and approve the new run."
        }
        "ALREADY_APPROVED" => "rollcall runs TENANT shows it as SYNC, APPROVAL.",
        "NOT_A_FINISHED_SYNC" => "Only a sync that SUCCEEDED can be taken back: rollcall runs TENANT.",
        "NOTHING_TO_REVERT" => "rollcall runs TENANT shows what each run came to.",
        "ALREADY_REVERTED" => "rollcall runs TENANT shows it as REVERT; its rows tell what was left alone.",
        "REVERT_EXPIRED" => {
            "After 30 days it is final. Removed accounts that are still kept: rollcall accounts TENANT --removed."
        }
        _ => return None,
    })
}

fn of_account(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_ACCOUNT" => {
            "The id is unknown, or another tenant's: rollcall accounts TENANT --json lists them with their ids, and with \
             --removed those that can be restored."
        }
        "ADDRESS_TAKEN" => {
            "An address has one account: rollcall explain TENANT ADDRESS shows which has it. Take it from there first."
        }
        "DOMAIN_NOT_REGISTERED" => {
            "Addresses must be in the tenant's own domains: rollcall domains show TENANT lists them."
        }
        "HELD_BY_DIRECTORY" => {
            "What the directory has of an account is changed there; the next sync brings it over. Typed addresses and HSR \
             can be changed here."
        }
        "PROTECTED" => "Protect it no more first: rollcall account protect TENANT ADDRESS --off.",
        "ALREADY_REMOVED" => "Make it live again first: rollcall account restore TENANT ADDRESS.",
        "NOT_REMOVED" => "It is live: rollcall accounts TENANT --search ADDRESS shows it.",
        _ => return None,
    })
}
