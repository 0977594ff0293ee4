//! Verdicts and account changes from one complete read and the tenant's accounts.
