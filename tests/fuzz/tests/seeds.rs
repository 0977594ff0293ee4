//! The seeds, tried by every ordinary test run.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test without its seeds fails, also in a function beside it"
)]

use std::{fs, path::PathBuf};

use rollcall_fuzz::Target;

fn seeds(target: Target) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target.name());
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn every_seed_and_every_beginning_of_one_keeps_what_its_target_promises() {
    for target in Target::ALL {
        let seeds = seeds(target);
        assert!(!seeds.is_empty(), "{} has no seeds", target.name());
        for seed in seeds {
            for end in 0..=seed.len() {
                target.check(&seed[..end]);
            }
        }
    }
}

#[test]
fn every_seed_with_one_bit_changed_keeps_what_its_target_promises() {
    for target in Target::ALL {
        for mut seed in seeds(target) {
            for bit in 0..8 * seed.len() {
                seed[bit / 8] ^= 1 << (bit % 8);
                target.check(&seed);
                seed[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}
