//! Kind of server, and its capabilities for this account.

use ldap3::Scope;
use rollcall_domain::{
    dn::Dn,
    sentences::connection_test::{
        StepText,
        server::{self as sentences, ServerKind},
    },
};
use rollcall_proto::v1::{ServerFindings, ServerType, TestStepKind, test_step::Findings};

use super::{
    ask::{ask, names_alone},
    dirsync,
    steps::{Over, Steps},
};
use crate::source::ldap::{
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation},
    excerpt::excerpt,
    oid,
    root_dse::{RootDse, root_if_shown},
    search::{ANY, Query},
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
    "schemaNamingContext",
    "subschemaSubentry",
];

/// Features of the server that later steps need.
#[derive(Debug)]
pub(super) struct ServerFeatures {
    /// The server supports paged results.
    pub(super) paging: bool,
    /// Its naming contexts.
    pub(super) root: RootDse,
}

/// Findings about the server.
#[derive(Debug, Default)]
struct Explored {
    findings: ServerFindings,
    /// The server's naming contexts.
    root: RootDse,
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
    findings.recipient_types = knows_recipient_types(connection, &root).await?;
    Ok(Explored {
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

/// Active Directory has a schema that can be searched; others show theirs as one entry.
async fn knows_recipient_types(connection: &mut Connection, root: &Entry) -> Result<bool, DirectoryError> {
    let (base, scope, filter) = if let Some(schema) = first(root, "schemaNamingContext") {
        (
            schema,
            Scope::OneLevel,
            format!("(lDAPDisplayName={RECIPIENT_TYPE})"),
        )
    } else if let Some(schema) = first(root, "subschemaSubentry").filter(|name| Dn::parse(name).is_ok()) {
        (schema, Scope::Base, ANY.to_owned())
    } else {
        return Ok(false);
    };
    let attributes = match scope {
        Scope::Base => ["attributeTypes".to_owned()],
        _ => names_alone(),
    };
    let query = Query {
        base: &base,
        scope,
        filter: &filter,
        attributes: &attributes,
        operation: Operation::Search,
    };
    if query.scope == Scope::OneLevel {
        return Ok(!ask(connection, query, 1).await?.names.is_empty());
    }
    match connection.entry(query).await {
        Ok(schema) => Ok(schema.is_some_and(|schema| names_recipient_type(&schema))),
        Err(DirectoryError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn names_recipient_type(schema: &Entry) -> bool {
    let name = format!("'{}'", RECIPIENT_TYPE.to_ascii_lowercase());
    schema.values("attributeTypes").any(|definition| {
        String::from_utf8_lossy(definition)
            .to_ascii_lowercase()
            .contains(&name)
    })
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
