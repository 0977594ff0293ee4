//! Options and arguments of the command line for the fields of the contract.

/// The option or argument that gives a field, such as `--host` for `settings.directory.hosts[0]`. An entry of a list is
/// counted from 1.
pub(super) fn option_of(field: &str) -> String {
    let (path, place) = without_place(field);
    let last = path.rsplit('.').next().unwrap_or(&path);
    let option = match path.as_str() {
        "domains.name" | "domains.alias_of" => "DOMAIN".to_owned(),
        "account.addresses" | "account.addresses.address" => "--alias".to_owned(),
        "account.primary_address" => "--primary".to_owned(),
        "account.type" => "--object-type".to_owned(),
        "settings.new_users.limit_accounts" => "--limit-new".to_owned(),
        _ => by_name(last),
    };
    match place {
        Some(place) => format!("{option} number {}", place + 1),
        None => option,
    }
}

/// The name in a list of domains that a field belongs to; any other field's option.
pub(super) fn domain_of(field: &str, names: &[String]) -> String {
    match without_place(field) {
        (_, Some(place)) if place < names.len() => names[place].clone(),
        _ => option_of(field),
    }
}

/// What gives the address that a field of an account belongs to; any other field's option.
pub(super) fn address_of(field: &str, primary: &str, addresses: &[String]) -> String {
    match without_place(field) {
        (path, None) if path == "account.primary_address" => primary.to_owned(),
        (path, Some(place)) if path == "account.addresses.address" && place < addresses.len() => {
            addresses[place].clone()
        }
        _ => option_of(field),
    }
}

/// Most options are named as their fields; those of lists, which are given several times, in the singular.
fn by_name(name: &str) -> String {
    match name {
        "tenant_id" => "TENANT".to_owned(),
        "run_id" => "RUN".to_owned(),
        "account_id" => "ACCOUNT".to_owned(),
        "address" => "ADDRESS".to_owned(),
        "directory" | "hosts" => "--host".to_owned(),
        "ca_certificates_pem" => "--ca-file".to_owned(),
        "bind_password" => "the password".to_owned(),
        "search_base" | "search_bases" => "--base".to_owned(),
        "attributes" => "--attribute".to_owned(),
        "object_types" => "--object-type".to_owned(),
        "domains" => "--domain".to_owned(),
        "verdicts" => "--verdict".to_owned(),
        "expect_preview_run_id" => "--expect".to_owned(),
        "hsr_enabled" => "--hsr".to_owned(),
        "is_protected" => "--protected".to_owned(),
        "page_size" => "--limit".to_owned(),
        name => format!("--{}", name.replace('_', "-")),
    }
}

/// The path without the place in a list, and the place, from 0.
fn without_place(field: &str) -> (String, Option<usize>) {
    let parts = field
        .split_once('[')
        .and_then(|(before, rest)| Some((before, rest.split_once(']')?)));
    match parts {
        Some((before, (place, after))) => (format!("{before}{after}"), place.parse().ok()),
        None => (field.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Args;

    #[test]
    fn each_field_of_the_settings_has_an_option_that_settings_put_knows() {
        let command = Args::command();
        let settings = command.find_subcommand("settings").unwrap();
        let put = settings.find_subcommand("put").unwrap();
        for field in [
            "settings.directory",
            "settings.directory.server_type",
            "settings.directory.hosts",
            "settings.directory.port",
            "settings.directory.security",
            "settings.directory.ca_certificates_pem",
            "settings.directory.bind_username",
            "settings.directory.search_bases",
            "settings.directory.primary_attribute",
            "settings.directory.filter",
            "settings.directory.attributes",
            "settings.selection.object_types",
            "settings.selection.domains",
            "settings.selection.same_username",
            "settings.schedule.every_hours",
            "settings.schedule.time_zone",
            "settings.new_users.limit_accounts",
            "settings.removal.limit_accounts",
            "settings.removal.limit_percent",
        ] {
            let option = option_of(field);
            let long = option.strip_prefix("--");
            assert!(
                put.get_arguments()
                    .any(|arg| arg.get_long() == long && long.is_some()),
                "{field}: {option}"
            );
        }
    }

    #[test]
    fn a_wrong_address_of_an_account_is_named_as_it_was_given() {
        let addresses = ["press@a.example".to_owned(), "--alias x@b".to_owned()];
        for (field, given) in [
            ("account.addresses[1].address", "--alias x@b"),
            ("account.addresses[0].address", "press@a.example"),
            ("account.primary_address", "ACCOUNT"),
            ("account.addresses", "--alias"),
            ("account.hsr_enabled", "--hsr"),
        ] {
            assert_eq!(address_of(field, "ACCOUNT", &addresses), given, "{field}");
        }
    }

    #[test]
    fn an_entry_of_a_list_is_counted_from_1() {
        for (field, option) in [
            ("settings.directory.hosts[0]", "--host number 1"),
            ("domains[1].name", "DOMAIN number 2"),
            ("account.addresses[2].address", "--alias number 3"),
            ("tenant_id", "TENANT"),
        ] {
            assert_eq!(option_of(field), option);
        }
    }
}
