//! Texts from elsewhere, made fit for a terminal.

/// The text with control characters escaped: a directory's texts come from strangers, and must not steer a terminal.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() && letter != '\n' {
            visible.extend(letter.escape_default());
        } else {
            visible.push(letter);
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_s_text_cannot_steer_the_terminal() {
        assert_eq!(
            visible("a\u{1b}[2Jb\tc\r\nd\u{9b}ä"),
            "a\\u{1b}[2Jb\\tc\\r\nd\\u{9b}ä"
        );
    }
}
