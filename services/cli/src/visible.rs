//! Texts from elsewhere, made fit for a terminal.

use rollcall_domain::invisible::show_lines;

/// The text with invisible characters shown, line ends apart: a directory's texts come from strangers, and must not steer a terminal.
pub(crate) fn visible(text: &str) -> String {
    show_lines(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_s_text_cannot_steer_the_terminal() {
        assert_eq!(
            visible("a\u{1b}[2Jb\tc\r\nd\u{9b}ä"),
            "a\\u{1b}[2Jb\\u{9}c\\u{d}\nd\\u{9b}ä"
        );
    }
}
