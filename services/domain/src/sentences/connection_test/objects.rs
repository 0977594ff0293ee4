//! Steps of the objects: the search base, their number, and examples.

use super::StepText;
use crate::sentences::words::{list, number};

/// The search begins at the base that the server names.
pub fn default_base(dn: &str) -> String {
    format!("Searching from {dn}, the server's default base.")
}

/// The search base of the settings exists.
pub fn base_exists(dn: &str) -> String {
    format!("The search base {dn} exists.")
}

/// The search begins at the root of the server's tree.
pub const ROOT: &str = "Searching from the root of the tree.";

/// The search base can be searched, but does not show itself.
pub fn unseen_base(base: &str) -> StepText {
    StepText::new(
        format!("The server accepts {base} as a search base, but does not show this entry to the account."),
        "If no object is found below it, check the search base, and that the account may read it.",
    )
}

/// No object matches the search filter. `attributes` are those of addresses; `by_group` if the filter asks for members of
/// a group.
pub fn none_matches(bases: &[String], attributes: &[String], filter: &str, by_group: bool) -> StepText {
    let below = match bases {
        [base] if !base.is_empty() => format!("below {base}"),
        [_] => "of the tree".to_owned(),
        bases => format!("below the {} search bases", bases.len()),
    };
    StepText::new(
        format!("No object {below} matches the filter."),
        format!(
            "Check the filter and the search base, that the objects have values in {}, and that the account may read \
             them.{} The search filter is {filter}",
            list(attributes),
            if by_group { PRIMARY_GROUP } else { "" }
        ),
    )
}

/// With the attributes that the directory's schema lacks, among those that the filter asks for.
pub fn lacking(text: StepText, unknown: &[&str]) -> StepText {
    let (they, names) = match unknown {
        [] => return text,
        [name] => ("the attribute", (*name).to_owned()),
        names => {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            ("the attributes", list(&names))
        }
    };
    let message = format!("{} The directory's schema lacks {they} {names}.", text.message);
    let advice = format!(
        "Check the spelling of {names}: a condition on an attribute that the schema lacks matches nothing, even if it is \
         negated. {}",
        text.advice
    );
    text.saying(message).advising(advice)
}

/// Groups that `memberOf` leaves out.
const PRIMARY_GROUP: &str = " In Active Directory, memberOf leaves out a user's primary group, which is Domain \
                             Users by default: (primaryGroupID=513) matches its members.";

/// All objects that match.
pub fn matching(objects: u64) -> String {
    match objects {
        1 => "1 object matches the filter.".to_owned(),
        objects => format!("{} objects match the filter.", number(objects)),
    }
}

/// Objects that match, of which only some were counted.
pub fn more_matching(counted: u64) -> String {
    format!(
        "More than {} objects match the filter: the count ends here.",
        number(counted)
    )
}

/// Examples with users of whom none shows whether it is disabled, for settings that exclude disabled users.
pub fn examples_without_state() -> StepText {
    StepText::new(
        "The settings exclude disabled users, but none of the users shown here shows whether it is disabled.",
        "If no user shows it, every sync fails. Give the account that reads the directory the right to read \
         userAccountControl; outside Active Directory, nsAccountLock, msDS-UserAccountDisabled or loginDisabled.",
    )
}

/// Examples without an e-mail address in `attributes`, although each of them has a value there.
pub fn examples_without_addresses(attributes: &[String]) -> StepText {
    let attributes = list(attributes);
    StepText::new(
        format!("None of the objects shown here has an e-mail address in {attributes}."),
        format!(
            "Check that the account may read the values of {attributes}, and that e-mail addresses are among them. Enter \
             the name of an attribute as the server writes it: mail and not rfc822Mailbox."
        ),
    )
}

/// Heading of so many examples.
pub fn examples(objects: usize) -> &'static str {
    match objects {
        0 => "There is no object to show.",
        1 => "Example of an object that would be read.",
        _ => "Examples of objects that would be read.",
    }
}
