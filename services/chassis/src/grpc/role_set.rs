//! Sets of roles.

use rollcall_proto::v1::Role;

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct RoleSet(u8);

impl RoleSet {
    pub(super) const NONE: Self = Self(0);
    /// Every role.
    pub(super) const ALL: Self = Self(
        Self::bit(Role::Portal)
            | Self::bit(Role::Viewer)
            | Self::bit(Role::Operator)
            | Self::bit(Role::Worker)
            | Self::bit(Role::Scheduler),
    );

    /// `ROLE_UNSPECIFIED` is no role, and in no set.
    const fn bit(role: Role) -> u8 {
        match role {
            Role::Unspecified => 0,
            role => 1 << (role as u8),
        }
    }

    pub(super) fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().fold(0, |set, role| set | Self::bit(role)))
    }

    /// The roles with these numbers in the contract; another number is no role.
    pub(super) fn of_numbers(numbers: impl IntoIterator<Item = i32>) -> Self {
        Self::of(
            numbers
                .into_iter()
                .filter_map(|number| Role::try_from(number).ok()),
        )
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub(super) fn contains(self, role: Role) -> bool {
        self.0 & Self::bit(role) != 0
    }

    pub(super) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
