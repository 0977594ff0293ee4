//! Stands between a directory server and the LDAP library.
//!
//! Each message from the server is checked (`frame`, `message`) and matched
//! with what was asked before the library sees it through a socket pair. What is wrong ends the connection,
//! with the reason as this task's result.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::BytesMut;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::UnixStream,
    time::timeout,
};

use super::{
    alert::{Words, demands_client_certificate},
    bind_request::BindPassword,
    credit::Credit,
    frame::{FrameError, FrameReadError, FrameReader, check},
    limits::FrameLimits,
    message::{Message, Request, Response},
    strip::{WantedAttributes, entry_name, strip},
    words::mend,
};
use crate::memory::Share;
use crate::source::bounds::ShownName;

#[cfg(test)]
mod tests;

/// Deepest nesting of a request: a filter as deep as any that is accepted, in its composed form.
const REQUEST_DEPTH: usize = 80;
/// Bytes that are gathered before they are passed on.
const FORWARD_BYTES: usize = 64 * 1024;
/// The name of an entry is looked for in so much of a message that is too large to be read.
const NAME_WITHIN: usize = 1024;
/// It is not waited for longer: less than the reader waits for the guard's reason.
const NAME_WAIT: Duration = Duration::from_millis(500);

/// Notices that mean nothing to a client: more of them in one connection are no notices but a flood.
const IGNORED_NOTICES: usize = 1_000;

/// What a server sent before it hung up is here already.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Reasons why a guarded connection ended.
#[derive(Debug, Error)]
pub enum GuardError {
    /// The server sent a frame that is refused.
    #[error(transparent)]
    Refused(#[from] FrameError),
    /// The server sent an entry that is refused.
    #[error("{entry}: {error}")]
    Entry {
        /// The entry.
        entry: ShownName,
        /// The reason.
        error: FrameError,
    },
    /// Other runs have the memory that a message takes, for now.
    #[error("this worker has no memory left for a message of {0} bytes")]
    NoMemory(usize),
    /// The server answered what was not asked.
    #[error("the server sent an answer that was not requested: {0}")]
    Unexpected(String),
    /// The server said that it closes the connection.
    #[error("the server closed the connection, saying {0:?}")]
    Notice(String),
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// The connection ended within a message.
    #[error("the connection ended in the middle of a message")]
    Cut,
    /// The server ended the connection because it was shown no certificate. In TLS 1.3 the handshake is over by then.
    #[error("the server demands a client certificate")]
    ClientCertificate,
    /// The connection failed.
    #[error("the connection was lost: {}", Words(.0))]
    Io(#[source] std::io::Error),
}

impl From<std::io::Error> for GuardError {
    fn from(error: std::io::Error) -> Self {
        if demands_client_certificate(&error) {
            Self::ClientCertificate
        } else {
            Self::Io(error)
        }
    }
}

impl From<FrameReadError> for GuardError {
    fn from(error: FrameReadError) -> Self {
        match error {
            FrameReadError::Frame(frame) => Self::Refused(frame),
            FrameReadError::NoMemory(bytes) => Self::NoMemory(bytes),
            FrameReadError::Io(io) => io.into(),
            FrameReadError::Cut => Self::Cut,
        }
    }
}

/// Passes messages between `server` and `library` until one of them ends. The next bind gets the password that is kept in
/// `password`.
///
/// `Ok` only if the library hung up first.
pub(super) async fn run<S>(
    server: S,
    library: UnixStream,
    limits: FrameLimits,
    credit: &Credit,
    share: Share,
    password: &BindPassword,
) -> Result<(), GuardError>
where
    S: AsyncRead + AsyncWrite,
{
    let (server_read, server_write) = tokio::io::split(server);
    let (library_read, library_write) = library.into_split();
    let pending = Pending::default();
    let requests = FrameLimits {
        depth: REQUEST_DEPTH,
        ..limits
    };
    let library_read = FrameReader::new(library_read, requests);
    let requests = forward_requests(library_read, server_write, &pending, password);
    let responses = Responses {
        server: FrameReader::new(server_read, limits).borrowing(share),
        library: library_write,
        pending: &pending,
        credit,
        limits,
        passed: BytesMut::new(),
    };
    let mut responses = pin!(responses.forward());
    tokio::select! {
        ended = requests => match ended {
            // A server that hung up says why in what it sent before.
            Err(GuardError::Io(error)) => match timeout(LAST_WORDS, responses).await {
                Ok(Err(why @ (GuardError::ClientCertificate | GuardError::Notice(_)))) => Err(why),
                _ => Err(GuardError::Io(error)),
            },
            ended => ended,
        },
        ended = &mut responses => ended,
    }
}

/// The one request that waits for its answer.
#[derive(Debug, Default)]
struct Pending(Mutex<Option<(u32, Request)>>);

impl Pending {
    fn note(&self, id: u32, request: Request) {
        if request != Request::Unanswered {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, request));
        }
    }

    /// True if `message` answers it. The last answer ends it.
    fn accepts(&self, message: &Message<'_>) -> bool {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = pending
            .as_ref()
            .is_some_and(|(id, request)| *id == message.id && request.accepts(message.response));
        if accepted
            && matches!(
                message.response,
                Response::Bind | Response::Done | Response::Extended
            )
        {
            *pending = None;
        }
        accepted
    }

    /// Cuts attributes that the search did not ask for out of an entry. Returns true if there were any.
    fn strip(&self, entry: &mut BytesMut) -> Result<bool, FrameError> {
        let pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = match &*pending {
            Some((_, Request::Search(wanted))) => wanted,
            _ => &WantedAttributes::All,
        };
        strip(entry, wanted)
    }
}

async fn forward_requests<R, W>(
    mut library: FrameReader<R>,
    mut server: W,
    pending: &Pending,
    password: &BindPassword,
) -> Result<(), GuardError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    while let Some((frame, _)) = library.next().await? {
        let (id, request) = Request::parse(&frame)?;
        let completed = match request {
            Request::Bind => password.complete(&frame)?,
            _ => None,
        };
        pending.note(id, request);
        let sent = completed.as_ref().map_or(&frame[..], |completed| completed);
        server.write_all(sent).await.map_err(GuardError::Io)?;
        server.flush().await.map_err(GuardError::Io)?;
    }
    // A farewell may be lost: the answer that counts is here already.
    server.shutdown().await.ok();
    Ok(())
}

struct Responses<'a, R, W> {
    server: FrameReader<R>,
    library: W,
    pending: &'a Pending,
    credit: &'a Credit,
    limits: FrameLimits,
    /// Checked, and not yet passed on.
    passed: BytesMut,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Responses<'_, R, W> {
    async fn forward(mut self) -> Result<(), GuardError> {
        let mut ignored = 0;
        while let Some((mut frame, mut elements)) = self.next().await? {
            mend(&mut frame);
            let message = Message::parse(&frame)?;
            if message.is_other_notice() && ignored < IGNORED_NOTICES {
                ignored += 1;
                continue;
            }
            if message.id == 0 {
                let said = message.result().map_or_else(String::new, |result| result.text);
                return Err(GuardError::Notice(said));
            }
            if !self.pending.accepts(&message) {
                return Err(GuardError::Unexpected(format!(
                    "{:?} for request {}",
                    message.response, message.id
                )));
            }
            let response = message.response;
            if response == Response::Entry && self.pending.strip(&mut frame)? {
                elements = count(&frame, self.limits)?;
            }
            if elements > self.limits.elements {
                return Err(refused(&frame, FrameError::TooManyElements(self.limits.elements)));
            }
            if response != Response::Bind && !self.credit.try_take(frame.len(), elements) {
                self.flush().await?;
                self.credit.take(frame.len(), elements).await;
            }
            self.pass(&frame).await?;
        }
        self.flush().await?;
        Err(GuardError::Closed)
    }

    /// Gathers small messages, and passes large ones on without a copy.
    async fn pass(&mut self, frame: &[u8]) -> Result<(), GuardError> {
        if frame.len() >= FORWARD_BYTES {
            self.flush().await?;
            return self.library.write_all(frame).await.map_err(GuardError::Io);
        }
        self.passed.extend_from_slice(frame);
        if self.passed.len() >= FORWARD_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// The next frame; before it waits for one, all that was checked is passed on.
    async fn next(&mut self) -> Result<Option<(BytesMut, usize)>, GuardError> {
        let frame = match self.server.buffered() {
            Ok(Some(frame)) => return Ok(Some(frame)),
            Ok(None) => {
                self.flush().await?;
                self.server.next().await
            }
            Err(error) => Err(error.into()),
        };
        match frame {
            // A message that is too large was not read, but its kind is reported.
            Err(FrameReadError::Frame(error @ FrameError::TooLarge { .. })) => {
                let entry = timeout(NAME_WAIT, self.server.peek(NAME_WITHIN, entry_name)).await;
                Err(with_name(entry.unwrap_or_default(), error))
            }
            frame => Ok(frame?),
        }
    }

    async fn flush(&mut self) -> Result<(), GuardError> {
        if !self.passed.is_empty() {
            self.library
                .write_all(&self.passed)
                .await
                .map_err(GuardError::Io)?;
            self.passed.clear();
        }
        Ok(())
    }
}

fn count(frame: &[u8], limits: FrameLimits) -> Result<usize, GuardError> {
    check(frame, limits).map_err(|error| refused(frame, error))
}

/// With the name of the entry that it is about.
fn refused(frame: &[u8], error: FrameError) -> GuardError {
    with_name(entry_name(frame), error)
}

fn with_name(entry: Option<ShownName>, error: FrameError) -> GuardError {
    match entry {
        Some(entry) => GuardError::Entry { entry, error },
        None => GuardError::Refused(error),
    }
}
