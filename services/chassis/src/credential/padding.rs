//! Passwords of one length: so many octets, whatever the password.

use zeroize::Zeroizing;

/// Octets that a padded password is a multiple of.
const BLOCK: usize = 128;
/// Octets of the length before the password.
const LENGTH: usize = size_of::<u16>();

/// The length, the text, and zeros up to a whole block. `None`: no password is so long.
pub(super) fn pad(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let length = u16::try_from(text.len()).ok()?;
    let whole = (LENGTH + text.len()).next_multiple_of(BLOCK);
    // Of its full length from the beginning: a buffer that grows leaves copies behind.
    let mut padded = Zeroizing::new(Vec::with_capacity(whole));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(text.as_bytes());
    padded.resize(whole, 0);
    Some(padded)
}

/// The text of a padded one.
pub(super) fn strip(padded: &[u8]) -> Option<&str> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
    let (text, zeros) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let whole =
        padded.len().is_multiple_of(BLOCK) && zeros.len() < BLOCK && zeros.iter().all(|zero| *zero == 0);
    std::str::from_utf8(text).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_different_lengths_have_the_same_and_are_read_back() {
        let lengths = [0, 1, 14, 126, 127, 254, 255, 1_024].map(|length| {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let padded = pad(&text).expect("a padded text");
            assert_eq!(strip(&padded), Some(text.as_str()));
            padded.len()
        });
        assert_eq!(lengths, [128, 128, 128, 128, 256, 256, 384, 1_152]);
        assert!(pad(&"x".repeat(70_000)).is_none());
    }

    #[test]
    fn what_is_not_padded_is_no_password() {
        let padded = pad("secret").expect("a padded text");
        let mut long = padded.clone();
        long[0] = 1;
        let mut noisy = padded.clone();
        noisy[127] = 1;
        let more = [padded.as_slice(), &[0; 128]].concat();
        let no_text = [&[0, 1, 0xff][..], &[0; 125]].concat();
        for wrong in [
            &long[..],
            &noisy,
            &more,
            &no_text,
            &padded[..127],
            b"secret",
            b"\0",
            b"",
        ] {
            assert_eq!(strip(wrong), None, "{wrong:?}");
        }
    }
}
