//! The worker's binary.

use std::{alloc::System, process::ExitCode};

use rollcall_chassis::ServiceInfo;
use rollcall_worker::{Command, NAME, be_the_first_to_go, start};
use zeroizing_alloc::ZeroAlloc;

/// Wipes memory when it is given back. Libraries copy a password on its way: each copy ends with its buffer.
#[global_allocator]
static WIPED: ZeroAlloc<System> = ZeroAlloc(System);

const INFO: ServiceInfo = ServiceInfo {
    name: NAME,
    about: "Reads customers' directories and hands the objects to reconcile",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    be_the_first_to_go();
    rollcall_chassis::main_with_commands(INFO, Command::run, start)
}
