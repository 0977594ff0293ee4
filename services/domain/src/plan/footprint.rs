//! Memory of a plan, with its input and its output.

/// Size of the input to decide about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Bytes of the read as it comes in: ids, DNs and addresses make up nearly all of it.
    pub text: usize,
    /// Objects of the read.
    pub objects: usize,
    /// Claims of the read.
    pub claims: usize,
    /// Accounts of the portal, live and removed.
    pub accounts: usize,
    /// Addresses of these accounts.
    pub addresses: usize,
    /// Rows of the claims' history that count.
    pub rows: usize,
}

/// Most memory of each, in bytes, as measured of the plan and as the tests measure it again. A hundred bytes of a
/// claim, and all of a row, are for the comparison with the history, which happens outside of the plan; 24 bytes of an
/// object are for the hints that are kept of it, and one is for the approval of its account.
const OF_TEXT: usize = 2;
const OF_OBJECT: usize = 625;
const OF_CLAIM: usize = 300;
const OF_ACCOUNT: usize = 500;
const OF_ADDRESS: usize = 280;
const OF_ROW: usize = 120;

impl Footprint {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            text: self.text + other.text,
            objects: self.objects + other.objects,
            claims: self.claims + other.claims,
            accounts: self.accounts + other.accounts,
            addresses: self.addresses + other.addresses,
            rows: self.rows + other.rows,
        }
    }

    /// The most memory that it takes.
    pub fn bytes(self) -> usize {
        self.text * OF_TEXT
            + self.objects * OF_OBJECT
            + self.claims * OF_CLAIM
            + self.accounts * OF_ACCOUNT
            + self.addresses * OF_ADDRESS
            + self.rows * OF_ROW
    }
}

#[cfg(test)]
mod tests;
