//! Generates the crate from the .proto files beside it, in Rust alone: no protoc is needed.

use std::{env, error::Error, fmt::Write as _, fs, path::PathBuf};

use protox::prost_reflect::{DescriptorPool, FieldDescriptor, Value};

/// The option of a field that carries its limits.
const LIMITS: &str = "rollcall.v1.limits";
/// The option of a service that bounds its requests.
const MAX_REQUEST_BYTES: &str = "rollcall.v1.max_request_bytes";

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
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Encoded by the compiler itself, because prost's own types drop the fields' behaviour.
    let descriptors = compiler.encode_file_descriptor_set();
    fs::write(out.join("limits.rs"), limits(&descriptors)?)?;
    fs::write(out.join("descriptors.bin"), descriptors)?;
    tonic_prost_build::configure()
        // It carries a password: its Debug is written by hand.
        .skip_debug(["rollcall.v1.Directory"])
        // The last of many messages is the largest by far.
        .boxed("rollcall.internal.v1.SubmitRunRequest.part.footer")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// The limits of fields as constants: a module for each message that has some.
fn limits(descriptors: &[u8]) -> Result<String, Box<dyn Error>> {
    let pool = DescriptorPool::decode(descriptors)?;
    let option = pool.get_extension_by_name(LIMITS).ok_or(LIMITS)?;
    let mut code = String::new();
    for message in pool.all_messages() {
        let fields = message
            .fields()
            .filter(|field| field.options().has_extension(&option));
        let constants: Vec<_> = fields
            .flat_map(|field| match field.options().get_extension(&option).as_ref() {
                Value::Message(limits) => constants(
                    &field,
                    limits.fields().map(|(limit, value)| (limit, value.clone())),
                ),
                _ => Vec::new(),
            })
            .collect();
        if !constants.is_empty() {
            writeln!(
                code,
                "/// Of `{}`.\npub mod {} {{",
                message.full_name(),
                module(message.name())
            )?;
            code.extend(constants);
            code.push_str("}\n");
        }
    }
    let option = pool
        .get_extension_by_name(MAX_REQUEST_BYTES)
        .ok_or(MAX_REQUEST_BYTES)?;
    for service in pool
        .services()
        .filter(|service| service.options().has_extension(&option))
    {
        let most = service
            .options()
            .get_extension(&option)
            .as_i32()
            .unwrap_or_default();
        writeln!(
            code,
            "/// Of `{}`.\npub mod {} {{\n    /// The largest request, in bytes.\n    pub const MAX_REQUEST_BYTES: usize = {most};\n}}",
            service.full_name(),
            module(service.name()),
        )?;
    }
    Ok(code)
}

/// One constant for each limit of a field.
fn constants(field: &FieldDescriptor, limits: impl Iterator<Item = (FieldDescriptor, Value)>) -> Vec<String> {
    let constant = |(limit, value): (FieldDescriptor, Value)| {
        let kind = if limit.name() == "min" || limit.name() == "max" {
            "i32"
        } else {
            "usize"
        };
        format!(
            "    /// `{1}` of `{0}`.\n    pub const {2}_{3}: {kind} = {4};\n",
            field.name(),
            limit.name(),
            field.name().to_uppercase(),
            limit.name().to_uppercase(),
            value.as_i32().unwrap_or_default(),
        )
    };
    limits.map(constant).collect()
}

/// `PutAccountRequest` as `put_account_request`.
fn module(declared: &str) -> String {
    let mut name = String::new();
    for letter in declared.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
