//! Under which account the directory is read.

use rollcall_chassis::credential::SecretString;
use rollcall_proto::v1::{IdentityFindings, TestStepKind, test_step::Findings};

use super::{
    sentences::{self, StepText},
    steps::{Over, Steps},
};
use crate::source::{
    error::ReadError,
    ldap::{connection::Connection, target::Target},
};

/// The one bind.
pub(super) async fn bind(
    connection: &mut Connection,
    target: &Target,
    password: impl FnOnce() -> Result<SecretString, ReadError>,
    steps: &mut Steps,
) -> Result<(), Over> {
    steps.begin(TestStepKind::Bind);
    let bound = match password() {
        // The password is wiped before the outcome is reported.
        Ok(password) => connection.bind(&target.username, password.expose()).await,
        Err(error) => Err(error.into()),
    };
    match bound {
        Ok(()) => {
            let message = format!("Signed in to the directory as {}.", target.username);
            steps.passed(message, None).await
        }
        Err(error) => {
            let text = sentences::unbound(&error);
            Err(steps.failed(text, &error.at(connection.server()), None).await)
        }
    }
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
            let text = StepText::from(&error);
            return Err(steps.failed(text, &error.at(connection.server()), None).await);
        }
    };
    let findings = Findings::Identity(IdentityFindings {
        authorization_id: authorization_id.clone().unwrap_or_default(),
    });
    match authorization_id.as_deref() {
        Some("") => {
            let text = StepText {
                message: "The directory accepted the password but treats the connection as anonymous."
                    .to_owned(),
                advice: "Check that the user name is that of an account in this directory.".to_owned(),
            };
            steps.warned(text, findings).await
        }
        Some(name) => {
            steps
                .passed(format!("The directory knows us as {name}."), findings)
                .await
        }
        None => {
            let message = format!(
                "The server does not answer “Who am I?”; the sign-in as {} succeeded.",
                target.username
            );
            steps.passed(message, findings).await
        }
    }
}
