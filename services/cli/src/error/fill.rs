//! Names in advice: the tenant, the run and the address that the command is about.

use crate::args::Subject;

/// The advice with TENANT, RUN and ADDRESS replaced by the names that are known.
pub(super) fn fill(advice: &str, subject: &Subject) -> String {
    let is_of_word = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    let mut filled = String::with_capacity(advice.len());
    let mut rest = advice;
    while let Some(start) = rest.find(is_of_word) {
        let (before, from_word) = rest.split_at(start);
        let end = from_word.find(|letter| !is_of_word(letter));
        let (word, after) = from_word.split_at(end.unwrap_or(from_word.len()));
        let known = match word {
            "TENANT" => subject.tenant.as_deref(),
            "RUN" => subject.run.as_deref(),
            "ADDRESS" => subject.address.as_deref(),
            _ => None,
        };
        filled.push_str(before);
        filled.push_str(known.unwrap_or(word));
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_place_only_of_whole_words() {
        let subject = Subject {
            tenant: Some("acme".to_owned()),
            run: None,
            address: Some("ann@acme.example".to_owned()),
        };
        assert_eq!(
            fill(
                "rollcall run TENANT RUN, PREVIEW_RUN, rollcall explain TENANT ADDRESS.",
                &subject
            ),
            "rollcall run acme RUN, PREVIEW_RUN, rollcall explain acme ann@acme.example."
        );
        assert_eq!(fill("no name", &Subject::default()), "no name");
    }
}
