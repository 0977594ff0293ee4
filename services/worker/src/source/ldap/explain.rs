//! Sentences for an administrator about an error, which name what it is about.

use rollcall_domain::{
    ldap,
    sentences::{
        base,
        connection_test::{StepText, reaching},
    },
};

use super::{error::DirectoryError, guard::GuardError};
use crate::source::bounds::too_large;

impl DirectoryError {
    /// The failure in sentences for an administrator.
    pub(crate) fn sentences(&self) -> StepText {
        match self.cause() {
            Self::NoSearchBase { contexts } => base::none_named(contexts),
            Self::Base { base, own, refusal } => refused_base(base, own.as_deref(), refusal),
            Self::HungUp(_) => reaching::hung_up(),
            Self::NoServer(tried) => {
                Self::furthest(tried).map_or_else(|| self.code().into(), Self::sentences)
            }
            Self::Limit(excess) => excess.sentences(),
            Self::Connection(GuardError::Entry { entry, error }) if error.is_limit() => {
                too_large(Some(entry))
            }
            Self::Read(error) => error.text(),
            error => error.code().into(),
        }
    }
}

fn refused_base(base: &str, own: Option<&str>, refusal: &DirectoryError) -> StepText {
    let DirectoryError::Refused { code, pointers, .. } = refusal.cause() else {
        return refusal.code().into();
    };
    let pointers = pointers.as_deref();
    match *code {
        ldap::REFERRAL => {
            let referrals = pointers.map_or(&[][..], |pointers| &pointers.referrals);
            base::elsewhere(base, referrals, own)
        }
        ldap::NO_SUCH_OBJECT | ldap::INVALID_DN_SYNTAX => {
            let matched = pointers.map_or("", |pointers| &pointers.matched);
            base::missing(base, matched, own)
        }
        _ => base::refused(base, refusal.code()),
    }
}

#[cfg(test)]
mod tests {
    use rollcall_domain::failure::FailureCode;

    use super::*;
    use crate::source::{
        bounds::{Crossed, ShownName},
        error::ReadError,
        ldap::{
            bounds::Excess,
            error::{Operation, Pointers},
        },
    };

    fn refused(code: u32, pointers: Pointers) -> DirectoryError {
        let refusal = DirectoryError::Refused {
            operation: Operation::Search,
            code,
            text: String::new(),
            pointers: Some(Box::new(pointers)),
        };
        DirectoryError::Base {
            base: "DC=emea,DC=corp".to_owned(),
            own: Some("DC=corp".to_owned()),
            refusal: Box::new(refusal),
        }
        .at("dc1 (192.0.2.1:636)")
    }

    #[test]
    fn a_base_is_explained_by_what_the_server_says_of_it() {
        let matched = Pointers {
            matched: "DC=corp".to_owned(),
            ..Pointers::default()
        };
        let referrals = Pointers {
            referrals: vec!["ldap://emea.corp.example/DC=emea,DC=corp".to_owned()],
            ..Pointers::default()
        };
        for (error, part) in [
            (refused(32, matched), "The part that exists is DC=corp."),
            (
                refused(34, Pointers::default()),
                "The directory's own base is DC=corp.",
            ),
            (refused(10, referrals), "emea.corp.example as the host"),
        ] {
            let text = error.sentences();
            assert!(text.advice.contains(part), "{text:?}");
            assert!(
                error.to_string().contains("the search base DC=emea,DC=corp"),
                "{error}"
            );
        }
    }

    #[test]
    fn of_several_servers_the_one_with_which_most_went_well_is_explained() {
        let hung_up = DirectoryError::HungUp(GuardError::Closed).at("dc2 (192.0.2.2:636)");
        let unreached =
            DirectoryError::Connect(std::io::ErrorKind::ConnectionRefused.into()).at("dc1 (192.0.2.1:636)");
        let error = DirectoryError::NoServer(vec![unreached, hung_up]);
        let text = error.sentences();
        assert_eq!(error.code(), FailureCode::ConnectionLost);
        assert!(text.message.contains("before it answered"), "{text:?}");
        assert!(text.advice.contains("636 for LDAPS"), "{text:?}");
        let nobody = DirectoryError::NoServer(Vec::new());
        assert_eq!(nobody.sentences(), FailureCode::CannotConnect.into());
    }

    #[test]
    fn another_refusal_of_a_base_says_what_its_code_says() {
        let error = refused(51, Pointers::default());
        assert_eq!(error.sentences(), error.code().into());
    }

    #[test]
    fn of_several_bases_the_one_that_is_refused_is_named() {
        for code in [3, 4, 11, 50] {
            let text = refused(code, Pointers::default()).sentences();
            assert!(text.message.contains("DC=emea,DC=corp"), "{text:?}");
            assert!(!text.advice.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn an_entry_that_crosses_a_bound_is_named_and_no_host_is_doubted() {
        let entry = || ShownName::new(b"CN=Large,DC=corp");
        let values = Excess::Values {
            entry: entry(),
            attribute: ShownName::new(b"mail"),
            limit: 7,
        };
        let bytes = Crossed::ObjectBytes {
            entry: entry(),
            bytes: 2,
            limit: 1,
        };
        let claims = Crossed::Claims {
            entry: entry(),
            claims: 10_001,
            limit: 10_000,
        };
        for error in [
            DirectoryError::from(values),
            Excess::from(bytes.clone()).into(),
            ReadError::from(bytes).into(),
            ReadError::from(claims).into(),
        ] {
            let text = error.at("dc1").sentences();
            assert!(
                text.message.starts_with("The entry CN=Large,DC=corp "),
                "{text:?}"
            );
            assert!(!text.advice.contains("host and port"), "{text:?}");
        }
        let pages = DirectoryError::from(Excess::Pages(7));
        assert_eq!(pages.sentences(), FailureCode::LimitExceeded.into());
    }
}
