//! Generates the crate from the .proto files beside it, in Rust alone: no protoc is needed.

use std::{env, error::Error, fs, path::PathBuf};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo names a build script's output folder by a variable"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=google");
    println!("cargo:rerun-if-changed=rollcall");
    let mut files = Vec::new();
    for package in ["rollcall/v1", "rollcall/internal/v1"] {
        for entry in fs::read_dir(package)? {
            files.push(entry?.path());
        }
    }
    files.sort();
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&files)?;
    let out = PathBuf::from(env::var("OUT_DIR")?).join("descriptors.bin");
    // Encoded by the compiler itself, because prost's own types drop the fields' behaviour.
    fs::write(out, compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure()
        // It carries a password: its Debug is written by hand.
        .skip_debug(["rollcall.v1.Directory"])
        // The last of many messages is the largest by far.
        .boxed("rollcall.internal.v1.SubmitRunRequest.part.footer")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
