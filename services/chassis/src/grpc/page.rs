//! Bounds of a page of a list.

use prost::Message;

/// Bytes of a page's entries. Clients accept 4 MiB if their authors say nothing else.
pub const BYTES: usize = 2 * 1024 * 1024;

/// Cuts a page to `most` entries, and to fewer where these are large; one always remains. True if any were cut off.
pub fn cut<T, M: Message>(entries: &mut Vec<T>, most: usize, message: impl Fn(&T) -> &M) -> bool {
    let mut bytes = 0;
    let fitting = entries
        .iter()
        .take(most)
        .take_while(|entry| {
            bytes += message(entry).encoded_len();
            bytes <= BYTES
        })
        .count();
    let kept = fitting.max(1);
    let more = entries.len() > kept;
    entries.truncate(kept);
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(lengths: &[usize], most: usize) -> (usize, bool) {
        let mut entries: Vec<Vec<u8>> = lengths.iter().map(|length| vec![0; *length]).collect();
        let more = cut(&mut entries, most, |entry| entry);
        (entries.len(), more)
    }

    #[test]
    fn a_page_has_as_many_entries_as_it_may() {
        assert_eq!(cut_of(&[1, 1, 1], 2), (2, true));
        assert_eq!(cut_of(&[1, 1], 2), (2, false));
        assert_eq!(cut_of(&[], 2), (0, false));
    }

    #[test]
    fn a_page_of_large_entries_ends_early_but_is_never_empty() {
        assert_eq!(cut_of(&[BYTES / 2; 5], 4), (1, true));
        assert_eq!(cut_of(&[2 * BYTES, 1], 4), (1, true));
        assert_eq!(cut_of(&[2 * BYTES], 4), (1, false));
    }
}
