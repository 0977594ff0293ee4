//! Enum values of the contract and their text in SQL: the proto name without its type's prefix,
//! and null where the value is UNSPECIFIED.

use rollcall_proto::{internal, v1};

/// An enum of the contract that has a text in SQL.
pub trait Named: Copy + Default + PartialEq {
    /// Beginning of every proto name of the type, such as `RUN_STATE_`.
    const PREFIX: &'static str;

    /// The name in the .proto file.
    fn proto_name(self) -> &'static str;

    /// The value with this name in the .proto file.
    fn from_proto_name(name: &str) -> Option<Self>;
}

/// The text in SQL: None for UNSPECIFIED.
pub fn to_sql<E: Named>(value: E) -> Option<&'static str> {
    if value == E::default() {
        None
    } else {
        value.proto_name().strip_prefix(E::PREFIX)
    }
}

/// The value with this text in SQL; None where no value has it.
pub fn from_sql<E: Named>(text: &str) -> Option<E> {
    E::from_proto_name(&format!("{}{text}", E::PREFIX)).filter(|value| *value != E::default())
}

/// The value of a nullable column: null is UNSPECIFIED, and so is a text that this version does not know.
pub fn from_nullable<E: Named>(text: Option<&str>) -> E {
    text.and_then(from_sql).unwrap_or_default()
}

/// The value behind a message's enum field: what this version does not know is UNSPECIFIED.
pub fn from_wire<E: Named + TryFrom<i32>>(number: i32) -> E {
    E::try_from(number).unwrap_or_default()
}

macro_rules! named {
    ($($type:ty = $prefix:literal),+ $(,)?) => {$(
        impl Named for $type {
            const PREFIX: &'static str = $prefix;

            fn proto_name(self) -> &'static str {
                self.as_str_name()
            }

            fn from_proto_name(name: &str) -> Option<Self> {
                Self::from_str_name(name)
            }
        }
    )+};
}

named! {
    v1::RunKind = "RUN_KIND_",
    v1::RunTrigger = "RUN_TRIGGER_",
    v1::RunState = "RUN_STATE_",
    v1::RunStage = "RUN_STAGE_",
    v1::ReadMode = "READ_MODE_",
    v1::PausedReason = "PAUSED_REASON_",
    v1::HeldReason = "HELD_REASON_",
    v1::Verdict = "VERDICT_",
    v1::Reason = "REASON_",
    v1::ServerType = "SERVER_TYPE_",
    v1::Security = "SECURITY_",
    v1::ObjectType = "OBJECT_TYPE_",
    v1::SameUsername = "SAME_USERNAME_",
    internal::v1::BeginStatus = "BEGIN_STATUS_",
    v1::AddressType = "ADDRESS_TYPE_",
    v1::Origin = "ORIGIN_",
    v1::DomainStanding = "DOMAIN_STANDING_",
    v1::TestStepKind = "TEST_STEP_KIND_",
    v1::TestStepState = "TEST_STEP_STATE_",
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::{AddressType, ReadMode, RunState};

    use super::{Named, from_nullable, from_sql, from_wire, to_sql};

    #[test]
    fn a_value_and_its_text_in_sql_lead_to_each_other() {
        assert_eq!(to_sql(RunState::Succeeded), Some("SUCCEEDED"));
        assert_eq!(to_sql(AddressType::DomainAlias), Some("DOMAIN_ALIAS"));
        assert_eq!(from_sql("DOMAIN_ALIAS"), Some(AddressType::DomainAlias));
    }

    #[test]
    fn unspecified_has_no_text() {
        assert_eq!(to_sql(ReadMode::Unspecified), None);
        assert_eq!(from_sql::<ReadMode>("UNSPECIFIED"), None);
        assert_eq!(from_nullable::<ReadMode>(None), ReadMode::Unspecified);
    }

    #[test]
    fn what_is_not_known_is_unspecified() {
        assert_eq!(from_nullable::<RunState>(Some("NOVEL")), RunState::Unspecified);
        assert_eq!(from_wire::<RunState>(4711), RunState::Unspecified);
    }

    #[test]
    fn every_prefix_is_the_one_in_the_contract() {
        fn first_value_has_it<E: Named>() {
            assert_eq!(E::default().proto_name(), format!("{}UNSPECIFIED", E::PREFIX));
        }
        first_value_has_it::<rollcall_proto::v1::RunKind>();
        first_value_has_it::<rollcall_proto::v1::RunTrigger>();
        first_value_has_it::<RunState>();
        first_value_has_it::<ReadMode>();
        first_value_has_it::<rollcall_proto::v1::PausedReason>();
        first_value_has_it::<rollcall_proto::v1::HeldReason>();
        first_value_has_it::<rollcall_proto::v1::Verdict>();
        first_value_has_it::<rollcall_proto::v1::Reason>();
        first_value_has_it::<rollcall_proto::v1::ServerType>();
        first_value_has_it::<rollcall_proto::v1::Security>();
        first_value_has_it::<rollcall_proto::v1::ObjectType>();
        first_value_has_it::<rollcall_proto::v1::SameUsername>();
        first_value_has_it::<rollcall_proto::internal::v1::BeginStatus>();
        first_value_has_it::<AddressType>();
        first_value_has_it::<rollcall_proto::v1::Origin>();
        first_value_has_it::<rollcall_proto::v1::DomainStanding>();
        first_value_has_it::<rollcall_proto::v1::TestStepKind>();
        first_value_has_it::<rollcall_proto::v1::TestStepState>();
    }
}
