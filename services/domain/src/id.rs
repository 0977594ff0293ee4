//! Identifiers: of tenants, runs, accounts and directory objects, and the counters that order writers.

use std::fmt;

use uuid::Uuid;

use crate::dn::Dn;

/// A text that is not an identifier of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InvalidId(pub(crate) IdKind);

/// Kind of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdKind {
    Tenant,
    /// Of a run or an account.
    Uuid,
    Object,
}

/// The portal's own id of a customer: 1 to 64 of `A-Za-z0-9._-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(Box<str>);

impl TenantId {
    /// Takes the text as it is: an id is neither trimmed nor folded.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidId(IdKind::Tenant))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! uuid_id {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID of the id.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// Reads the hyphenated form, in either case.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                hyphenated(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

uuid_id! {
    /// One run of one tenant.
    RunId
}
uuid_id! {
    /// One account of the portal.
    AccountId
}

fn hyphenated(text: &str) -> Result<Uuid, InvalidId> {
    let invalid = InvalidId(IdKind::Uuid);
    if text.len() != 36 {
        return Err(invalid);
    }
    Uuid::try_parse(text).map_err(|_| invalid)
}

/// Stable id of a directory object, which a rename or a move leaves unchanged: the text of its `objectGUID` or
/// `entryUUID` in lower case, otherwise its normalised DN.
///
/// Ids are compared by the bytes of this text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Box<str>);

impl ObjectId {
    /// From `objectGUID`, whose first three groups Active Directory sends with their bytes reversed.
    pub fn from_guid_bytes(bytes: [u8; 16]) -> Self {
        Self::from_uuid(Uuid::from_bytes_le(bytes))
    }

    /// From `entryUUID` (RFC 4530), which is text.
    pub fn from_entry_uuid(text: &str) -> Result<Self, InvalidId> {
        hyphenated(text.trim()).map(Self::from_uuid)
    }

    /// From a DN, for a server that gives its entries no id. A DN that cannot be read stands as it is, in
    /// lower case; that of the root, which is empty, as `(root)`, which is no DN.
    pub fn from_dn(dn: &str) -> Self {
        match Dn::parse(dn) {
            Ok(dn) if dn.is_root() => Self("(root)".into()),
            Ok(dn) => Self(dn.normalised().into()),
            Err(_) => Self(dn.to_lowercase().into()),
        }
    }

    /// From the text of another id, such as one that was stored.
    pub fn from_canonical(text: &str) -> Result<Self, InvalidId> {
        if text.is_empty() {
            return Err(InvalidId(IdKind::Object));
        }
        Ok(Self(text.into()))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_uuid(uuid: Uuid) -> Self {
        let mut buffer = Uuid::encode_buffer();
        Self((&*uuid.hyphenated().encode_lower(&mut buffer)).into())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Grows with every lease of a tenant: a writer with an older one has lost its run to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub i64);

/// Grows with every change of what it counts: a tenant's settings, or its domains and accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_id_is_1_to_64_plain_characters() {
        for good in ["a", "ACME-1_x.y", "0", &"x".repeat(64)] {
            assert_eq!(TenantId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", " a", "a b", "ä", "a/b", "a\n", &"x".repeat(65)] {
            assert!(TenantId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn run_ids_are_read_only_hyphenated_and_shown_in_lower_case() {
        let id = RunId::parse("01890A5D-AC96-774B-BCCE-B302099A8057").unwrap();
        assert_eq!(id.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        for bad in [
            "",
            "01890a5dac96774bbcceb302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "x",
        ] {
            assert!(RunId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_object_guid_is_shown_as_active_directory_shows_it() {
        let bytes = [
            0x9f, 0x3c, 0x2b, 0x1a, 0x5e, 0x4d, 0x80, 0x4f, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18,
        ];
        assert_eq!(
            ObjectId::from_guid_bytes(bytes).as_str(),
            "1a2b3c9f-4d5e-4f80-a1b2-c3d4e5f60718"
        );
    }

    #[test]
    fn an_entry_uuid_is_taken_in_either_case() {
        let id = ObjectId::from_entry_uuid("597AE2F6-16A6-1027-98F4-ABCDEFABCDEF").unwrap();
        assert_eq!(id.as_str(), "597ae2f6-16a6-1027-98f4-abcdefabcdef");
        assert!(ObjectId::from_entry_uuid("597ae2f6").is_err());
    }

    #[test]
    fn a_stored_id_is_taken_as_it_is() {
        for name in ["CN=Ann,DC=Example", "no DN", "", " "] {
            let id = ObjectId::from_dn(name);
            assert_eq!(ObjectId::from_canonical(id.as_str()), Ok(id), "{name:?}");
        }
        assert!(ObjectId::from_canonical("").is_err());
    }
}
