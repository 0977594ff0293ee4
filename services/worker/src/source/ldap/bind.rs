//! The simple bind, with its result looked at.

use std::net::SocketAddr;

use ldap3::{LdapError, LdapResult};
use rollcall_domain::{
    failure::{self, BindOutcome},
    ldap,
};

use super::{
    connection::Connection,
    dial::Dialler,
    error::{DirectoryError, Operation},
    excerpt::excerpt,
    last::Missed,
    policy,
    target::{Server, Target},
    walk::{Next, Observer},
};
use crate::{
    source::bind_gate::BindGate,
    source::{
        error::ReadError,
        signs::{Signs, Step},
    },
};

/// The guard puts the password in.
const WITHOUT_PASSWORD: &str = "";

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
        self.password().put(password);
        self.ldap.with_timeout(self.limits.bind);
        self.ldap.with_controls(vec![policy::request()]);
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that looks at its result"
        )]
        let answered = self.ldap.simple_bind(username, WITHOUT_PASSWORD).await;
        match answered {
            Ok(result) => judge(result),
            Err(LdapError::Timeout { .. }) => Err(DirectoryError::BindTimeout(self.limits.bind)),
            Err(error) => Err(self.explain(error).await.at_first()),
        }
    }
}

/// What a bind's result says of the credential.
pub(crate) fn outcome(bound: &Result<(), DirectoryError>) -> BindOutcome {
    match bound {
        Ok(()) => BindOutcome::Accepted,
        Err(error) => error.code().bind(),
    }
}

/// Looks at a bind's result, and at the policy beside it.
fn judge(result: LdapResult) -> Result<(), DirectoryError> {
    let is_success = result.rc == ldap::SUCCESS;
    let of_policy = |error| failure::of_password_policy(error, is_success);
    if let Some(code) = policy::error(&result.ctrls).and_then(of_policy) {
        return Err(DirectoryError::RefusedByPolicy {
            code,
            result: result.rc,
            text: excerpt(result.text),
        });
    }
    if is_success {
        return Ok(());
    }
    Err(DirectoryError::Refused {
        operation: Operation::Bind,
        code: result.rc,
        text: excerpt(result.text),
        pointers: None,
    })
}

impl Dialler<'_> {
    /// The first server of `target` that accepts connection and bind, and what kept the last read's from it. One that
    /// refuses the credentials is the last that is asked.
    pub(crate) async fn open(
        &self,
        target: &Target,
        password: &str,
        gate: &BindGate,
    ) -> Result<(Connection, Missed), DirectoryError> {
        let mut bind = Bind {
            target,
            gate,
            password,
            signs: &self.signs,
            missed: Missed::default(),
        };
        let connection = self.walk(target, &mut bind).await?;
        Ok((connection, bind.missed))
    }
}

/// Binds where the walk of a read ends, and watches what becomes of the last read's server.
struct Bind<'a> {
    target: &'a Target,
    gate: &'a BindGate,
    password: &'a str,
    signs: &'a Signs,
    missed: Missed,
}

impl Observer for Bind<'_> {
    async fn resolved(&mut self, host: &str, found: &[SocketAddr]) -> Result<(), DirectoryError> {
        if let Some(last) = self.target.last.as_ref().filter(|last| last.has_host(host)) {
            self.missed = match found.iter().find(|address| last.is_at(host, **address)) {
                None => Missed::OtherAddresses,
                // Until it answers.
                Some(_) => Missed::default(),
            };
        }
        Ok(())
    }

    async fn unresolved(
        &mut self,
        host: &str,
        error: &DirectoryError,
        _next: Next,
    ) -> Result<(), DirectoryError> {
        if self.target.last.as_ref().is_some_and(|last| last.has_host(host)) {
            self.missed = Missed::failed(error);
        }
        Ok(())
    }

    async fn protected(&mut self, connection: &mut Connection) -> Result<(), DirectoryError> {
        let server = connection.server().address.ip();
        let pass = self.gate.pass(server, &self.target.username).await?;
        self.signs.reached(Step::Binding);
        let bound = connection.bind(&self.target.username, self.password).await;
        if let Some(pass) = pass {
            pass.settle(outcome(&bound)).await;
        }
        bound?;
        self.signs.reached(Step::Bound);
        Ok(())
    }

    async fn missed(
        &mut self,
        server: &Server,
        error: &DirectoryError,
        _next: Next,
    ) -> Result<(), DirectoryError> {
        if self
            .target
            .last
            .as_ref()
            .is_some_and(|last| last.is_at(&server.host, server.address))
        {
            self.missed = Missed::failed(error);
        }
        Ok(())
    }
}
