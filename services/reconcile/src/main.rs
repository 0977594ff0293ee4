//! `rollcall-reconcile`: decides what a read means for a tenant and applies it.

use std::process::ExitCode;

use rollcall_chassis::ServiceInfo;

fn main() -> ExitCode {
    let info = ServiceInfo {
        name: "rollcall-reconcile",
        about: "Decides on each read of a directory and applies the result to the portal's database",
        version: env!("CARGO_PKG_VERSION"),
    };
    rollcall_chassis::main(info, rollcall_reconcile::start)
}
