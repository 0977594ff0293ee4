//! Everything that strangers send us, and what must hold of it whatever they send.
//!
//! Each [`Target`] takes any bytes and panics if a property does not hold. `make fuzz` looks for such bytes with libFuzzer;
//! `make test` tries the seeds, which are kept in `seeds`, one folder for each target.

#![expect(
    clippy::panic,
    reason = "a target says by a panic which property does not hold"
)]

mod directory;
mod messages;
mod syntax;

/// A reader of what strangers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A search entry: its message is checked, stripped, parsed, decoded, and read as an object.
    Entry,
    /// Answers to the search for one entry whose values come in ranges.
    Ranges,
    /// A value of `proxyAddresses`, and of other attributes with addresses.
    ProxyAddress,
    /// A tenant's filter.
    Filter,
    /// A distinguished name.
    Dn,
    /// Messages as they are cut out of a connection.
    Frames,
    /// A job from the broker.
    Job,
    /// An event for the portal.
    Event,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Entry,
        Self::Ranges,
        Self::ProxyAddress,
        Self::Filter,
        Self::Dn,
        Self::Frames,
        Self::Job,
        Self::Event,
    ];

    /// Its name, and that of its folder of seeds.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Ranges => "ranges",
            Self::ProxyAddress => "proxy_address",
            Self::Filter => "filter",
            Self::Dn => "dn",
            Self::Frames => "frames",
            Self::Job => "job",
            Self::Event => "event",
        }
    }

    /// The target of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Reads these bytes. Panics if a property does not hold.
    pub fn check(self, input: &[u8]) {
        match self {
            Self::Entry => directory::entry(input),
            Self::Ranges => directory::ranges(input),
            Self::ProxyAddress => syntax::proxy_address(input),
            Self::Filter => syntax::filter(input),
            Self::Dn => syntax::dn(input),
            Self::Frames => directory::frames(input),
            Self::Job => messages::job(input),
            Self::Event => messages::event(input),
        }
    }
}
