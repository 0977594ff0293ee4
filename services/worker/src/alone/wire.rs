//! The protocol between a worker and the process of a run: two frames down, one line back.

use std::io::{self, Read};

use rollcall_chassis::amqp::Delay;

use crate::run::Disposition;

/// The longest job, and the longest answer.
pub(super) const MOST_BYTES: u64 = 64 * 1024;

/// A body with its length before it.
pub(super) fn frame(body: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(body.len())
        .ok()
        .filter(|length| u64::from(*length) <= MOST_BYTES)
        .ok_or_else(|| io::Error::other("the job is too long"))?;
    Ok([&length.to_be_bytes(), body].concat())
}

/// The body of the next frame.
pub(super) fn read_frame(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if u64::from(length) > MOST_BYTES {
        return Err(io::Error::other("the job is too long"));
    }
    let mut body = vec![0; length as usize];
    from.read_exact(&mut body)?;
    Ok(body)
}

/// A disposition as a line.
pub(super) fn line(disposition: &Disposition) -> String {
    match disposition {
        Disposition::Done => "done\n".to_owned(),
        // A process of its own that asks for one is out of step: the run waits.
        Disposition::Park | Disposition::NeedsProcess => "park\n".to_owned(),
        Disposition::GiveUp(fence) => format!("give-up {fence}\n"),
        Disposition::InVain(None) => "in-vain\n".to_owned(),
        Disposition::InVain(Some(fence)) => format!("in-vain {fence}\n"),
        Disposition::Retry(delay) => format!("retry {}\n", delay.exchange()),
        Disposition::RetrySlowly(delay) => format!("retry-slowly {}\n", delay.exchange()),
        Disposition::GiveWay => "give-way\n".to_owned(),
        Disposition::Reject(why) => format!("reject {}\n", why.replace('\n', " ")),
    }
}

/// The disposition that a whole line says.
pub(super) fn disposition(line: &[u8]) -> Option<Disposition> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match (word, rest) {
        ("done", "") => Some(Disposition::Done),
        ("park", "") => Some(Disposition::Park),
        ("give-up", fence) => fence.parse().ok().map(Disposition::GiveUp),
        ("in-vain", "") => Some(Disposition::InVain(None)),
        ("in-vain", fence) => fence.parse().ok().map(|fence| Disposition::InVain(Some(fence))),
        ("give-way", "") => Some(Disposition::GiveWay),
        ("retry", exchange) => delay(exchange).map(Disposition::Retry),
        ("retry-slowly", exchange) => delay(exchange).map(Disposition::RetrySlowly),
        ("reject", why) => Some(Disposition::Reject(why.to_owned())),
        _ => None,
    }
}

fn delay(exchange: &str) -> Option<Delay> {
    Delay::ALL.into_iter().find(|delay| delay.exchange() == exchange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disposition_is_read_back_as_it_was_said() {
        let retries = Delay::ALL.map(Disposition::Retry);
        let others = [
            Disposition::Done,
            Disposition::Park,
            Disposition::GiveUp(7),
            Disposition::InVain(None),
            Disposition::InVain(Some(7)),
            Disposition::GiveWay,
            Disposition::Reject("not one".to_owned()),
        ];
        let slowly = Delay::ALL.map(Disposition::RetrySlowly);
        for said in retries.into_iter().chain(slowly).chain(others) {
            assert_eq!(disposition(line(&said).as_bytes()), Some(said));
        }
    }

    #[test]
    fn what_a_process_could_not_finish_saying_is_no_disposition() {
        for cut in [
            &b""[..],
            b"don",
            b"done",
            b"retry rollcall.delay.1",
            b"retry \n",
            b"\xff\n",
        ] {
            assert_eq!(disposition(cut), None, "{cut:?}");
        }
    }

    #[test]
    fn a_frame_is_read_back_and_one_that_is_cut_is_an_error() {
        let whole = frame(b"a job").unwrap();
        assert_eq!(read_frame(&mut whole.as_slice()).unwrap(), b"a job");
        assert!(read_frame(&mut &whole[..whole.len() - 1]).is_err());
        assert!(read_frame(&mut &[0xff; 8][..]).is_err());
        assert!(frame(&vec![0; 100_000]).is_err());
    }
}
