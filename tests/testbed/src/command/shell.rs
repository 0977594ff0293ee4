//! A bed's addresses as variables, for programs that know nothing of test beds.

use crate::bed::Bed;
use crate::endpoints::PORTAL;
use crate::samba::{ADMIN_PASSWORD, ADMIN_USERNAME, BASE, BIND_PASSWORD, BIND_USERNAME};
use crate::service::Kind;

/// The variables and their values; those of parts that the bed was started without are missing.
pub(super) fn variables(bed: &Bed) -> Vec<(&'static str, String)> {
    let mut variables = Vec::new();
    let mut set = |name, value: &str| variables.push((name, value.to_owned()));
    if let Ok(endpoints) = bed.endpoints() {
        set("ROLLCALL_SCHEDULER_URL", &endpoints.scheduler_url);
        set("ROLLCALL_RESULTS_URL", &endpoints.results_url);
        set("ROLLCALL_RECONCILE_URL", &endpoints.reconcile_url);
        set("DATABASE_URL", &endpoints.database_url);
        set("AMQP_URL", &endpoints.amqp_url);
        set("AMQP_CA_FILE", &endpoints.broker_ca_file.display().to_string());
        set("AMQP_PORTAL_URL", &endpoints.portal_amqp_url);
        if let Some(authority) = endpoints.certificates() {
            let identity = authority.identity(PORTAL);
            set(
                "ROLLCALL_CA_FILE",
                &authority.certificate_file().display().to_string(),
            );
            set(
                "ROLLCALL_CLIENT_CERT_FILE",
                &identity.certificate.display().to_string(),
            );
            set("ROLLCALL_CLIENT_KEY_FILE", &identity.key.display().to_string());
        }
    } else {
        if let Ok(postgres) = bed.postgres() {
            set("DATABASE_URL", &postgres.url("postgres"));
        }
        if let Ok(rabbitmq) = bed.rabbitmq() {
            set("AMQP_URL", &rabbitmq.url("/"));
            set("AMQP_CA_FILE", &rabbitmq.ca_file().display().to_string());
        }
    }
    if let Some(postgres) = bed.schemas() {
        set("SCHEMAS_DATABASE_URL", &postgres.schemas_url());
        for (name, kind) in [
            ("SCHEMAS_SCHEDULER_URL", Kind::Scheduler),
            ("SCHEMAS_RECONCILE_URL", Kind::Reconcile),
            ("SCHEMAS_RESULTS_URL", Kind::Results),
        ] {
            if let Some(url) = postgres.service_schemas_url(kind) {
                set(name, &url);
            }
        }
    }
    if let Ok(samba) = bed.samba() {
        set("AD_LDAPS_URL", &samba.ldaps_url());
        set(
            "AD_CA_FILE",
            &bed.authority().certificate_file().display().to_string(),
        );
        set("AD_BASE", BASE);
        set("AD_BIND_USERNAME", BIND_USERNAME);
        set("AD_BIND_PASSWORD", BIND_PASSWORD);
        set("AD_ADMIN_USERNAME", ADMIN_USERNAME);
        set("AD_ADMIN_PASSWORD", ADMIN_PASSWORD);
    }
    if let Ok(openldap) = bed.openldap() {
        set("OPENLDAP_URL", &openldap.ldap_url());
    }
    variables
}

/// Lines that a shell can source.
pub(super) fn script(variables: &[(&str, String)]) -> String {
    let lines = variables
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    lines.collect()
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::script;

    #[test]
    fn a_shell_reads_back_what_was_written() {
        let value = r#"CN=it's "quoted" $HOME \n"#;
        let script = script(&[("NAME", value.to_owned())]) + "printf %s \"$NAME\"";
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
    }
}
