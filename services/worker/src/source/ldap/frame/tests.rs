use proptest::prelude::*;

use super::*;
use crate::source::ldap::ber::{bound, done, entry, nested, seq, tlv};

const LIMITS: FrameLimits = FrameLimits {
    bytes: 1 << 20,
    elements: 1_000,
    depth: 12,
};

async fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, FrameReadError> {
    let mut reader = FrameReader::new(bytes, LIMITS);
    let mut frames = Vec::new();
    while let Some((frame, _)) = reader.next().await? {
        frames.push(frame.to_vec());
    }
    Ok(frames)
}

#[tokio::test]
async fn frames_are_cut_where_they_end() {
    let frames = [
        bound(1, 0, ""),
        entry(2, "cn=a", &[("mail", &[b"a@b.example"])]),
        done(2, 0, ""),
    ];
    assert_eq!(read(&frames.concat()).await.unwrap(), frames);
    assert_eq!(read(b"").await.unwrap(), Vec::<Vec<u8>>::new());
}

#[tokio::test]
async fn every_known_attack_is_refused() {
    let overrun = seq(0x30, &[tlv(0x02, &[1]), vec![0x64, 0x20, 0x04, 0x01, b'x']]);
    let attacks: [(&str, Vec<u8>, bool); 8] = [
        ("20,000 nested sequences", nested(20_000), true),
        ("13 nested sequences", nested(13), true),
        (
            "4 GB announced",
            vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01],
            true,
        ),
        (
            "16 EB announced",
            [vec![0x30, 0x88], vec![0xff; 8]].concat(),
            true,
        ),
        ("an inner length beyond its end", overrun, false),
        (
            "an indefinite length",
            vec![0x30, 0x80, 0x02, 0x01, 0x01, 0x00, 0x00],
            false,
        ),
        (
            "an HTTP answer",
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            false,
        ),
        (
            "a TLS alert",
            vec![0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0a],
            false,
        ),
    ];
    for (what, bytes, is_limit) in attacks {
        match read(&bytes).await {
            Err(FrameReadError::Frame(error)) => assert_eq!(error.is_limit(), is_limit, "{what}: {error}"),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn of_elements_there_are_as_many_as_are_accepted() {
    let frame = |elements: usize| seq(0x30, &vec![tlv(0x04, b""); elements - 1]);
    assert_eq!(check(&frame(1_000), LIMITS), Ok(1_000));
    assert_eq!(
        check(&frame(1_001), LIMITS),
        Err(FrameError::TooManyElements(1_000))
    );
}

#[tokio::test]
async fn an_end_within_a_frame_is_distinguished_from_an_end_between_frames() {
    let frame = entry(2, "cn=a", &[]);
    assert!(matches!(
        read(&frame[..frame.len() - 1]).await,
        Err(FrameReadError::Cut)
    ));
    assert!(matches!(read(&frame[..1]).await, Err(FrameReadError::Cut)));
}

#[test]
fn a_large_frame_is_refused_after_only_its_header() {
    let error = length(&[0x30, 0x83, 0x20, 0x00, 0x00], LIMITS).unwrap_err();
    assert_eq!(
        error,
        FrameError::TooLarge {
            announced: 0x20_0005,
            limit: LIMITS.bytes
        }
    );
}

proptest! {
    #[test]
    fn whatever_comes_is_a_frame_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(Some(length)) = length(&bytes, LIMITS) {
            prop_assert!(length <= LIMITS.bytes);
        }
        let _ = check(&bytes, LIMITS);
    }

    #[test]
    fn a_checked_frame_is_all_of_what_its_header_says(
        content in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let frame = tlv(0x30, &content);
        prop_assert_eq!(length(&frame, LIMITS).unwrap(), Some(frame.len()));
    }

    #[test]
    fn a_checked_frame_is_parsed_by_the_library_to_its_end(
        content in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(0x04), Just(0x02), Just(0x00), any::<u8>()], 0..60),
    ) {
        let frame = tlv(0x30, &content);
        if check(&frame, LIMITS).is_ok() {
            let (rest, _) = lber::parse::parse_tag(&frame).expect("parsed");
            prop_assert!(rest.is_empty());
        }
    }
}
