//! Answers of a directory server.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::BytesMut;
use futures::executor::block_on;
use lber::{parse::parse_tag, structure::StructureTag};
use rollcall_domain::{AddressAttributes, reading::EntryReader};
use rollcall_worker::fuzzing::{
    Entry, FrameReadError, FrameReader, Growing, Limits, Message, WantedAttributes, check, strip,
};
use tokio::io::{AsyncRead, ReadBuf};

const WANTED: [&[u8]; 4] = [b"proxyAddresses", b"objectGUID", b"objectClass", b"mail"];
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(1),
    reach: Duration::from_secs(1),
    bind: Duration::from_secs(1),
    operation: Duration::from_secs(1),
    page_size: 1_000,
    values: 500,
    value_bytes: 1_024,
    entry_bytes: 16 * 1024,
    message_bytes: 32 * 1024,
};

/// However a server's bytes are split on their way, the same messages come out of them, or the same error.
pub(crate) fn frames(input: &[u8]) {
    let whole = cut(input, usize::MAX);
    for piece in [1, 7] {
        assert_eq!(cut(input, piece), whole, "in pieces of {piece}");
    }
    let (frames, _) = whole;
    assert!(input.starts_with(&frames.concat()));
    for frame in frames {
        assert!(frame.len() <= LIMITS.message_bytes);
        // Whatever passes here never makes the library's parser panic, and it takes all of it.
        if let Ok((rest, _)) = parse_tag(&frame) {
            assert!(rest.is_empty());
        } else {
            panic!("the library cannot parse {frame:02x?}");
        }
        drop(Message::parse(&frame));
    }
}

/// The frames of these bytes, and how they end.
fn cut(input: &[u8], piece: usize) -> (Vec<Vec<u8>>, String) {
    let mut reader = FrameReader::new(Pieces { input, piece }, LIMITS.frame());
    let mut frames = Vec::new();
    let end = loop {
        match block_on(reader.next()) {
            Ok(Some((frame, _))) => frames.push(frame.to_vec()),
            Ok(None) => break "the end".to_owned(),
            Err(FrameReadError::Io(error)) => panic!("no input fails: {error}"),
            Err(error) => break error.to_string(),
        }
    };
    (frames, end)
}

/// A connection that hands out so many bytes at a time.
struct Pieces<'a> {
    input: &'a [u8],
    piece: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let count = self.piece.min(buffer.remaining()).min(self.input.len());
        let (now, later) = self.input.split_at(count);
        buffer.put_slice(now);
        self.input = later;
        Poll::Ready(Ok(()))
    }
}

/// An entry loses only attributes that were not asked for, stays within its bounds, and becomes one object whose claims are
/// sorted and each there once.
pub(crate) fn entry(input: &[u8]) {
    let Some(entry) = decoded(input) else { return };
    assert!(entry.bytes() <= LIMITS.entry_bytes);
    for attribute in &entry.attributes {
        let wanted = WANTED
            .iter()
            .any(|name| name.eq_ignore_ascii_case(attribute.name().as_bytes()));
        assert!(wanted, "{} was not asked for", attribute.description);
    }
    let addresses = AddressAttributes::default();
    let mut reader = EntryReader::new(&addresses);
    for attribute in &entry.attributes {
        reader.attribute(&attribute.description, &attribute.values);
    }
    let object = reader.finish(entry.dn.as_bytes()).object;
    let claims: Vec<_> = object.claims.iter().map(|claim| claim.address.as_str()).collect();
    assert!(claims.is_sorted_by(|one, next| one < next), "{claims:?}");
    for claim in &object.claims {
        assert!(claim.address.as_str().len() <= 1_024);
    }
}

/// The entry of a message, as the guard and the reader take it.
fn decoded(message: &[u8]) -> Option<Entry> {
    let limits = LIMITS.frame();
    if message.len() > limits.bytes {
        return None;
    }
    let before = check(message, limits).ok()?;
    Message::parse(message).ok()?;
    let mut frame = BytesMut::from(message);
    let wanted = WantedAttributes::names(WANTED);
    let cut = strip(&mut frame, &wanted).ok()?;
    let after = check(&frame, limits).unwrap_or_else(|error| panic!("stripped, it is broken: {error}"));
    assert_eq!(cut, frame.len() < message.len());
    assert_eq!(cut, after < before);
    assert_eq!(strip(&mut frame, &wanted), Ok(false), "nothing is left to cut");
    assert!(Message::parse(&frame).is_ok(), "stripped, it is no message");
    Entry::decode(operation(&frame)?, &LIMITS).ok()
}

/// The operation of a message, as the library hands it on.
fn operation(frame: &[u8]) -> Option<StructureTag> {
    let (_, message) = parse_tag(frame).ok()?;
    message.expect_constructed()?.into_iter().nth(1)
}

/// Ranges end, go on where they should, or are refused; what they gather stays within the bounds.
pub(crate) fn ranges(input: &[u8]) {
    let mut answers = frames_of(input).into_iter();
    let Some(first) = answers.next().and_then(|frame| decoded(&frame)) else {
        return;
    };
    let attributes = first.attributes.len();
    let mut growing = Growing::new(first, LIMITS);
    for index in 0..attributes {
        if growing.begin(index).is_err() {
            return;
        }
        while let Ok(Some(next)) = growing.next_range(index) {
            assert!(next.contains(";range="), "{next}");
            let before = growing.values(index);
            let answer = answers.next().and_then(|frame| decoded(&frame));
            if growing.extend(index, answer).is_err() {
                return;
            }
            let goes_on = matches!(growing.next_range(index), Ok(Some(_)));
            assert!(
                growing.values(index) > before || !goes_on,
                "a range brings values, or is the last"
            );
            assert!(growing.values(index) <= LIMITS.values);
        }
    }
    assert!(growing.finish().bytes() <= LIMITS.entry_bytes);
}

fn frames_of(input: &[u8]) -> Vec<Vec<u8>> {
    cut(input, usize::MAX).0
}
