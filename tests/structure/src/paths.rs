//! The paths and texts that a module's items write: in `use`, in expressions and types, and inside of macros.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The text of one module, without the modules within it.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// A name that `use` brings in, and the path that it stands for. A glob stands under `*`, once for each.
    pub(crate) brought: BTreeMap<String, Vec<Vec<String>>>,
    /// Paths of two segments and more.
    pub(crate) paths: Vec<Vec<String>>,
    /// Literals of text and of bytes, the messages of errors among them. Comments are none.
    pub(crate) texts: Vec<String>,
}

/// Collects the paths of `items`.
pub(crate) fn written(items: &[syn::Item]) -> Written {
    let mut reader = Reader(Written::default());
    for item in items {
        if !matches!(item, syn::Item::Mod(_)) {
            reader.visit_item(item);
        }
    }
    reader.0
}

/// True for what `#[cfg(test)]` or `#[test]` stands on.
pub(crate) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        syn::Meta::NameValue(_) => false,
    })
}

struct Reader(Written);

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Mod(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        flatten(&item.tree, &mut Vec::new(), &mut self.0);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string());
        self.0.paths.push(segments.collect());
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in crate::a)` names a module without using it.
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        visit::visit_macro(self, call);
        in_tokens(&call.tokens, &mut self.0);
    }

    fn visit_lit(&mut self, literal: &'ast syn::Lit) {
        self.0.texts.extend(text(literal));
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        // Comments of the documentation are attributes too. Only the messages of errors count.
        if let syn::Meta::List(list) = &attribute.meta
            && list.path.is_ident("error")
        {
            in_tokens(&list.tokens, &mut self.0);
        }
    }
}

fn flatten(tree: &syn::UseTree, before: &mut Vec<String>, into: &mut Written) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, into);
            before.pop();
        }
        syn::UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = before.last() {
                into.bring(last.clone(), before.clone());
            }
        }
        syn::UseTree::Name(name) => into.bring(name.ident.to_string(), joined(before, &name.ident)),
        syn::UseTree::Rename(rename) if rename.ident == "self" => {
            into.bring(rename.rename.to_string(), before.clone());
        }
        syn::UseTree::Rename(rename) => into.bring(rename.rename.to_string(), joined(before, &rename.ident)),
        syn::UseTree::Glob(_) => into.bring("*".to_owned(), before.clone()),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, into);
            }
        }
    }
}

impl Written {
    fn bring(&mut self, name: String, path: Vec<String>) {
        self.brought.entry(name).or_default().push(path);
    }

    fn note(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.push(path);
        }
    }
}

fn joined(before: &[String], last: &syn::Ident) -> Vec<String> {
    let mut path = before.to_vec();
    path.push(last.to_string());
    path
}

fn text(literal: &syn::Lit) -> Option<String> {
    match literal {
        syn::Lit::Str(text) => Some(text.value()),
        syn::Lit::ByteStr(bytes) => Some(String::from_utf8_lossy(&bytes.value()).into_owned()),
        _ => None,
    }
}

/// Finds `a::b::c` and literals in tokens that no parser of ours knows: the arguments of macros.
fn in_tokens(tokens: &TokenStream, into: &mut Written) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    into.note(&mut path);
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
            other => {
                into.note(&mut path);
                colons = 0;
                match other {
                    TokenTree::Group(group) => in_tokens(&group.stream(), into),
                    TokenTree::Literal(literal) => into.texts.extend(text(&syn::Lit::new(literal))),
                    TokenTree::Ident(_) | TokenTree::Punct(_) => {}
                }
            }
        }
    }
    into.note(&mut path);
}
