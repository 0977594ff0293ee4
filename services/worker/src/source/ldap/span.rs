//! Places of BER elements in a frame, for what changes a frame where it lies.

use super::frame::{FrameError, Header};

/// Offsets of an element's parts in a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Its tag.
    pub(super) start: usize,
    pub(super) content: usize,
    pub(super) end: usize,
}

impl Span {
    /// The element that begins at `start`, of what holds it and ends at `within`.
    pub(super) fn at(frame: &[u8], start: usize, within: usize) -> Result<Self, FrameError> {
        let input = frame
            .get(start..within)
            .ok_or(FrameError::Malformed("it ends before its parts"))?;
        let header = Header::parse(input)?.ok_or(FrameError::Malformed("it ends within a header"))?;
        let content = start + header.bytes;
        let end = usize::try_from(header.content)
            .ok()
            .and_then(|length| content.checked_add(length))
            .filter(|end| *end <= within)
            .ok_or(FrameError::Malformed("an element reaches beyond what holds it"))?;
        Ok(Self { start, content, end })
    }

    /// The operation of a message, which follows its id.
    pub(super) fn of_operation(frame: &[u8]) -> Result<(Self, Self), FrameError> {
        let message = Self::at(frame, 0, frame.len())?;
        let id = Self::at(frame, message.content, message.end)?;
        Ok((message, Self::at(frame, id.end, message.end)?))
    }

    /// Makes it shorter by so many bytes, in as many bytes of length as it has.
    pub(super) fn shorten(self, frame: &mut [u8], by: usize) {
        let mut length = self.end - self.content - by;
        let bytes = match self.content - self.start {
            2 => 1..2,
            header => 2..header,
        };
        for byte in frame[self.start..][bytes].iter_mut().rev() {
            *byte = u8::try_from(length & 0xff).unwrap_or_default();
            length >>= 8;
        }
    }
}
