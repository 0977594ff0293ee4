//! Our identity to a server: "Who am I?" (RFC 4532).

use ldap3::exop::{Exop, WhoAmI};
use rollcall_domain::ldap;

use super::{connection::Connection, error::DirectoryError, excerpt::excerpt};

impl Connection {
    /// The authorization identity, empty for an anonymous connection; `None` if the server does not show it.
    pub(crate) async fn who_am_i(&mut self) -> Result<Option<String>, DirectoryError> {
        self.ldap.with_timeout(self.limits.operation);
        let answered = self.ldap.extended(WhoAmI).await;
        let (Exop { val, .. }, result) = match answered {
            Ok(answer) => (answer.0, answer.1),
            Err(error) => return Err(self.explain(error).await),
        };
        self.credit.give_back();
        if result.rc != ldap::SUCCESS {
            return Ok(None);
        }
        let name = val.unwrap_or_default();
        Ok(Some(excerpt(String::from_utf8_lossy(&name).into_owned())))
    }
}
