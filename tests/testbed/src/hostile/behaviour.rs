//! The ways in which a directory can misbehave.

use std::time::Duration;

/// The answers of a scripted directory. Unless a behaviour says otherwise, binds are accepted, the root DSE is a good
/// one, and the misbehaviour comes after the people in the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers as a good server does, in pages.
    Good,
    /// Accepts connections and never says a word.
    Silent,
    /// Sends one entry, then waits this long before each further one, without end.
    Drip(Duration),

    /// An entry has an attribute that was not asked for, in ranges of a megabyte without end.
    UnrequestedRanges,
    /// `proxyAddresses` comes in ranges without end.
    EndlessRanges,
    /// The next range is always the first one again.
    StuckRanges,
    /// An entry has `proxyAddresses` under a thousand options, and each in ranges.
    RangePerAttribute,
    /// An entry has 150,000 attributes that were not asked for: a good reader ignores them.
    ManyAttributes,
    /// An entry has a picture of almost two megabytes that was not asked for: a good reader ignores it.
    LargeUnrequested,
    /// An entry has a value of a megabyte.
    HugeValue,
    /// An entry has more addresses of one letter than any message can hold.
    ManyValues,
    /// An object claims ten thousand addresses and one, each of them good.
    ManyClaims,
    /// Entries have names of a megabyte.
    LongNames,
    /// Every entry is large, and there is no end of them.
    LargeEntries,
    /// One page has entries without end.
    EndlessPage,
    /// A page has empty names without end, all of them to be read again in ranges.
    EndlessPartials,

    /// Search references without end.
    References,
    /// The end of a search carries two hundred thousand referrals.
    Referrals,
    /// Intermediate responses without end.
    Intermediates,
    /// Each page's cookie is larger than the last.
    GrowingCookies,
    /// The second page comes again and again.
    RepeatedPages,
    /// Pages without entries, each with a new cookie, without end.
    EmptyPages,

    /// A search is refused with a megabyte of words.
    HugeDiagnostics,
    /// The root DSE has a million naming contexts.
    HugeRootDse,
    /// The bind is answered with credentials without end.
    HugeBind,
    /// The first entry announces four gigabytes and sends them.
    HugeMessage,
    /// Sequences within sequences, ten thousand of them.
    Nested,
    /// StartTLS is answered with megabytes.
    HugeStartTls,
    /// The certificate chain is of megabytes; only over TLS.
    HugeCertificates,
}

impl Behaviour {
    /// Every behaviour that a reader must end as a failure.
    pub const HOSTILE: [Self; 24] = [
        Self::EndlessRanges,
        Self::StuckRanges,
        Self::RangePerAttribute,
        Self::HugeValue,
        Self::ManyValues,
        Self::ManyClaims,
        Self::LongNames,
        Self::LargeEntries,
        Self::EndlessPage,
        Self::EndlessPartials,
        Self::References,
        Self::Referrals,
        Self::Intermediates,
        Self::GrowingCookies,
        Self::RepeatedPages,
        Self::EmptyPages,
        Self::HugeDiagnostics,
        Self::HugeRootDse,
        Self::HugeBind,
        Self::HugeMessage,
        Self::Nested,
        Self::HugeStartTls,
        Self::HugeCertificates,
        Self::Silent,
    ];

    /// Every behaviour that a reader must bear: the people are read all the same.
    pub const BEARABLE: [Self; 4] = [
        Self::Good,
        Self::UnrequestedRanges,
        Self::ManyAttributes,
        Self::LargeUnrequested,
    ];
}
