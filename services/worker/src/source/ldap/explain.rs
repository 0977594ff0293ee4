//! Sentences for an administrator about an error, which name what it is about.

use rollcall_domain::{
    ldap,
    sentences::{
        base,
        connection_test::{StepText, reaching},
    },
};

use super::error::DirectoryError;

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
        _ => refusal.code().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_domain::failure::FailureCode;

    use crate::source::ldap::{
        error::{Operation, Pointers},
        guard::GuardError,
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
}
