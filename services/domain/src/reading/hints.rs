//! Type and state of an entry, from the attributes that are always read.

use crate::object::ObjectType;

/// An attribute that shows the type or state of an entry.
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
    pub(super) fn parse(name: &str) -> Option<Self> {
        const NAMES: [(&str, Hint); 6] = [
            ("objectGUID", Hint::ObjectGuid),
            ("entryUUID", Hint::EntryUuid),
            ("objectClass", Hint::ObjectClass),
            ("mail", Hint::Mail),
            ("userAccountControl", Hint::UserAccountControl),
            (RECIPIENT_TYPE, Hint::RecipientType),
        ];
        NAMES
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, hint)| hint)
    }
}

/// An object class that shows the type. If an entry has several, they count in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClassHint {
    Group,
    Contact,
    PublicFolder,
}

impl ClassHint {
    pub(super) fn parse(class: &[u8]) -> Option<Self> {
        let known = CLASSES
            .iter()
            .find(|known| known.name.as_bytes().eq_ignore_ascii_case(class));
        known.map(|known| known.hint)
    }

    /// The type that it shows.
    pub(crate) fn object_type(self) -> ObjectType {
        match self {
            Self::Group => ObjectType::Group,
            Self::Contact => ObjectType::Contact,
            Self::PublicFolder => ObjectType::PublicFolder,
        }
    }
}

/// An object class that shows the type, by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeClass {
    pub(crate) name: &'static str,
    pub(crate) hint: ClassHint,
    pub(crate) schema: Schema,
}

/// Schema in which a class is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// To every server (RFC 4519).
    Standard,
    /// To Active Directory.
    ActiveDirectory,
    /// To Active Directory once Exchange has extended it.
    Exchange,
}

/// All classes that show the type.
pub(crate) const CLASSES: [TypeClass; 6] = [
    type_class("group", ClassHint::Group, Schema::ActiveDirectory),
    type_class("groupOfNames", ClassHint::Group, Schema::Standard),
    type_class("groupOfUniqueNames", ClassHint::Group, Schema::Standard),
    type_class(
        "msExchDynamicDistributionList",
        ClassHint::Group,
        Schema::Exchange,
    ),
    type_class("contact", ClassHint::Contact, Schema::ActiveDirectory),
    type_class("publicFolder", ClassHint::PublicFolder, Schema::Exchange),
];

const fn type_class(name: &'static str, hint: ClassHint, schema: Schema) -> TypeClass {
    TypeClass { name, hint, schema }
}

/// The attribute in which Exchange says what a recipient is.
pub(crate) const RECIPIENT_TYPE: &str = "msExchRecipientTypeDetails";

/// Each value of [`RECIPIENT_TYPE`] that is of one of our types; any other value is OTHER.
pub(crate) const RECIPIENT_TYPES: [(i64, ObjectType); 18] = [
    (1, ObjectType::User),
    (2, ObjectType::User),
    (8, ObjectType::User),
    (128, ObjectType::User),
    (2_147_483_648, ObjectType::User),
    (4, ObjectType::SharedMailbox),
    (34_359_738_368, ObjectType::SharedMailbox),
    (16, ObjectType::Resource),
    (32, ObjectType::Resource),
    (8_589_934_592, ObjectType::Resource),
    (17_179_869_184, ObjectType::Resource),
    (64, ObjectType::Contact),
    (32_768, ObjectType::Contact),
    (256, ObjectType::Group),
    (512, ObjectType::Group),
    (1024, ObjectType::Group),
    (2048, ObjectType::Group),
    (4096, ObjectType::PublicFolder),
];

/// The type of an object that neither Exchange nor its classes show.
pub(crate) const BY_DEFAULT: ObjectType = ObjectType::User;

/// The type of an object: by Exchange (`msExchRecipientTypeDetails`), otherwise by its classes.
pub fn classify<C: AsRef<[u8]>>(
    recipient_type: Option<i64>,
    classes: impl IntoIterator<Item = C>,
) -> ObjectType {
    let class = classes
        .into_iter()
        .filter_map(|class| ClassHint::parse(class.as_ref()))
        .min();
    object_type(recipient_type, class)
}

pub(super) fn object_type(recipient_type: Option<i64>, class: Option<ClassHint>) -> ObjectType {
    let Some(value) = recipient_type else {
        return class.map_or(BY_DEFAULT, ClassHint::object_type);
    };
    let known = RECIPIENT_TYPES.iter().find(|(known, _)| *known == value);
    known.map_or(ObjectType::Other, |(_, object_type)| *object_type)
}

/// The value of `msExchRecipientTypeDetails`; 0, which is the value of no type, if it is not a number.
pub(super) fn recipient_type(value: &[u8]) -> i64 {
    number(value).unwrap_or_default()
}

/// True if a value of `userAccountControl` says that the account is disabled.
pub fn is_disabled(value: &[u8]) -> bool {
    const ACCOUNT_DISABLE: i64 = 2;
    number(value).is_some_and(|flags| flags & ACCOUNT_DISABLE != 0)
}

fn number(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
