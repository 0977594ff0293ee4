//! The program that `make fuzz` runs: libFuzzer around the target that `ROLLCALL_FUZZ_TARGET` names.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod fuzzing {
    use std::sync::LazyLock;

    use rollcall_fuzz::Target;

    static TARGET: LazyLock<Target> = LazyLock::new(|| {
        let name = std::env::var("ROLLCALL_FUZZ_TARGET").unwrap_or_default();
        Target::named(&name).unwrap_or_else(|| {
            eprintln!("ROLLCALL_FUZZ_TARGET names no target: {name:?}");
            std::process::exit(2)
        })
    });

    libfuzzer_sys::fuzz_target!(|input: &[u8]| TARGET.check(input));
}

/// Without libFuzzer it lists its targets.
#[cfg(not(fuzzing))]
fn main() {
    for target in rollcall_fuzz::Target::ALL {
        println!("{}", target.name());
    }
}
