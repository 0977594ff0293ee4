//! A guarded connection to one server, and what went wrong with it.

use std::{os::unix::net::UnixStream as StdUnixStream, sync::Arc, time::Duration};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::UnixStream,
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    bind_request::BindPassword,
    credit::Credit,
    error::DirectoryError,
    guard::{self, GuardError},
    limits::Limits,
    target::Server,
};
use crate::{
    memory::Memory,
    source::{error::ReadError, signs::Signs},
};

/// Time in which the guard must report its end, or pass on a farewell.
const FAREWELL: Duration = Duration::from_secs(1);

/// A connection whose every byte from the server is checked before the LDAP library sees it. Dropping it ends it.
pub(crate) struct Connection {
    pub(crate) ldap: Ldap,
    pub(crate) credit: Arc<Credit>,
    pub(crate) limits: Limits,
    server: Server,
    /// The password of the next bind, which only the guard takes.
    password: Arc<BindPassword>,
    guard: Option<AbortOnDropHandle<Result<(), GuardError>>>,
    _drive: AbortOnDropHandle<()>,
}

impl Connection {
    /// Speaks LDAP over `stream`.
    pub(crate) async fn over<S>(
        stream: S,
        server: Server,
        limits: &Limits,
        signs: Arc<Signs>,
        memory: &Memory,
    ) -> Result<Self, DirectoryError>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (ours, library) = StdUnixStream::pair().map_err(DirectoryError::Connect)?;
        ours.set_nonblocking(true).map_err(DirectoryError::Connect)?;
        let ours = UnixStream::from_std(ours).map_err(DirectoryError::Connect)?;
        let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(library));
        let (connection, ldap) = LdapConnAsync::with_settings(settings, "ldapi:///")
            .await
            .map_err(|error| ReadError::Internal(error.to_string()))?;
        let credit = Arc::new(Credit::new(limits.credit(), signs));
        let password = Arc::new(BindPassword::default());
        let guard = {
            let (credit, frames, password) = (Arc::clone(&credit), limits.frame(), Arc::clone(&password));
            let share = memory.share_of(limits.large_bytes());
            tokio::spawn(async move { guard::run(stream, ours, frames, &credit, share, &password).await })
        };
        // The guard reports how it ended.
        let drive = tokio::spawn(async move {
            connection.drive().await.ok();
        });
        Ok(Self {
            ldap,
            credit,
            limits: *limits,
            server,
            password,
            guard: Some(AbortOnDropHandle::new(guard)),
            _drive: AbortOnDropHandle::new(drive),
        })
    }

    /// The server at the other end.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Where the password of the next bind is kept.
    pub(super) fn password(&self) -> &BindPassword {
        &self.password
    }

    /// Meaning of the library's error. The library sees only that the connection ended, and the guard knows why.
    pub(crate) async fn explain(&mut self, error: LdapError) -> DirectoryError {
        match error {
            LdapError::Timeout { .. } => return DirectoryError::OperationTimeout(self.limits.operation),
            LdapError::FilterParsing => return DirectoryError::Filter,
            _ => {}
        }
        let Some(guard) = self.guard.take() else {
            return ReadError::Internal(error.to_string()).into();
        };
        match timeout(FAREWELL, guard).await {
            Ok(Ok(Err(reason))) => DirectoryError::Connection(reason),
            _ => ReadError::Internal(error.to_string()).into(),
        }
    }

    /// Says goodbye. What counts has been answered already, so nothing more can go wrong.
    pub(crate) async fn close(mut self) {
        let Some(guard) = self.guard.take() else { return };
        timeout(FAREWELL, async {
            self.ldap.unbind().await.ok();
            drop(self);
            guard.await.ok();
        })
        .await
        .ok();
    }
}
