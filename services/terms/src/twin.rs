//! Enums that the rules and the contract both have: one value for one value.

use rollcall_domain as domain;
use rollcall_proto::v1;

/// A value of the rules that the contract has too.
pub trait Twin: Copy + Sized {
    /// The contract's enum.
    type Message: Copy;

    /// As the contract names it.
    fn message(self) -> Self::Message;

    /// As the rules name it. `None` for UNSPECIFIED.
    fn of_message(message: Self::Message) -> Option<Self>;
}

/// Both directions, matched exhaustively: a value that only one side has does not compile.
macro_rules! twins {
    ($( $type:ident { $( $value:ident, )+ } )+) => {$(
        impl Twin for domain::$type {
            type Message = v1::$type;

            fn message(self) -> v1::$type {
                match self { $( Self::$value => v1::$type::$value, )+ }
            }

            fn of_message(message: v1::$type) -> Option<Self> {
                match message {
                    v1::$type::Unspecified => None,
                    $( v1::$type::$value => Some(Self::$value), )+
                }
            }
        }
    )+};
}

twins! {
    ObjectType { User, Group, Contact, PublicFolder, Resource, SharedMailbox, Other, }
    AddressType { Primary, Alias, DomainAlias, }
    Origin { Synced, Manual, }
    Verdict { Add, Keep, Update, Remove, Stale, Skip, }
    Reason { InvalidAddress, UnknownPrefix, TypeExcluded, DisabledExcluded, DomainExcluded, DomainNotRegistered, InterferesWithPortalAccount, ClaimedByOtherObject, DuplicateUsername, NewAccount, NewAddress, Restored, Adopted, Merged, Rebound, Renamed, Moved, TypeChanged, NowSynced, StaleNoMore, RoleChanged, GivenBack, Absent, OnlyRefusedClaims, OtherServer, NotApproved, RemovalsPaused, Spoilt, Reverted, ChangedSince, AddressTaken, }
    HeldReason { RemovalLimit, EmptyRead, FirstRemoval, ChangedSincePreview, TooManyNew, HintsVanished, }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::to_sql;

    #[test]
    fn a_value_leads_to_its_twin_and_back_under_one_name() {
        for reason in domain::Reason::ALL {
            let message = reason.message();
            assert_eq!(domain::Reason::of_message(message), Some(*reason));
            assert_eq!(to_sql(message), Some(reason.as_str()));
        }
        for object_type in domain::ObjectType::ALL {
            let message = object_type.message();
            assert_eq!(domain::ObjectType::of_message(message), Some(*object_type));
            assert_eq!(to_sql(message), Some(object_type.as_str()));
        }
    }

    #[test]
    fn unspecified_has_no_twin() {
        assert_eq!(domain::Verdict::of_message(v1::Verdict::Unspecified), None);
    }
}
