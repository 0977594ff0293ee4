//! Under which account the directory is read.

use rollcall_chassis::credential::SecretString;
use rollcall_domain::sentences::connection_test::account as sentences;
use rollcall_proto::v1::{IdentityFindings, TestStepKind, test_step::Findings};

use super::{
    steps::{Over, Steps},
    texts,
};
use crate::{
    source::bind_gate::BindGate,
    source::{
        error::ReadError,
        ldap::{bind::outcome, connection::Connection, error::DirectoryError, target::Target},
    },
};

/// The one bind.
pub(super) async fn bind(
    connection: &mut Connection,
    target: &Target,
    gate: &BindGate,
    password: impl FnOnce() -> Result<SecretString, ReadError>,
    steps: &mut Steps,
) -> Result<(), Over> {
    steps.begin(TestStepKind::Bind);
    let bound = permitted(connection, target, gate, password).await;
    match bound {
        Ok(()) => steps.passed(sentences::signed_in(&target.username), None).await,
        Err(error) => {
            let text = texts::unbound(&error);
            Err(steps.failed(text, &error.at(connection.server()), None).await)
        }
    }
}

/// The bind, if it may be tried now.
async fn permitted(
    connection: &mut Connection,
    target: &Target,
    gate: &BindGate,
    password: impl FnOnce() -> Result<SecretString, ReadError>,
) -> Result<(), DirectoryError> {
    let pass = gate
        .pass(connection.server().address.ip(), &target.username)
        .await?;
    let bound = match password() {
        // The password is wiped before the outcome is reported.
        Ok(password) => connection.bind(&target.username, password.expose()).await,
        Err(error) => Err(error.into()),
    };
    if let Some(pass) = pass {
        pass.settle(outcome(&bound)).await;
    }
    bound
}

/// Asks for the identity of the connection, if the server shows it.
pub(super) async fn identity(
    connection: &mut Connection,
    target: &Target,
    steps: &mut Steps,
) -> Result<(), Over> {
    steps.begin(TestStepKind::Identity);
    let authorization_id = match connection.who_am_i().await {
        Ok(authorization_id) => authorization_id,
        Err(error) => {
            let text = error.code().into();
            return Err(steps.failed(text, &error.at(connection.server()), None).await);
        }
    };
    let findings = Findings::Identity(IdentityFindings {
        authorization_id: authorization_id.clone().unwrap_or_default(),
    });
    match authorization_id.as_deref() {
        Some("") => steps.warned(sentences::anonymous(), findings).await,
        Some(name) => steps.passed(sentences::known_as(name), findings).await,
        None => {
            steps
                .passed(sentences::not_named(&target.username), findings)
                .await
        }
    }
}
