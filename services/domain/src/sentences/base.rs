//! Search bases that cannot be searched, and directories that name none.

use super::{
    connection_test::StepText,
    words::{list, number},
};
use crate::{dn::url, failure::FailureCode};

/// Naming contexts that a sentence names.
const MOST_NAMED: usize = 16;

/// The server does not have the base. `matched` is the part of its name that the server knows, or empty; `own` is the
/// directory's own base, if it names one.
pub fn missing(base: &str, matched: &str, own: Option<&str>) -> StepText {
    let code = StepText::from(FailureCode::NoSuchBase);
    let text = if base.is_empty() {
        code.saying("The directory server does not search from the root of its tree.")
            .advising(
                "Enter the search bases by name. Only some servers have a root, such as a global catalog.",
            )
    } else {
        code.saying(format!("The search base {base} does not exist in the directory."))
    };
    let matched = Some(matched)
        .filter(|matched| !matched.is_empty())
        .map(|matched| format!("The part that exists is {matched}."));
    with_advice(text, matched.into_iter().chain(own_base(base, own)))
}

/// Only other servers have the base: `referrals` are their URLs (RFC 4511 section 4.1.10).
pub fn elsewhere(base: &str, referrals: &[String], own: Option<&str>) -> StepText {
    let mut hosts = Vec::new();
    for host in referrals.iter().filter_map(|url| url::host(url)) {
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    let base_named = named(base);
    let text = match &hosts[..] {
        [] => StepText::new(
            format!(
                "The directory server does not have {base_named}, and refers to another server without its name."
            ),
            "Enter a host that has the search base, or another search base.",
        ),
        hosts => StepText::new(
            format!(
                "The directory server does not have {base_named}: it is on {}.",
                list(hosts)
            ),
            format!(
                "Enter {} as the host, or another search base. Referrals are never followed.",
                hosts.join(" or ")
            ),
        ),
    };
    with_advice(text, own_base(base, own))
}

/// A search base within a sentence, of which the empty one is the root.
pub fn named(base: &str) -> String {
    match base {
        "" => "the root of the tree".to_owned(),
        base => format!("the search base {base}"),
    }
}

/// The server refuses or breaks off the search of this base, and perhaps of no other.
pub fn refused(base: &str, code: FailureCode) -> StepText {
    let text = StepText::from(code);
    let base = named(base);
    match code {
        FailureCode::InsufficientRights => text.saying(format!(
            "The account that reads the directory may not read {base}."
        )),
        FailureCode::SizeLimit => text.saying(format!(
            "The directory server stopped at its size limit in {base}."
        )),
        FailureCode::TimeLimit => text.saying(format!(
            "The directory server stopped at its time limit in {base}."
        )),
        _ => text,
    }
}

/// No base is set, and the directory names none or several: these.
pub fn none_named(contexts: &[String]) -> StepText {
    let text = StepText::from(FailureCode::NoSearchBase);
    if contexts.is_empty() {
        return text;
    }
    let mut names: Vec<_> = contexts.iter().take(MOST_NAMED).cloned().collect();
    if let Some(more) = contexts.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        names.push(format!("{} more", number(more as u64)));
    }
    text.saying("No search base is set, and the directory server has several naming contexts.")
        .advising(format!(
            "Enter as search bases those of the naming contexts that are to be read: {}.",
            names.join("; ")
        ))
}

fn own_base(base: &str, own: Option<&str>) -> Option<String> {
    own.filter(|own| *own != base)
        .map(|own| format!("The directory's own base is {own}."))
}

fn with_advice(text: StepText, further: impl IntoIterator<Item = String>) -> StepText {
    let advice = further.into_iter().fold(text.advice.clone(), |advice, sentence| {
        format!("{advice} {sentence}")
    });
    text.advising(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_base_is_told_with_what_exists() {
        let text = missing("OU=Poeple,DC=corp", "DC=corp", Some("DC=corp"));
        assert_eq!(
            text.message,
            "The search base OU=Poeple,DC=corp does not exist in the directory."
        );
        for part in [
            "The part that exists is DC=corp.",
            "The directory's own base is DC=corp.",
        ] {
            assert!(text.advice.contains(part), "{text:?}");
        }
        assert!(
            !missing("DC=corp", "", Some("DC=corp"))
                .advice
                .contains("own base")
        );
        assert!(missing("", "", None).message.contains("root of its tree"));
    }

    #[test]
    fn a_base_elsewhere_is_told_with_the_servers_that_have_it() {
        let referrals = [
            "ldap://emea.corp.example:389/DC=emea",
            "ldaps://dc2.emea.corp.example/DC=emea",
        ];
        let text = elsewhere("DC=emea", &referrals.map(str::to_owned), Some("DC=corp"));
        assert!(
            text.advice
                .starts_with("Enter emea.corp.example or dc2.emea.corp.example as the host"),
            "{text:?}"
        );
        assert!(
            text.message
                .contains("DC=emea: it is on emea.corp.example and dc2"),
            "{text:?}"
        );
        let nameless = elsewhere("DC=emea", &["ldap:///DC=emea".to_owned()], None);
        assert!(nameless.message.contains("without its name"), "{nameless:?}");
    }

    #[test]
    fn several_contexts_are_listed_up_to_a_bound() {
        let contexts: Vec<_> = (0..20).map(|number| format!("o=n{number}")).collect();
        let text = none_named(&contexts);
        assert!(
            text.advice.contains("o=n0; o=n1;") && text.advice.ends_with("o=n15; 4 more."),
            "{text:?}"
        );
        assert_eq!(none_named(&[]), StepText::from(FailureCode::NoSearchBase));
    }
}
