//! Text of an answer with what helps to read it.

/// An answer for people, and its asides: a legend, or the commands that come next. Where a program reads standard output,
/// the asides go to standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) answer: String,
    pub(crate) asides: Vec<String>,
}

impl Shown {
    /// The answer with one more aside, if there is one.
    pub(crate) fn with(mut self, aside: Option<String>) -> Self {
        self.asides.extend(aside);
        self
    }

    /// The answer with a part below it that has a title.
    pub(crate) fn and(mut self, title: &str, part: Self) -> Self {
        self.answer = format!("{}\n\n{title}:\n{}", self.answer, part.answer);
        self.asides.extend(part.asides);
        self
    }

    /// All of it in one text.
    pub(crate) fn whole(self) -> String {
        let parts: Vec<_> = std::iter::once(self.answer).chain(self.asides).collect();
        parts.join("\n\n")
    }
}

impl From<String> for Shown {
    fn from(answer: String) -> Self {
        Self {
            answer,
            asides: Vec::new(),
        }
    }
}
