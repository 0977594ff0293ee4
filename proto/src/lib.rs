//! The contract: package `rollcall.v1` is for portals and other clients, `rollcall.internal.v1` is between the services.
//!
//! Everything here is generated from the .proto files of this crate, which carry the comments and are the one place
//! where the contract is changed. By hand is only how the message that brings a password is shown: without it.

#[cfg(test)]
mod behaviour;
#[cfg(test)]
mod bounds;
mod directory;
#[cfg(test)]
mod keywords;
#[cfg(test)]
mod roles;

/// The messages, clients and servers of `rollcall.v1`.
#[expect(
    clippy::large_enum_variant,
    reason = "generated: a message is as large as its fields"
)]
pub mod v1 {
    tonic::include_proto!("rollcall.v1");
}

/// Limits of requests' fields, as the contract declares them (`rollcall.v1.limits`): a module for each message.
pub mod limits {
    include!(concat!(env!("OUT_DIR"), "/limits.rs"));
}

/// Messages and calls between the services.
pub mod internal {
    /// The messages, clients and servers of `rollcall.internal.v1`.
    pub mod v1 {
        tonic::include_proto!("rollcall.internal.v1");
    }
}

/// The encoded `FileDescriptorSet` of both packages, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
