//! The modules of a crate, each with its file, the names that it re-exports and the paths that it uses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::paths::{self, Written};

/// A crate's modules by path from its root; the root's path is empty.
#[derive(Debug)]
pub struct Crate {
    pub(crate) modules: BTreeMap<Vec<String>, Module>,
}

/// One module: a file, or a block within one.
#[derive(Debug)]
pub(crate) struct Module {
    /// The file, relative to the crate's source folder.
    pub(crate) file: PathBuf,
    pub(crate) written: Written,
}

impl Crate {
    /// Reads the crate whose source folder is `src`, from its `lib.rs` on.
    pub fn read(src: &Path) -> anyhow::Result<Self> {
        let mut modules = BTreeMap::new();
        read_file(src, Path::new("lib.rs"), Vec::new(), &mut modules)?;
        Ok(Self { modules })
    }

    /// Every literal of text or bytes, with the file that it stands in.
    pub fn texts(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.modules.values().flat_map(|module| {
            let texts = module.written.texts.iter();
            texts.map(|text| (module.file.as_path(), text.as_str()))
        })
    }

    /// The number of files that were read.
    pub fn files(&self) -> usize {
        let mut files: Vec<_> = self.modules.values().map(|module| &module.file).collect();
        files.sort();
        files.dedup();
        files.len()
    }
}

fn read_file(
    src: &Path,
    file: &Path,
    path: Vec<String>,
    modules: &mut BTreeMap<Vec<String>, Module>,
) -> anyhow::Result<()> {
    let name = src.join(file);
    let text = std::fs::read_to_string(&name).with_context(|| format!("read {}", name.display()))?;
    let parsed = syn::parse_file(&text).with_context(|| format!("parse {}", name.display()))?;
    read_items(src, file, path, &parsed.items, modules)
}

fn read_items(
    src: &Path,
    file: &Path,
    path: Vec<String>,
    items: &[syn::Item],
    modules: &mut BTreeMap<Vec<String>, Module>,
) -> anyhow::Result<()> {
    for item in items {
        let syn::Item::Mod(inner) = item else { continue };
        if paths::is_for_tests(&inner.attrs) {
            continue;
        }
        let mut below = path.clone();
        below.push(inner.ident.to_string());
        match &inner.content {
            Some((_, items)) => read_items(src, file, below, items, modules)?,
            None => read_file(src, &file_of(&below), below, modules)?,
        }
    }
    let written = paths::written(items);
    let file = file.to_path_buf();
    modules.insert(path, Module { file, written });
    Ok(())
}

/// `a::b` stands in `a/b.rs`: the lints refuse `mod.rs`.
fn file_of(path: &[String]) -> PathBuf {
    let mut file: PathBuf = path.iter().collect();
    file.set_extension("rs");
    file
}
