//! Hints: attributes that are read for what they say about an object, its type or its state, and not for addresses.

use crate::text_enum::text_enum;

text_enum! {
    /// Hints, by the names of their attributes.
    pub enum Hint {
        /// The address that an object prefers as its primary.
        Mail = "mail",
        /// Classes of the object. They show its type where Exchange does not.
        ObjectClass = "objectClass",
        /// Flags of an account in Active Directory (MS-ADTS 2.2.16). Bit 2: it is disabled.
        UserAccountControl = "userAccountControl",
        /// State of an account in 389 Directory Server and FreeIPA: `TRUE` if it is locked.
        NsAccountLock = "nsAccountLock",
        /// State of an account in AD LDS: `TRUE` if it is disabled.
        UserAccountDisabled = "msDS-UserAccountDisabled",
        /// State of an account in eDirectory: `TRUE` if it is disabled.
        LoginDisabled = "loginDisabled",
        /// Kind of recipient in Exchange, a number.
        RecipientType = "msExchRecipientTypeDetails",
        /// Kind of a mailbox that Exchange has elsewhere, as bits.
        RemoteRecipientType = "msExchRemoteRecipientType",
    }
}

impl Hint {
    /// The hint in an attribute, whose name may be spelled in any case.
    pub fn of_attribute(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|hint| hint.as_str().eq_ignore_ascii_case(name))
    }
}

/// A set of hints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hints(u8);

// Sets are stored and sent as bits in the order of declaration: a further hint goes to the end, and needs wider sets.
const _: () = assert!(Hint::ALL.len() <= u8::BITS as usize);

impl Hints {
    /// No hint.
    pub const NONE: Self = Self(0);

    /// The hints by which servers show that an account is enabled or disabled.
    pub const OF_STATE: Self = Self::NONE
        .with(Hint::UserAccountControl)
        .with(Hint::NsAccountLock)
        .with(Hint::UserAccountDisabled)
        .with(Hint::LoginDisabled);

    /// The set with a hint more.
    #[must_use]
    pub const fn with(self, hint: Hint) -> Self {
        Self(self.0 | 1 << hint as u8)
    }

    /// The hints of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The hints of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The hints that the other set does not have.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True if the set has this hint.
    pub const fn contains(self, hint: Hint) -> bool {
        !self.and(Self::NONE.with(hint)).is_empty()
    }

    /// True if it has none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The hints, in the order of declaration.
    pub fn iter(self) -> impl Iterator<Item = Hint> {
        Hint::ALL.iter().copied().filter(move |hint| self.contains(*hint))
    }

    /// The set as bits: the lowest is that of the first hint.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }
}

/// Number of users, whose hints these are, if none of them shows whether it is enabled or disabled; 0 if one does.
pub fn users_without_state(users: impl IntoIterator<Item = Hints>) -> u64 {
    let mut number = 0;
    for hints in users {
        if !hints.and(Hints::OF_STATE).is_empty() {
            return 0;
        }
        number += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let set = Hints::NONE.with(Hint::Mail).with(Hint::LoginDisabled);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Hint::Mail, Hint::LoginDisabled]);
        assert!(set.contains(Hint::Mail) && !set.contains(Hint::ObjectClass));
        assert_eq!(set.without(Hints::OF_STATE), Hints::NONE.with(Hint::Mail));
        assert_eq!(set.and(Hints::OF_STATE), Hints::NONE.with(Hint::LoginDisabled));
        assert_eq!(Hints::from_bits(set.bits()), set);
    }

    #[test]
    fn one_user_who_shows_whether_it_is_disabled_is_enough() {
        let mail = Hints::NONE.with(Hint::Mail);
        assert_eq!(users_without_state([]), 0);
        assert_eq!(users_without_state([Hints::NONE, mail]), 2);
        for state in Hints::OF_STATE.iter() {
            assert_eq!(users_without_state([mail, mail.with(state), mail]), 0, "{state}");
        }
    }

    #[test]
    fn the_bit_of_each_hint_is_what_is_stored_of_it() {
        let bits: Vec<_> = Hint::ALL
            .iter()
            .map(|hint| (hint.as_str(), Hints::NONE.with(*hint).bits()))
            .collect();
        let expected = [
            ("mail", 1),
            ("objectClass", 2),
            ("userAccountControl", 4),
            ("nsAccountLock", 8),
            ("msDS-UserAccountDisabled", 16),
            ("loginDisabled", 32),
            ("msExchRecipientTypeDetails", 64),
            ("msExchRemoteRecipientType", 128),
        ];
        assert_eq!(bits, expected);
    }
}
