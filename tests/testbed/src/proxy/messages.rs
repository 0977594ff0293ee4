//! Counts the messages of LDAP in a stream: BER elements, one after the other.

/// The count's position in the stream.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Number of messages that have ended.
    ended: u64,
    /// The part of the next one's tag and length that has come.
    head: Vec<u8>,
    /// Number of bytes of the present one that are still to come.
    left: usize,
}

impl Messages {
    pub(super) fn ended(&self) -> u64 {
        self.ended
    }

    /// Takes what passes. Answers how much of it belongs to the first `until` messages of the stream.
    pub(super) fn pass(&mut self, bytes: &[u8], until: u64) -> usize {
        let mut within = if self.ended >= until { 0 } else { bytes.len() };
        let mut at = 0;
        while at < bytes.len() {
            if self.left == 0 {
                self.head.push(bytes[at]);
                at += 1;
                let Some(left) = length(&self.head) else { continue };
                self.left = left;
                self.head.clear();
            }
            let step = self.left.min(bytes.len() - at);
            at += step;
            self.left -= step;
            if self.left == 0 {
                self.ended += 1;
                if self.ended == until {
                    within = at;
                }
            }
        }
        within
    }
}

/// The length that a whole head gives; `None` while a part of it is still to come. Bytes that are no BER have some
/// length, too.
fn length(head: &[u8]) -> Option<usize> {
    let (&first, rest) = head.get(1..)?.split_first()?;
    let more = usize::from(first & 0x7f);
    if first < 0x80 {
        return Some(more);
    }
    (rest.len() >= more).then(|| {
        rest.iter().fold(0_usize, |length, byte| {
            length.wrapping_shl(8) | usize::from(*byte)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::Messages;

    #[test]
    fn messages_are_counted_wherever_the_stream_is_cut() {
        let short = [0x30, 2, 1, 2];
        let long = [&[0x30, 0x82, 1, 0][..], &[7; 256]].concat();
        let stream = [&short[..], &long, &short].concat();
        for size in [1, 2, 3, 5, 100, stream.len()] {
            let mut messages = Messages::default();
            let within: usize = stream.chunks(size).map(|bytes| messages.pass(bytes, 2)).sum();
            assert_eq!(
                (within, messages.ended()),
                (short.len() + long.len(), 3),
                "{size}"
            );
        }
    }
}
