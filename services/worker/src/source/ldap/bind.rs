//! The simple bind, with its result looked at.

use ldap3::LdapError;
use rollcall_domain::ldap;

use super::{
    connection::Connection,
    dial::Dialler,
    error::{DirectoryError, Operation},
    excerpt::excerpt,
    target::Target,
    walk::Observer,
};
use crate::source::error::ReadError;
use crate::source::signs::{Signs, Step};

impl Connection {
    /// Binds, or says why not. An empty password is refused here: a server would take the bind for an
    /// anonymous one and let it succeed (RFC 4513 section 5.1.2). An empty name is anonymous as well.
    pub(crate) async fn bind(&mut self, username: &str, password: &str) -> Result<(), DirectoryError> {
        if password.is_empty() {
            return Err(DirectoryError::EmptyPassword);
        }
        if username.is_empty() {
            return Err(ReadError::Settings("the bind username is empty".to_owned()).into());
        }
        self.ldap.with_timeout(self.limits.bind);
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that looks at its result"
        )]
        let answered = self.ldap.simple_bind(username, password).await;
        match answered {
            Ok(result) if result.rc == ldap::SUCCESS => Ok(()),
            Ok(result) => Err(DirectoryError::Refused {
                operation: Operation::Bind,
                code: result.rc,
                text: excerpt(result.text),
                pointers: None,
            }),
            Err(LdapError::Timeout { .. }) => Err(DirectoryError::BindTimeout(self.limits.bind)),
            Err(error) => Err(self.explain(error).await),
        }
    }
}

impl Dialler<'_> {
    /// The first server of `target` that accepts connection and bind. One that refuses the credentials is the
    /// last that is asked.
    pub(crate) async fn open(&self, target: &Target, password: &str) -> Result<Connection, DirectoryError> {
        let mut bind = Bind {
            username: &target.username,
            password,
            signs: &self.signs,
        };
        self.walk(target, &mut bind).await
    }
}

/// Binds where the walk of a read ends, and watches it in silence.
struct Bind<'a> {
    username: &'a str,
    password: &'a str,
    signs: &'a Signs,
}

impl Observer for Bind<'_> {
    async fn protected(&mut self, connection: &mut Connection) -> Result<(), DirectoryError> {
        self.signs.reached(Step::Binding);
        connection.bind(self.username, self.password).await?;
        self.signs.reached(Step::Bound);
        Ok(())
    }
}
