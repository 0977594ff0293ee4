//! Cuts what a server sends into BER frames and checks each before anything parses it.
//!
//! The LDAP library parses recursively, trusts inner lengths and buffers whatever a frame announces, so a
//! hostile server could end the process with 120 KB. A frame that passes here is finite, shallow, made of
//! few elements, and consistent in all its lengths.

use std::io;

use bytes::BytesMut;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::limits::{FrameLimits, LARGE_FACTOR, SMALL_BYTES};
use crate::memory::Share;

#[cfg(test)]
mod tests;

/// Bytes asked of a connection at a time.
const READ_BYTES: usize = 64 * 1024;

/// Reasons why a frame is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// It announces more than is accepted.
    #[error("a message of {announced} bytes is announced, and {limit} are accepted (limits.message_bytes)")]
    TooLarge {
        /// The announced size.
        announced: u64,
        /// The bound.
        limit: usize,
    },
    /// It is made of too many elements.
    #[error("a message of more than {0} elements")]
    TooManyElements(usize),
    /// It nests too deeply.
    #[error("a message nested deeper than {0} levels")]
    TooDeep(usize),
    /// It is no LDAP message.
    #[error("no LDAP message: {0}")]
    Malformed(&'static str),
}

impl FrameError {
    /// True if a bound was met, rather than garbage.
    pub fn is_limit(&self) -> bool {
        !matches!(self, Self::Malformed(_))
    }
}

/// One BER element: its identifier byte and its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    /// Class, constructed bit and number.
    pub tag: u8,
    /// Content of the element.
    pub content: &'a [u8],
}

impl Element<'_> {
    fn is_constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }
}

/// Takes the first element off `input`, which must contain all of it.
pub(super) fn take<'a>(input: &mut &'a [u8]) -> Result<Element<'a>, FrameError> {
    let header = Header::parse(input)?.ok_or(FrameError::Malformed("it ends within a header"))?;
    let end = usize::try_from(header.content)
        .ok()
        .and_then(|content| content.checked_add(header.bytes))
        .filter(|end| *end <= input.len())
        .ok_or(FrameError::Malformed("an element reaches beyond what holds it"))?;
    let (element, rest) = input.split_at(end);
    *input = rest;
    Ok(Element {
        tag: element[0],
        content: &element[header.bytes..],
    })
}

/// Header of an element.
pub(super) struct Header {
    /// Length of the header itself.
    pub bytes: usize,
    /// Length of what follows it.
    pub content: u64,
}

impl Header {
    /// `None`: it is not complete yet.
    pub(super) fn parse(input: &[u8]) -> Result<Option<Self>, FrameError> {
        let [tag, rest @ ..] = input else { return Ok(None) };
        if tag & 0x1f == 0x1f {
            return Err(FrameError::Malformed("a tag number above 30"));
        }
        let [first, rest @ ..] = rest else { return Ok(None) };
        if *first < 0x80 {
            return Ok(Some(Self {
                bytes: 2,
                content: u64::from(*first),
            }));
        }
        let count = usize::from(first & 0x7f);
        if count == 0 {
            return Err(FrameError::Malformed("an indefinite length"));
        }
        if count > 8 {
            return Err(FrameError::Malformed("a length of more than eight bytes"));
        }
        let Some(bytes) = rest.get(..count) else {
            return Ok(None);
        };
        let content = bytes
            .iter()
            .fold(0, |length, byte| (length << 8) | u64::from(*byte));
        Ok(Some(Self {
            bytes: 2 + count,
            content,
        }))
    }
}

/// The length of the frame that `input` begins with, header included. `None`: that is not known yet.
pub(super) fn length(input: &[u8], limits: FrameLimits) -> Result<Option<usize>, FrameError> {
    if input.first().is_some_and(|tag| *tag != 0x30) {
        return Err(FrameError::Malformed("it does not begin as one"));
    }
    let Some(header) = Header::parse(input)? else {
        return Ok(None);
    };
    let announced = header.content.saturating_add(header.bytes as u64);
    match usize::try_from(announced) {
        Ok(length) if length <= limits.bytes => Ok(Some(length)),
        _ => Err(FrameError::TooLarge {
            announced,
            limit: limits.bytes,
        }),
    }
}

/// Checks a whole frame and returns the number of its elements.
pub fn check(frame: &[u8], limits: FrameLimits) -> Result<usize, FrameError> {
    let mut elements = 0;
    check_level(frame, 1, &mut elements, limits)?;
    Ok(elements)
}

fn check_level(
    mut input: &[u8],
    depth: usize,
    elements: &mut usize,
    limits: FrameLimits,
) -> Result<(), FrameError> {
    if depth > limits.depth {
        return Err(FrameError::TooDeep(limits.depth));
    }
    while !input.is_empty() {
        let element = take(&mut input)?;
        *elements += 1;
        if *elements > limits.elements {
            return Err(FrameError::TooManyElements(limits.elements));
        }
        if element.is_constructed() {
            check_level(element.content, depth + 1, elements, limits)?;
        }
    }
    Ok(())
}

/// Reasons why no further frame came.
#[derive(Debug, Error)]
pub enum FrameReadError {
    /// A frame is refused.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The connection failed.
    #[error("the connection was lost")]
    Io(#[from] io::Error),
    /// Other runs have the memory that it takes, for now.
    #[error("no memory is left for a message of {0} bytes")]
    NoMemory(usize),
    /// The connection ended within a frame.
    #[error("the connection ended in the middle of a message")]
    Cut,
}

impl Lent {
    fn make_room(&mut self, frame: usize) -> Result<(), FrameReadError> {
        if frame <= self.largest.max(SMALL_BYTES) {
            return Ok(());
        }
        let more = (frame - self.largest).saturating_mul(LARGE_FACTOR);
        self.share
            .take(more)
            .map_err(|_| FrameReadError::NoMemory(frame))?;
        self.largest = frame;
        Ok(())
    }
}

/// Reads frames off a connection. It holds no more than one frame and one read. The caller judges the number of
/// elements of a frame, because it may drop some.
#[derive(Debug)]
pub struct FrameReader<R> {
    reader: R,
    buffer: BytesMut,
    limits: FrameLimits,
    lent: Option<Lent>,
}

/// Memory that large frames borrow, for as long as the connection keeps its buffers.
#[derive(Debug)]
struct Lent {
    share: Share,
    largest: usize,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads frames from `reader`, which must be within `limits`.
    pub fn new(reader: R, limits: FrameLimits) -> Self {
        Self {
            reader,
            buffer: BytesMut::new(),
            limits,
            lent: None,
        }
    }

    /// Adds the memory that large frames borrow from. Without it, they are bounded by their length only.
    #[must_use]
    pub fn borrowing(mut self, share: Share) -> Self {
        self.lent = Some(Lent { share, largest: 0 });
        self
    }

    /// The next frame, checked, with the number of its elements. `None`: the connection ended between frames.
    pub async fn next(&mut self) -> Result<Option<(BytesMut, usize)>, FrameReadError> {
        loop {
            if let Some(frame) = self.buffered()? {
                return Ok(Some(frame));
            }
            if self.fill().await? == 0 {
                return if self.buffer.is_empty() {
                    Ok(None)
                } else {
                    Err(FrameReadError::Cut)
                };
            }
        }
    }

    /// Reads the available bytes, and waits if there are none. For a long frame the buffer grows to its length and no
    /// further.
    async fn fill(&mut self) -> Result<usize, FrameReadError> {
        let frame = length(&self.buffer, self.limits)?.unwrap_or(0);
        if let Some(lent) = &mut self.lent {
            lent.make_room(frame)?;
        }
        let missing = frame.saturating_sub(self.buffer.len());
        self.buffer.reserve(missing.max(READ_BYTES));
        Ok(self.reader.read_buf(&mut self.buffer).await?)
    }

    /// Looks at the beginning of a frame, at most so many bytes. There is enough of it once `look` returns something.
    pub(super) async fn peek<T>(&mut self, most: usize, look: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        loop {
            let seen = look(&self.buffer);
            if seen.is_some() || self.buffer.len() >= most {
                return seen;
            }
            self.buffer.reserve(most);
            if self.reader.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    /// The next frame if it is here already, without waiting for the connection.
    pub(super) fn buffered(&mut self) -> Result<Option<(BytesMut, usize)>, FrameError> {
        match length(&self.buffer, self.limits)? {
            Some(length) if length <= self.buffer.len() => {
                let frame = self.buffer.split_to(length);
                let any_number = FrameLimits {
                    elements: usize::MAX,
                    ..self.limits
                };
                let elements = check(&frame, any_number)?;
                Ok(Some((frame, elements)))
            }
            _ => Ok(None),
        }
    }

    /// The connection, and true if bytes had come beyond the last frame.
    pub(super) fn into_inner(self) -> (R, bool) {
        (self.reader, !self.buffer.is_empty())
    }
}
