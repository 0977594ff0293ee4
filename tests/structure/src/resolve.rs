//! Follows a written path to the file that defines what it names.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::module::{Crate, Module};

/// Re-exports that a path may pass on its way: more than any sensible crate has in a row.
const REEXPORTS: usize = 16;

/// One tie: a file names something that another file of its crate defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The file that names it, relative to the crate's source folder.
    pub from: PathBuf,
    /// The file that defines it.
    pub to: PathBuf,
    /// The path as it is written.
    pub path: String,
}

impl Crate {
    /// The ties between the crate's files, each once, in order.
    pub fn uses(&self) -> Vec<Use> {
        let mut uses = BTreeSet::new();
        for (at, module) in &self.modules {
            let brought = module.written.brought.values().flatten();
            let roots = brought.map(|path| (path, true));
            for (path, _) in roots.chain(module.written.paths.iter().map(|path| (path, false))) {
                let Some(target) = self.resolve(at, path, REEXPORTS) else {
                    continue;
                };
                if target.file != module.file {
                    uses.insert(Use {
                        from: module.file.clone(),
                        to: target.file.clone(),
                        path: path.join("::"),
                    });
                }
            }
        }
        uses.into_iter().collect()
    }

    /// The module that defines the last name of `path`, as it is written in the module `at`. `None` for other crates' names, and
    /// for what a function or a macro defines within itself.
    fn resolve(&self, at: &[String], path: &[String], reexports: usize) -> Option<&Module> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(Vec::new(), rest, reexports),
            "self" => self.descend(at.to_vec(), rest, reexports),
            "super" => {
                let (_, above) = at.split_last()?;
                match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(above, rest, reexports),
                    _ => self.descend(above.to_vec(), rest, reexports),
                }
            }
            name if self.is_module(at, name) => self.descend(at.to_vec(), path, reexports),
            name => {
                let module = self.modules.get(at)?;
                let brought = module.written.brought.get(name)?.first()?;
                let mut whole = brought.clone();
                whole.extend_from_slice(rest);
                // A name that is brought in under itself (`use tokio;`) leads nowhere.
                (whole != path).then(|| self.resolve(at, &whole, reexports.checked_sub(1)?))?
            }
        }
    }

    fn is_module(&self, at: &[String], name: &str) -> bool {
        let mut path = at.to_vec();
        path.push(name.to_owned());
        self.modules.contains_key(&path)
    }

    /// Goes down from the module `at` as far as the names are modules, then through re-exports.
    fn descend(&self, mut at: Vec<String>, names: &[String], reexports: usize) -> Option<&Module> {
        let mut names = names;
        while let Some((name, rest)) = names.split_first() {
            if !self.is_module(&at, name) {
                break;
            }
            at.push(name.clone());
            names = rest;
        }
        let module = self.modules.get(&at)?;
        let Some((name, rest)) = names.split_first() else {
            return Some(module);
        };
        if let Some(brought) = module.written.brought.get(name).and_then(|paths| paths.first()) {
            let mut whole = brought.clone();
            whole.extend_from_slice(rest);
            return self.resolve(&at, &whole, reexports.checked_sub(1)?);
        }
        Some(module)
    }
}
