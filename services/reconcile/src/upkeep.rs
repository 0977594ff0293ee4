//! Work that no call asks for: overdue leases, expired data, partitions, and the outbox on its way to the broker.

pub(crate) mod partitions;
pub(crate) mod relay;
pub(crate) mod retention;
pub(crate) mod sweeper;
