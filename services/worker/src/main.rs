//! The worker's binary.

use std::process::ExitCode;

use rollcall_chassis::ServiceInfo;
use rollcall_worker::{Command, NAME, start};

const INFO: ServiceInfo = ServiceInfo {
    name: NAME,
    about: "Reads customers' directories and hands the objects to reconcile",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    rollcall_chassis::main_with_commands(INFO, Command::run, start)
}
