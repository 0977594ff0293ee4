//! What an entry is, from the attributes that are always read.

use crate::object::ObjectType;

/// An attribute that tells what an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    ObjectGuid,
    EntryUuid,
    ObjectClass,
    Mail,
    UserAccountControl,
    RecipientType,
}

impl Hint {
    pub(super) fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, Hint); 6] = [
            ("objectGUID", Hint::ObjectGuid),
            ("entryUUID", Hint::EntryUuid),
            ("objectClass", Hint::ObjectClass),
            ("mail", Hint::Mail),
            ("userAccountControl", Hint::UserAccountControl),
            ("msExchRecipientTypeDetails", Hint::RecipientType),
        ];
        NAMES
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, hint)| hint)
    }
}

/// An object class that tells the type, in the order in which they count where an entry has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ClassHint {
    Group,
    Contact,
    PublicFolder,
}

impl ClassHint {
    pub(super) fn of(class: &[u8]) -> Option<Self> {
        const CLASSES: [(&str, ClassHint); 6] = [
            ("group", ClassHint::Group),
            ("groupOfNames", ClassHint::Group),
            ("groupOfUniqueNames", ClassHint::Group),
            ("msExchDynamicDistributionList", ClassHint::Group),
            ("contact", ClassHint::Contact),
            ("publicFolder", ClassHint::PublicFolder),
        ];
        let known = CLASSES
            .into_iter()
            .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(class));
        known.map(|(_, hint)| hint)
    }
}

/// The type of an object: what Exchange says (`msExchRecipientTypeDetails`), else what its classes say.
pub fn classify<C: AsRef<[u8]>>(
    recipient_type: Option<i64>,
    classes: impl IntoIterator<Item = C>,
) -> ObjectType {
    let class = classes
        .into_iter()
        .filter_map(|class| ClassHint::of(class.as_ref()))
        .min();
    object_type(recipient_type, class)
}

pub(super) fn object_type(recipient_type: Option<i64>, class: Option<ClassHint>) -> ObjectType {
    match recipient_type {
        Some(1 | 2 | 8 | 128 | 2_147_483_648) => ObjectType::User,
        Some(4 | 34_359_738_368) => ObjectType::SharedMailbox,
        Some(16 | 32 | 8_589_934_592 | 17_179_869_184) => ObjectType::Resource,
        Some(64 | 32_768) => ObjectType::Contact,
        Some(256 | 512 | 1024 | 2048) => ObjectType::Group,
        Some(4096) => ObjectType::PublicFolder,
        Some(_) => ObjectType::Other,
        None => match class {
            Some(ClassHint::Group) => ObjectType::Group,
            Some(ClassHint::Contact) => ObjectType::Contact,
            Some(ClassHint::PublicFolder) => ObjectType::PublicFolder,
            None => ObjectType::User,
        },
    }
}

/// The value of `msExchRecipientTypeDetails`; 0, which is no type's, for what is no number.
pub(super) fn recipient_type(value: &[u8]) -> i64 {
    number(value).unwrap_or_default()
}

/// Whether a value of `userAccountControl` says that the account is disabled.
pub fn is_disabled(value: &[u8]) -> bool {
    const ACCOUNT_DISABLE: i64 = 2;
    number(value).is_some_and(|flags| flags & ACCOUNT_DISABLE != 0)
}

fn number(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
