//! The first message of a request, read before its handler reads it again.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use rollcall_terms::Refusal;
use tonic::{Status, body::Body};

use super::reason;
use crate::{sentences, status::ApiError};

/// A flag and a length stand before each message.
const PREFIX: usize = 5;
/// Flag of a message that is not compressed.
const PLAIN: u8 = 0;

/// The first message of a body, and a body that begins with it again. A message of more octets than `most` is refused, so
/// no more than one of that size is held in memory, with the frame that its end arrives in.
pub(super) async fn read(mut body: Body, most: usize) -> Result<(Bytes, Body), Status> {
    let mut read = Read::default();
    loop {
        if let Some(end) = end_of_first(read.bytes(), most)?
            && read.bytes().len() >= end
        {
            let read = read.into_bytes();
            let message = read.slice(PREFIX..end);
            return Ok((message, Body::new(PutBack { read, rest: body })));
        }
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        match frame.transpose()?.map(Frame::into_data) {
            Some(Ok(data)) => read.push(data),
            // Trailers, or the end.
            Some(Err(_)) | None => return Err(reason::unreadable("the message is not whole").into()),
        }
    }
}

/// What was read so far. Most messages arrive in one frame, which is not copied.
#[derive(Default)]
struct Read {
    first: Bytes,
    /// All frames, once there are two.
    joined: BytesMut,
}

impl Read {
    fn bytes(&self) -> &[u8] {
        if self.joined.is_empty() {
            &self.first
        } else {
            &self.joined
        }
    }

    fn push(&mut self, frame: Bytes) {
        if self.bytes().is_empty() {
            self.first = frame;
            return;
        }
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&frame);
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.freeze()
        }
    }
}

/// Where the first message ends, once its length is known.
fn end_of_first(read: &[u8], most: usize) -> Result<Option<usize>, ApiError> {
    let Some((&[flag, ref length @ ..], _)) = read.split_first_chunk::<PREFIX>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*length) as usize;
    if flag != PLAIN {
        return Err(reason::unreadable("the message is compressed, or no message"));
    }
    if length > most {
        return Err(ApiError::new(
            Refusal::RequestTooLarge,
            sentences::REQUEST_TOO_LARGE,
        ));
    }
    Ok(Some(PREFIX + length))
}

/// A body whose beginning was read already.
struct PutBack {
    read: Bytes,
    rest: Body,
}

impl http_body::Body for PutBack {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.rest).poll_frame(context);
        }
        let read = std::mem::take(&mut self.read);
        Poll::Ready(Some(Ok(Frame::data(read))))
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_empty() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
