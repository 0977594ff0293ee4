//! Parts of a directory that a read leaves out.

use super::{connection_test::StepText, words::number};
use crate::left_out::{LeftOut, MOST_COUNTED, Names};

/// No part is known to be left out.
pub const NOTHING: &str = "The directory names no part that the search bases leave out.";
const ADD_BASE: &str = "Add a search base for each naming context whose addresses are to be imported.";
const OTHER_SERVER: &str = "Parts that the server refers to are on other servers and are not read: if their addresses \
                            are to be imported, choose a server that has them, such as a global catalog.";

impl LeftOut {
    /// The parts, in a sentence or two, and what to do about them; `None` if there are none.
    pub fn text(&self) -> Option<StepText> {
        let contexts = named(&self.contexts).map(|names| format!("No search base covers {names}."));
        let references = named(&self.references).map(|names| format!("The server refers to {names}."));
        let advice = match (&contexts, &references) {
            (None, None) => return None,
            (Some(_), None) => ADD_BASE.to_owned(),
            (None, Some(_)) => OTHER_SERVER.to_owned(),
            (Some(_), Some(_)) => format!("{ADD_BASE} {OTHER_SERVER}"),
        };
        let sentences: Vec<_> = contexts.into_iter().chain(references).collect();
        Some(StepText::new(sentences.join(" "), advice))
    }
}

/// Names that hold commas of their own, so that they are set apart by semicolons.
fn named(names: &Names) -> Option<String> {
    let mut shown = names.shown.clone();
    if names.more > 0 {
        let least = if names.more as usize >= MOST_COUNTED {
            "at least "
        } else {
            ""
        };
        shown.push(format!("{least}{} more", number(names.more.into())));
    }
    (!shown.is_empty()).then(|| shown.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(shown: &[&str], more: u32) -> Names {
        Names {
            shown: shown.iter().map(|name| (*name).to_owned()).collect(),
            more,
        }
    }

    fn message(contexts: Names, references: Names) -> Option<String> {
        LeftOut { contexts, references }.text().map(|text| text.message)
    }

    #[test]
    fn what_is_left_out_is_named_and_the_rest_counted() {
        let contexts = names(&["DC=a,DC=b", "o=c"], 0);
        assert_eq!(
            message(contexts.clone(), Names::default()).as_deref(),
            Some("No search base covers DC=a,DC=b; o=c.")
        );
        assert_eq!(
            message(contexts, names(&["ldap://d/DC=d"], 1_000)).as_deref(),
            Some(
                "No search base covers DC=a,DC=b; o=c. The server refers to ldap://d/DC=d; at least 1,000 more."
            )
        );
        assert_eq!(
            message(names(&["o=c"], 999), Names::default()).as_deref(),
            Some("No search base covers o=c; 999 more.")
        );
        assert_eq!(message(Names::default(), Names::default()), None);
    }
}
