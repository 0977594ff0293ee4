//! Settings and filters.

use rollcall_client::view::{FilterCheckView, FilterView, RemovalView, SelectionView, SettingsView};
use rollcall_domain::{
    guard::{CreationLimit, RemovalLimit},
    invisible::show,
};

use super::{Fact, Look, facts, list_or, table, text, word, words, yes};

/// A tenant's settings.
pub(crate) fn settings(settings: &SettingsView, look: &Look) -> String {
    let look = &in_its_zone(settings, look);
    let mut all = vec![("tenant", Some(settings.tenant_id.clone()))];
    all.extend(directory(settings));
    all.extend([("filter as sent", settings.composed_filter.clone())]);
    all.extend(selection(&settings.selection));
    all.extend([
        ("schedule", Some(schedule(settings))),
        ("next run", look.at(settings.next_run_time.as_deref())),
        (
            "paused",
            settings
                .paused_reason
                .map(|reason| words::paused(reason).to_owned()),
        ),
        (
            "HSR for new users",
            Some(yes(settings.new_users.send_hsr).to_owned()),
        ),
        (
            "welcome new users",
            Some(yes(settings.new_users.send_welcome).to_owned()),
        ),
        ("limit of new accounts", Some(limit_of_new(settings))),
    ]);
    all.extend(removal(&settings.removal));
    all.extend([("last saved", look.at(settings.update_time.as_deref()))]);
    facts(all, look)
}

/// Times of settings are those of their own schedule.
fn in_its_zone(settings: &SettingsView, look: &Look) -> Look {
    look.in_zone(settings.schedule.time_zone.as_deref())
}

fn directory(settings: &SettingsView) -> [Fact; 10] {
    let directory = &settings.directory;
    let port = if directory.port == 0 {
        "the default".to_owned()
    } else {
        directory.port.to_string()
    };
    let password = if settings.credential_set {
        "stored, never shown"
    } else {
        "none"
    };
    let ca = directory
        .ca_certificates_pem
        .as_deref()
        .map_or("the system's".to_owned(), certificates);
    let or = |text: &Option<String>, without: &str| Some(text.clone().unwrap_or(without.to_owned()));
    [
        ("server type", Some(word(directory.server_type).to_owned())),
        ("hosts", Some(directory.hosts.join(", "))),
        ("port", Some(port)),
        ("security", Some(word(directory.security).to_owned())),
        ("CA", Some(ca)),
        (
            "bind username",
            Some(format!("{} (password: {password})", directory.bind_username)),
        ),
        ("search bases", Some(bases(&directory.search_bases))),
        ("filter", or(&directory.filter, "none")),
        (
            "attributes",
            Some(list_or(&directory.attributes, "proxyAddresses")),
        ),
        ("primary attribute", directory.primary_attribute.clone()),
    ]
}

/// DNs hold commas of their own.
fn bases(bases: &[String]) -> String {
    let shown = bases.iter().map(|base| match base.as_str() {
        "" => "the root of the tree",
        base => base,
    });
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() {
        return "the server's default".to_owned();
    }
    shown.join("; ")
}

fn selection(selection: &SelectionView) -> [Fact; 4] {
    let disabled = if selection.exclude_disabled {
        "left out"
    } else {
        "imported"
    };
    let same_username = match selection.same_username {
        Some("IMPORT") => "each alias is imported",
        _ => "one alias is kept, the others are skipped",
    };
    [
        ("object types", Some(list_or(&selection.object_types, "all"))),
        (
            "domains",
            Some(list_or(&selection.domains, "all of the tenant's")),
        ),
        ("disabled users", Some(disabled.to_owned())),
        ("same username", Some(same_username.to_owned())),
    ]
}

fn limit_of_new(settings: &SettingsView) -> String {
    let accounts = settings.new_users.limit_accounts.map(i32::unsigned_abs);
    CreationLimit { accounts }.in_words()
}

fn removal(removal: &RemovalView) -> [Fact; 2] {
    let manual = if removal.keep_manual {
        "; manual entries are kept"
    } else {
        ""
    };
    let absent = if removal.remove_accounts {
        format!("removed{manual}")
    } else {
        "kept, marked as stale".to_owned()
    };
    let limit = RemovalLimit {
        accounts: removal.limit_accounts.map(i32::unsigned_abs),
        percent: removal.limit_percent.map(i32::unsigned_abs),
    };
    [
        ("missing from directory", Some(absent)),
        ("limit in 24 hours", Some(limit.in_words())),
    ]
}

fn certificates(pem: &str) -> String {
    let count = pem.matches("-----BEGIN CERTIFICATE-----").count();
    format!(
        "uploaded ({count} certificate{})",
        if count == 1 { "" } else { "s" }
    )
}

fn schedule(settings: &SettingsView) -> String {
    let zone = settings
        .schedule
        .time_zone
        .as_deref()
        .unwrap_or("the deployment's time zone");
    match settings.schedule.every_hours {
        0 => "none".to_owned(),
        1 => "every hour".to_owned(),
        24 => format!("every day at 00:01, {zone}"),
        hours => format!("every {hours} hours from 00:01, {zone}"),
    }
}

/// All tenants' settings.
pub(crate) fn settings_list(list: &[SettingsView], look: &Look) -> String {
    if list.is_empty() {
        return "No tenant has settings.".to_owned();
    }
    let header = ["tenant", "hosts", "security", "filter", "schedule", "next run"];
    let mut table = table(&header, look);
    for settings in list {
        table.add_row([
            settings.tenant_id.clone(),
            show(&settings.directory.hosts.join(", ")).into_owned(),
            word(settings.directory.security).to_owned(),
            show(settings.directory.filter.as_deref().unwrap_or_default()).into_owned(),
            schedule(settings),
            in_its_zone(settings, look).at_or_dash(settings.next_run_time.as_deref()),
        ]);
    }
    text(table)
}

/// State of a schedule after its pause has ended.
pub(crate) fn resumed(settings: &SettingsView, look: &Look) -> String {
    let tenant = &settings.tenant_id;
    match &settings.next_run_time {
        Some(next) => format!(
            "The schedule of {tenant} is resumed. The next run is due at {}.",
            in_its_zone(settings, look).time(next)
        ),
        None => format!(
            "The schedule's own pause has ended, but no run is due; rollcall settings show {tenant} shows why."
        ),
    }
}

/// A filter that was made, unbroken, so that it can be copied.
pub(crate) fn filter(view: &FilterView) -> String {
    let without = "none: every object that has one of the attributes";
    let filter = view.filter.as_deref().unwrap_or(without);
    format!("filter:\n  {filter}\nas sent:\n  {}", view.composed)
}

/// A filter that was checked: as it will be, or where it is wrong.
pub(crate) fn filter_check(given: &str, view: &FilterCheckView) -> String {
    let Some(error) = &view.error else {
        let canonical = view.canonical.as_deref().unwrap_or("none");
        let composed = view.composed.as_deref().unwrap_or_default();
        return format!("The filter is valid:\n  {canonical}\nas sent:\n  {composed}");
    };
    let before = given
        .chars()
        .take(usize::try_from(error.position).unwrap_or_default())
        .count();
    format!(
        "The filter is not valid: {} (at character {}).\n  {given}\n  {}^",
        error.message.trim_end_matches('.'),
        error.position,
        " ".repeat(before)
    )
}
