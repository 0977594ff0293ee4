//! The simple bind, with its result looked at.

use ldap3::LdapError;
use rollcall_domain::ldap;

use super::connection::Connection;
use super::excerpt::excerpt;
use crate::directory::error::{Operation, ReadError};

impl Connection {
    /// Binds, or says why not. An empty password is refused here: a server would take the bind for an
    /// anonymous one and let it succeed (RFC 4513 section 5.1.2). An empty name is anonymous as well.
    pub(crate) async fn bind(&mut self, username: &str, password: &str) -> Result<(), ReadError> {
        if password.is_empty() {
            return Err(ReadError::EmptyPassword);
        }
        if username.is_empty() {
            return Err(ReadError::Settings("the bind username is empty".to_owned()));
        }
        self.ldap.with_timeout(self.limits.bind);
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that looks at its result"
        )]
        let answered = self.ldap.simple_bind(username, password).await;
        match answered {
            Ok(result) if result.rc == ldap::SUCCESS => Ok(()),
            Ok(result) => Err(ReadError::Refused {
                operation: Operation::Bind,
                code: result.rc,
                text: excerpt(result.text),
            }),
            Err(LdapError::Timeout { .. }) => Err(ReadError::BindTimeout(self.limits.bind)),
            Err(error) => Err(self.explain(error).await),
        }
    }
}
