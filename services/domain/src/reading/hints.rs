//! Type and state of an entry, from the attributes that are always read.

use crate::hint::Hint;
use crate::object::ObjectType;

/// Use of an attribute that is always read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    ObjectGuid,
    EntryUuid,
    Hint(Hint),
}

/// Attributes that identify an object, as their servers spell them.
pub(super) const OBJECT_GUID: &str = "objectGUID";
pub(super) const ENTRY_UUID: &str = "entryUUID";

impl Use {
    pub(super) fn parse(name: &str) -> Option<Self> {
        let identity = [(OBJECT_GUID, Self::ObjectGuid), (ENTRY_UUID, Self::EntryUuid)]
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        match identity {
            Some((_, identity)) => Some(identity),
            None => Hint::of_attribute(name).map(Self::Hint),
        }
    }
}

/// An object class that shows the type. If an entry has several, they count in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClassHint {
    Machine,
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
            Self::Machine => ObjectType::Other,
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
    /// To newer versions of Active Directory. A filter does not need such a class: what has it also has an older one
    /// that shows the same.
    NewerActiveDirectory,
}

/// All classes that show the type.
pub(crate) const CLASSES: [TypeClass; 10] = [
    type_class("computer", ClassHint::Machine, Schema::ActiveDirectory),
    // Accounts of services, managed by the directory. All are computers by inheritance.
    type_class(
        "msDS-ManagedServiceAccount",
        ClassHint::Machine,
        Schema::NewerActiveDirectory,
    ),
    type_class(
        "msDS-GroupManagedServiceAccount",
        ClassHint::Machine,
        Schema::NewerActiveDirectory,
    ),
    type_class(
        "msDS-DelegatedManagedServiceAccount",
        ClassHint::Machine,
        Schema::NewerActiveDirectory,
    ),
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
pub(crate) const RECIPIENT_TYPE: &str = Hint::RecipientType.as_str();

/// The attribute in which Exchange says what a remote mailbox is.
pub(crate) const REMOTE_RECIPIENT_TYPE: &str = Hint::RemoteRecipientType.as_str();

/// The value of [`RECIPIENT_TYPE`] of a mailbox whose user is another forest's: the user beside it is disabled by
/// design.
const LINKED: i64 = 2;

/// The value of [`RECIPIENT_TYPE`] of a mailbox in another Exchange organisation. It stays when the mailbox becomes a
/// shared one, a room or an item of equipment there, and [`REMOTE_RECIPIENT_TYPE`] shows that.
pub(crate) const REMOTE_USER: i64 = 2_147_483_648;

/// The bits of [`REMOTE_RECIPIENT_TYPE`] for a room and for equipment. A shared mailbox has both.
pub(crate) const ROOM_OR_EQUIPMENT: i64 = 32 | 64;

/// Each value of [`RECIPIENT_TYPE`] that shows the type. Any other value counts as absent: it is not Exchange's, or is
/// that of an object without a mailbox, whose classes show the type.
pub(crate) const RECIPIENT_TYPES: [(i64, ObjectType); 36] = [
    (1, ObjectType::User),
    (LINKED, ObjectType::User),
    (8, ObjectType::User),
    (128, ObjectType::User),
    (REMOTE_USER, ObjectType::User),
    (4, ObjectType::SharedMailbox),
    (34_359_738_368, ObjectType::SharedMailbox),
    (16, ObjectType::Resource),
    (32, ObjectType::Resource),
    (8_589_934_592, ObjectType::Resource),
    (17_179_869_184, ObjectType::Resource),
    (2_199_023_255_552, ObjectType::Resource),
    (64, ObjectType::Contact),
    (32_768, ObjectType::Contact),
    (256, ObjectType::Group),
    (512, ObjectType::Group),
    (1024, ObjectType::Group),
    (2048, ObjectType::Group),
    (268_435_456, ObjectType::Group),
    (1_099_511_627_776, ObjectType::Group),
    (8_796_093_022_208, ObjectType::Group),
    (4096, ObjectType::PublicFolder),
    // System attendant, system mailbox, the sender "Microsoft Exchange", arbitration, mailbox plan, discovery, the
    // store of public folders, monitoring, audit log, auxiliary audit log, supervisory review.
    (8192, ObjectType::Other),
    (16_384, ObjectType::Other),
    (4_194_304, ObjectType::Other),
    (8_388_608, ObjectType::Other),
    (16_777_216, ObjectType::Other),
    (536_870_912, ObjectType::Other),
    (68_719_476_736, ObjectType::Other),
    (549_755_813_888, ObjectType::Other),
    (4_398_046_511_104, ObjectType::Other),
    (70_368_744_177_664, ObjectType::Other),
    (140_737_488_355_328, ObjectType::Other),
    // Site mailboxes, here and elsewhere, and booking mailboxes.
    (137_438_953_472, ObjectType::Other),
    (274_877_906_944, ObjectType::Other),
    (17_592_186_044_416, ObjectType::Other),
];

/// The type of an object that neither Exchange nor its classes show.
pub(crate) const BY_DEFAULT: ObjectType = ObjectType::User;

/// Numbers by which Exchange says what a recipient is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recipient {
    /// A value of [`RECIPIENT_TYPES`].
    pub(super) kind: Option<i64>,
    /// The value of [`REMOTE_RECIPIENT_TYPE`].
    pub(super) remote: Option<i64>,
}

impl Recipient {
    /// The type of the object: by Exchange, otherwise by its class.
    pub(super) fn object_type(self, class: Option<ClassHint>) -> ObjectType {
        match self.kind {
            Some(REMOTE_USER) => remote_type(self.remote.unwrap_or_default()),
            kind => kind
                .and_then(type_of)
                .unwrap_or_else(|| class.map_or(BY_DEFAULT, ClassHint::object_type)),
        }
    }

    /// True for a mailbox whose user is disabled here because the person is a user elsewhere.
    pub(super) fn is_linked(self) -> bool {
        self.kind == Some(LINKED)
    }
}

fn type_of(kind: i64) -> Option<ObjectType> {
    let known = RECIPIENT_TYPES.iter().find(|(known, _)| *known == kind);
    known.map(|(_, object_type)| *object_type)
}

fn remote_type(bits: i64) -> ObjectType {
    match bits & ROOM_OR_EQUIPMENT {
        0 => ObjectType::User,
        ROOM_OR_EQUIPMENT => ObjectType::SharedMailbox,
        _ => ObjectType::Resource,
    }
}

/// The type of an object: by Exchange (`msExchRecipientTypeDetails`), otherwise by its classes.
pub fn classify<C: AsRef<[u8]>>(
    recipient_type: Option<i64>,
    classes: impl IntoIterator<Item = C>,
) -> ObjectType {
    let class = classes
        .into_iter()
        .filter_map(|class| ClassHint::parse(class.as_ref()))
        .min();
    let recipient = Recipient {
        kind: recipient_type,
        remote: None,
    };
    recipient.object_type(class)
}

/// The value of `msExchRecipientTypeDetails`, if it is one that shows a type.
pub(super) fn recipient_type(value: &[u8]) -> Option<i64> {
    number(value).filter(|kind| type_of(*kind).is_some())
}

/// True if a value of `userAccountControl` says that the account is disabled; `None` if it is not a number.
pub(super) fn is_disabled(value: &[u8]) -> Option<bool> {
    const ACCOUNT_DISABLE: i64 = 2;
    number(value).map(|flags| flags & ACCOUNT_DISABLE != 0)
}

/// A Boolean (RFC 4517 3.3.3). 389 Directory Server keeps one as a text, in any case.
pub(super) fn boolean(value: &[u8]) -> Option<bool> {
    let value = value.trim_ascii();
    if value.eq_ignore_ascii_case(b"TRUE") {
        Some(true)
    } else if value.eq_ignore_ascii_case(b"FALSE") {
        Some(false)
    } else {
        None
    }
}

pub(super) fn number(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
