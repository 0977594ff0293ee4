//! Traces of a secret in files, tables and answers, however it is written down.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Result;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use memchr::memmem;

/// A secret in every form in which somebody may have kept it.
pub(super) struct Traces(Vec<(&'static str, Vec<u8>)>);

impl Traces {
    /// Of these octets.
    pub(super) fn of(secret: &[u8]) -> Self {
        let mut hex = String::new();
        for octet in secret {
            let _ = write!(hex, "{octet:02x}");
        }
        let mut forms = vec![
            ("plain", secret.to_vec()),
            ("upper hex", hex.to_uppercase().into_bytes()),
            ("hex", hex.into_bytes()),
        ];
        for offset in 0..3 {
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                forms.push(("base64", middle_of_base64(&engine, secret, offset)));
            }
        }
        Self(forms)
    }

    /// Of a text, also in the encodings of Windows.
    pub(super) fn of_text(secret: &str) -> Self {
        let mut traces = Self::of(secret.as_bytes());
        let units = || secret.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        for (name, octets) in [("UTF-16LE", little), ("UTF-16BE", big)] {
            let wide = Self::of(&octets).0;
            traces.0.extend(wide.into_iter().map(|(_, form)| (name, form)));
        }
        traces
    }

    /// The form in which the secret stands there, if it does.
    pub(super) fn found_in(&self, octets: &[u8]) -> Option<&'static str> {
        let found = self
            .0
            .iter()
            .find(|(_, form)| memmem::find(octets, form).is_some());
        found.map(|(name, _)| *name)
    }

    /// The files below a folder that hold the secret, each with the form.
    pub(super) fn found_below(&self, folder: &Path) -> Result<Vec<String>> {
        let mut holding = Vec::new();
        for_each_file(folder, &mut |path, octets| {
            if let Some(form) = self.found_in(octets) {
                holding.push(format!("{}: {form}", path.display()));
            }
        })?;
        Ok(holding)
    }
}

/// What is sure to stand in the base64 of a text that has the secret after so many octets of something else.
fn middle_of_base64(engine: &impl base64::Engine, secret: &[u8], offset: usize) -> Vec<u8> {
    let whole = [&[0; 2][..offset], secret].concat();
    let mut encoded = engine.encode(&whole).into_bytes();
    // The first digits, and the last one, also hold bits of what stands beside the secret.
    if whole.len() % 3 != 0 {
        encoded.pop();
    }
    encoded.split_off([0, 2, 3][offset])
}

/// Reads every file below a folder. A file of a server at work may vanish meanwhile.
pub(super) fn for_each_file(folder: &Path, see: &mut impl FnMut(&Path, &[u8])) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            for_each_file(&path, see)?;
        } else if kind.is_file()
            && let Ok(octets) = fs::read(&path)
        {
            see(&path, &octets);
        }
    }
    Ok(())
}

#[test]
fn a_secret_is_found_in_every_form_wherever_it_stands() {
    let secret = "Unmistakable-8f3a";
    let traces = Traces::of_text(secret);
    for before in ["", "a", "ab", "abc"] {
        let text = format!("{before}{secret} and more");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for form in [
            text.clone().into_bytes(),
            STANDARD_NO_PAD.encode(&text).into_bytes(),
            URL_SAFE_NO_PAD.encode(&wide).into_bytes(),
            wide,
        ] {
            assert!(traces.found_in(&form).is_some(), "{before:?}");
        }
    }
    assert_eq!(traces.found_in(b"Unmistakable-8f3b"), None);
}
