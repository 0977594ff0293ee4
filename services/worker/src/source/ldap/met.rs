//! The result of a complete read, beside the objects.

/// Numbers of a complete read, besides the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    /// Search references and referrals.
    pub references: u64,
    /// The host and address that answered.
    pub server: String,
    /// Identity of the server among those of the same directory.
    pub server_id: String,
}
