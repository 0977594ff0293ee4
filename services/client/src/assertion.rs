//! The assertion of the tenant and the person on whose behalf a call is made.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::Interceptor,
};

use crate::Error;

/// The metadata of a call that carries the assertion, a JSON Web Token.
pub const ASSERTION: &str = "rollcall-assertion";
/// Octets that are read of a file. Servers take far shorter assertions.
const LONGEST: u64 = 16 * 1024;

/// Adds the assertion in a file to every call, if there is such a file. It is read at each call, since an assertion lives
/// for minutes, and a run is followed for hours.
#[derive(Debug, Clone, Default)]
pub struct Asserting(Option<Source>);

/// A file, and the assertion that was last read from it.
#[derive(Debug, Clone)]
struct Source {
    file: PathBuf,
    token: MetadataValue<Ascii>,
}

impl Asserting {
    /// Reads the file, if there is one.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, Error> {
        let Some(file) = file else {
            return Ok(Self::default());
        };
        let token = read(file).map_err(|source| Error::Assertion {
            path: file.to_owned(),
            source,
        })?;
        Ok(Self(Some(Source {
            file: file.to_owned(),
            token,
        })))
    }
}

impl Interceptor for Asserting {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(source) = &mut self.0 {
            // A file that is being written leaves the assertion in use that was read before.
            if let Ok(token) = read(&source.file) {
                source.token = token;
            }
            request.metadata_mut().insert(ASSERTION, source.token.clone());
        }
        Ok(request)
    }
}

fn read(file: &Path) -> io::Result<MetadataValue<Ascii>> {
    let mut text = String::new();
    File::open(file)?.take(LONGEST).read_to_string(&mut text)?;
    let token = text.trim();
    let none = || io::Error::new(io::ErrorKind::InvalidData, "it holds no token");
    if token.is_empty() {
        return Err(none());
    }
    let mut token = MetadataValue::try_from(token).map_err(|_| none())?;
    // Nothing that prints a call shows it.
    token.set_sensitive(true);
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(asserting: &mut Asserting) -> Option<String> {
        let request = asserting.call(Request::new(())).unwrap();
        let token = request.metadata().get(ASSERTION)?;
        Some(token.to_str().unwrap().to_owned())
    }

    #[test]
    fn each_call_carries_what_the_file_holds_by_then() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("assertion");
        std::fs::write(&file, "first\n").unwrap();
        let mut asserting = Asserting::open(Some(&file)).unwrap();
        assert_eq!(sent(&mut asserting).as_deref(), Some("first"));
        std::fs::write(&file, "second").unwrap();
        assert_eq!(sent(&mut asserting).as_deref(), Some("second"));
        std::fs::write(&file, "").unwrap();
        assert_eq!(
            sent(&mut asserting).as_deref(),
            Some("second"),
            "it is being written"
        );
        assert!(!format!("{asserting:?}").contains("second"));
    }

    #[test]
    fn calls_without_a_file_carry_none() {
        assert_eq!(sent(&mut Asserting::open(None).unwrap()), None);
    }

    #[test]
    fn a_file_without_a_token_is_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("assertion");
        for content in [None, Some(" \n"), Some("two\nlines")] {
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let refused = Asserting::open(Some(&file));
            assert!(
                matches!(&refused, Err(Error::Assertion { path, .. }) if *path == file),
                "{content:?}: {refused:?}"
            );
        }
    }
}
