//! A server's own words, cut to the length that is shown.

/// The beginning of a server's words. They may be as long as a message, and each server that was tried has its own.
pub(crate) fn excerpt(mut text: String) -> String {
    const MAX_BYTES: usize = 1_000;
    text.truncate(text.floor_char_boundary(MAX_BYTES));
    text.shrink_to_fit();
    text
}
