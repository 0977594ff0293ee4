//! Kind of server, and its capabilities for this account.

use rollcall_domain::sentences::connection_test::{
    StepText,
    server::{self as sentences, ServerKind},
};
use rollcall_proto::v1::{ServerFindings, ServerType, TestStepKind, test_step::Findings};

use super::{
    dirsync,
    schema::{self, Schema},
    steps::{Over, Steps},
};
use crate::source::ldap::{
    connection::Connection,
    entry::Entry,
    error::DirectoryError,
    excerpt::excerpt,
    oid,
    root_dse::{RootDse, root_if_shown},
};

#[cfg(test)]
mod tests;

const RECIPIENT_TYPE: &str = "msExchRecipientTypeDetails";
const ATTRIBUTES: [&str; 11] = [
    "objectClass",
    "vendorName",
    "vendorVersion",
    "dsServiceName",
    "dnsHostName",
    "supportedControl",
    "supportedCapabilities",
    "defaultNamingContext",
    "namingContexts",
    schema::ATTRIBUTES[0],
    schema::ATTRIBUTES[1],
];

/// Features of the server that later steps need.
#[derive(Debug)]
pub(super) struct ServerFeatures {
    /// The server supports paged results.
    pub(super) paging: bool,
    /// Its naming contexts.
    pub(super) root: RootDse,
    /// Where its schema is, if it says so.
    pub(super) schema: Option<Schema>,
}

/// Findings about the server.
#[derive(Debug, Default)]
struct Explored {
    findings: ServerFindings,
    /// The server's naming contexts.
    root: RootDse,
    /// Where its schema is.
    schema: Option<Schema>,
    /// The server says nothing about itself.
    silent: bool,
}

/// Asks the server about itself.
pub(super) async fn step(connection: &mut Connection, steps: &mut Steps) -> Result<ServerFeatures, Over> {
    steps.begin(TestStepKind::Server);
    match explore(connection).await {
        Ok(explored) => {
            let text = server_text(&explored);
            let features = ServerFeatures {
                paging: explored.findings.paging,
                root: explored.root,
                schema: explored.schema,
            };
            let findings = Findings::Server(explored.findings);
            if text.advice.is_empty() {
                steps.passed(text.message, findings).await?;
            } else {
                steps.warned(text, findings).await?;
            }
            Ok(features)
        }
        Err(error) => {
            let text = error.code().into();
            Err(steps.failed(text, &error.at(connection.server()), None).await)
        }
    }
}

async fn explore(connection: &mut Connection) -> Result<Explored, DirectoryError> {
    let attributes = ATTRIBUTES.map(str::to_owned);
    let root = root_if_shown(connection, &attributes).await?;
    let mut findings = describe(&root);
    let described = RootDse::from(&root);
    if let (true, Some(context)) = (findings.dirsync, described.own_base()) {
        findings.dirsync_allowed = dirsync::is_allowed(connection, context).await?;
    }
    let schema = Schema::of(&root);
    if let Some(schema) = &schema {
        let known = schema.known(&[RECIPIENT_TYPE], connection).await?;
        findings.recipient_types = known.contains(&RECIPIENT_TYPE.to_ascii_lowercase());
    }
    Ok(Explored {
        schema,
        findings,
        root: described,
        silent: root.attributes.is_empty(),
    })
}

/// Findings from only the root DSE.
fn describe(root: &Entry) -> ServerFindings {
    let has = |attribute: &str, wanted: &[&str]| {
        root.values(attribute).any(|value| {
            wanted
                .iter()
                .any(|wanted| wanted.as_bytes().eq_ignore_ascii_case(value))
        })
    };
    let active_directory = has("supportedCapabilities", &oid::ACTIVE_DIRECTORY);
    let server_type = if active_directory {
        ServerType::ActiveDirectory
    } else if has("objectClass", &["OpenLDAProotDSE"]) {
        ServerType::Openldap
    } else {
        ServerType::Other
    };
    let name = first(root, "dnsHostName").or_else(|| first(root, "dsServiceName"));
    let description: Vec<_> = [first(root, "vendorName"), first(root, "vendorVersion"), name]
        .into_iter()
        .flatten()
        .collect();
    ServerFindings {
        server_type: server_type.into(),
        description: excerpt(description.join(", ")),
        paging: has("supportedControl", &[oid::PAGED_RESULTS]),
        dirsync: has("supportedControl", &[oid::DIRSYNC]),
        dirsync_allowed: false,
        ranges: active_directory,
        recipient_types: false,
    }
}

fn first(root: &Entry, attribute: &str) -> Option<String> {
    let value = root.values(attribute).next()?;
    Some(String::from_utf8_lossy(value).into_owned()).filter(|value| !value.is_empty())
}

fn server_text(explored: &Explored) -> StepText {
    let findings = &explored.findings;
    if explored.silent {
        return sentences::hidden();
    }
    let kind = match findings.server_type() {
        ServerType::ActiveDirectory => ServerKind::ActiveDirectory,
        ServerType::Openldap => ServerKind::OpenLdap,
        ServerType::Other | ServerType::Unspecified => ServerKind::Other,
    };
    sentences::described(kind, &findings.description, findings.paging)
}
