//! StartTLS (RFC 4511 section 4.14), without the LDAP library, which sees no byte before TLS stands.

use rollcall_domain::ldap;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{
    error::DirectoryError,
    frame::FrameReader,
    guard::GuardError,
    limits::FrameLimits,
    message::{Message, Response},
    oid,
    words::mend,
};

/// Extended request with message id 1. The operation's name follows.
const REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16";
const _: () = assert!(
    oid::START_TLS.len() == 0x16,
    "the request gives its name's length"
);
const MESSAGE_ID: u32 = 1;
/// The answer is a result and a few words.
const ANSWER_BYTES: usize = 64 * 1024;

/// Asks the server to continue in TLS. The returned stream must begin the handshake at once.
///
/// Bytes that come with the answer were sent in clear by an unknown party, and must not be taken for the server's once
/// TLS stands: they are refused.
pub(super) async fn ask(mut stream: TcpStream, limits: FrameLimits) -> Result<TcpStream, DirectoryError> {
    let request = [REQUEST, oid::START_TLS.as_bytes()].concat();
    stream.write_all(&request).await.map_err(GuardError::Io)?;
    let limits = FrameLimits {
        bytes: limits.bytes.min(ANSWER_BYTES),
        ..limits
    };
    let mut reader = FrameReader::new(stream, limits);
    let (mut frame, _) = reader
        .next()
        .await
        .map_err(GuardError::from)?
        .ok_or(GuardError::Closed)?;
    mend(&mut frame);
    let message = Message::parse(&frame).map_err(GuardError::from)?;
    if message.id != MESSAGE_ID || message.response != Response::Extended {
        let what = format!(
            "{:?} for request {}, before StartTLS",
            message.response, message.id
        );
        return Err(GuardError::Unexpected(what).into());
    }
    match message.result() {
        Some(result) if result.code == ldap::SUCCESS => {}
        Some(result) => {
            return Err(DirectoryError::StartTlsRefused {
                code: result.code,
                text: result.text,
            });
        }
        None => return Err(GuardError::Unexpected("an answer without a result".to_owned()).into()),
    }
    let (stream, more) = reader.into_inner();
    if more {
        let what = "bytes in clear after the answer to StartTLS".to_owned();
        return Err(GuardError::Unexpected(what).into());
    }
    Ok(stream)
}
