//! Descriptions of acts for their records: what was changed, started or tested. A password is never among it.

use ring::digest;
use rollcall_proto::v1::{
    Directory, NewUsers, ObjectType, Removal, SameUsername, Schedule, Security, Selection, ServerType,
    Settings,
};
use rollcall_terms::{
    audit::{Details, list},
    names,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

/// A setting by its path in the contract, and its value as text; empty for the default.
type Field = (&'static str, String);

/// The path of the password. Its value says if it was given, and nothing else.
const PASSWORD: &str = "directory.bind_password";

/// Settings that a save changed, with their values before and after.
pub(crate) fn saved(old: Option<&Settings>, new: &Settings, password_given: bool) -> Details {
    let none = Settings::default();
    let (old, new) = (fields(old.unwrap_or(&none)), fields(new));
    let password = if password_given { "given" } else { "kept" };
    let changed = old.into_iter().zip(new);
    changed
        .filter(|((_, old), (_, new))| old != new)
        .fold(Details::default(), |details, ((path, old), (_, new))| {
            details.changed(path, old, new)
        })
        .with(PASSWORD, password)
}

/// The directory that a connection test is sent to, and with which credential.
pub(crate) fn tested(settings: &Settings, test_id: &str, password_given: bool) -> Details {
    let password = if password_given { "given" } else { "stored" };
    let target = settings.directory.as_ref().map(directory).unwrap_or_default();
    target
        .into_iter()
        .fold(Details::default(), |details, (path, value)| {
            details.with_any(path, value)
        })
        .with(PASSWORD, password)
        .with("test_id", test_id)
}

/// Names every field, so that a new one does not compile until its author has decided how it is recorded.
fn fields(settings: &Settings) -> Vec<Field> {
    let Settings {
        directory: of_directory,
        selection,
        schedule,
        removal,
        new_users,
        tenant_id: _,
        etag: _,
        credential_set: _,
        next_run_time: _,
        paused_reason: _,
        update_time: _,
        composed_filter: _,
    } = settings;
    let mut fields = directory(&of_directory.clone().unwrap_or_default());
    fields.extend(selected(selection.as_ref().unwrap_or(&Selection::default())));
    let Schedule {
        every_hours,
        time_zone,
    } = schedule.clone().unwrap_or_default();
    fields.extend([
        ("schedule.every_hours", number(every_hours)),
        ("schedule.time_zone", time_zone),
    ]);
    let Removal {
        remove_accounts,
        keep_manual,
        limit_accounts,
        limit_percent,
    } = removal.unwrap_or_default();
    fields.extend([
        ("removal.remove_accounts", flag(remove_accounts)),
        ("removal.keep_manual", flag(keep_manual)),
        ("removal.limit_accounts", limit(limit_accounts)),
        ("removal.limit_percent", limit(limit_percent)),
    ]);
    let NewUsers {
        send_hsr,
        send_welcome,
        limit_accounts,
    } = new_users.unwrap_or_default();
    fields.extend([
        ("new_users.send_hsr", flag(send_hsr)),
        ("new_users.send_welcome", flag(send_welcome)),
        ("new_users.limit_accounts", limit(limit_accounts)),
    ]);
    fields
}

#[expect(
    deprecated,
    reason = "the field of callers that know only one search base is named too"
)]
fn directory(directory: &Directory) -> Vec<Field> {
    let Directory {
        server_type,
        hosts,
        port,
        security,
        ca_certificates_pem,
        bind_username,
        bind_password: _,
        // Stored among the others.
        search_base: _,
        search_bases,
        filter,
        attributes,
        primary_attribute,
    } = directory;
    let texts = |texts: &[String]| list(texts.iter().map(String::as_str));
    vec![
        ("directory.server_type", named::<ServerType>(*server_type)),
        ("directory.hosts", texts(hosts)),
        ("directory.port", number(*port)),
        ("directory.security", named::<Security>(*security)),
        ("directory.ca_certificates_pem", fingerprints(ca_certificates_pem)),
        ("directory.bind_username", bind_username.clone()),
        ("directory.search_bases", bases(search_bases)),
        ("directory.filter", filter.clone()),
        ("directory.attributes", texts(attributes)),
        ("directory.primary_attribute", primary_attribute.clone()),
    ]
}

fn selected(selection: &Selection) -> [Field; 4] {
    let Selection {
        object_types,
        domains,
        exclude_disabled,
        same_username,
    } = selection;
    let types: Vec<_> = object_types
        .iter()
        .map(|number| named::<ObjectType>(*number))
        .collect();
    [
        ("selection.object_types", list(types.iter().map(String::as_str))),
        ("selection.domains", list(domains.iter().map(String::as_str))),
        ("selection.exclude_disabled", flag(*exclude_disabled)),
        ("selection.same_username", named::<SameUsername>(*same_username)),
    ]
}

/// Quoted: a base has commas, and may be empty.
fn bases(bases: &[String]) -> String {
    let quoted: Vec<_> = bases.iter().map(|base| format!("“{base}”")).collect();
    list(quoted.iter().map(String::as_str))
}

/// The certificates by their SHA-256 fingerprints, as tools show them.
fn fingerprints(pem: &str) -> String {
    let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok);
    let fingerprints: Vec<_> = certificates
        .map(|certificate| fingerprint(&certificate))
        .collect();
    list(fingerprints.iter().map(String::as_str))
}

fn fingerprint(der: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, der);
    let octets: Vec<_> = digest
        .as_ref()
        .iter()
        .map(|octet| format!("{octet:02X}"))
        .collect();
    format!("SHA256:{}", octets.join(":"))
}

fn named<E: names::Named + TryFrom<i32>>(number: i32) -> String {
    names::to_sql(names::from_wire::<E>(number))
        .unwrap_or_default()
        .to_owned()
}

fn number(number: i32) -> String {
    if number == 0 {
        String::new()
    } else {
        number.to_string()
    }
}

fn flag(flag: bool) -> String {
    if flag { "true".to_owned() } else { String::new() }
}

fn limit(limit: Option<i32>) -> String {
    limit.map(|limit| limit.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Correct-Horse-7";

    fn settings() -> Settings {
        Settings {
            tenant_id: "acme".to_owned(),
            directory: Some(Directory {
                hosts: vec!["dc1.acme.example".to_owned()],
                port: 636,
                security: Security::Ldaps.into(),
                bind_username: "reader".to_owned(),
                bind_password: Some(SECRET.to_owned()),
                filter: "(department=Sales)".to_owned(),
                ..Directory::default()
            }),
            ..Settings::default()
        }
    }

    fn texts(details: Details) -> Vec<(String, String, String)> {
        let details = details.into_inner().into_iter();
        details
            .map(|detail| (detail.name, detail.old, detail.value))
            .collect()
    }

    fn text(name: &str, old: &str, value: &str) -> (String, String, String) {
        (name.to_owned(), old.to_owned(), value.to_owned())
    }

    #[test]
    fn a_save_is_recorded_by_the_settings_that_it_changed() {
        let mut changed = settings();
        changed.schedule = Some(Schedule {
            every_hours: 5,
            time_zone: String::new(),
        });
        if let Some(directory) = &mut changed.directory {
            directory.filter = "(department=IT)".to_owned();
        }
        assert_eq!(
            texts(saved(Some(&settings()), &changed, false)),
            [
                text("directory.filter", "(department=Sales)", "(department=IT)"),
                text("schedule.every_hours", "", "5"),
                text("directory.bind_password", "", "kept"),
            ]
        );
        assert_eq!(
            texts(saved(Some(&settings()), &settings(), true)),
            [text("directory.bind_password", "", "given")]
        );
    }

    #[test]
    fn no_record_has_a_password() {
        for details in [
            saved(None, &settings(), true),
            saved(Some(&Settings::default()), &settings(), false),
            tested(&settings(), "1", true),
        ] {
            assert!(!format!("{details:?}").contains(SECRET), "{details:?}");
        }
    }

    #[test]
    fn a_test_is_recorded_with_the_server_and_the_user_that_it_was_for() {
        let recorded = texts(tested(&settings(), "test", true));
        for wanted in [
            text("directory.hosts", "", "dc1.acme.example"),
            text("directory.port", "", "636"),
            text("directory.bind_username", "", "reader"),
            text("directory.bind_password", "", "given"),
            text("test_id", "", "test"),
        ] {
            assert!(recorded.contains(&wanted), "{wanted:?} in {recorded:?}");
        }
    }

    #[test]
    fn another_certificate_is_another_value_and_none_is_recorded_whole() {
        let certificate = || rcgen::generate_simple_self_signed(["ca".to_owned()]).expect("a certificate");
        let (first, second) = (certificate(), certificate());
        let shown = fingerprints(&(first.cert.pem() + &second.cert.pem()));
        let expected = [first, second].map(|certificate| fingerprint(certificate.cert.der()));
        assert_eq!(shown, expected.join(", "));
        assert!(shown.starts_with("SHA256:"), "{shown}");
    }
}
