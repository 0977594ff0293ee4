//! The assertion of the tenant and the person on whose behalf a call is made.

use std::path::PathBuf;

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

/// The metadata of a call that carries the assertion, a JSON Web Token.
pub const ASSERTION: &str = "rollcall-assertion";

/// A connection whose calls carry the assertion, if there is one.
pub type Connection = InterceptedService<Channel, Asserting>;

/// The file that holds the assertion; `None`: calls carry none.
pub type AssertionFile = Option<PathBuf>;

/// Adds the assertion to calls. Its file is read for each, since an assertion lives for minutes and a command may live
/// for longer.
#[derive(Debug, Clone, Default)]
pub struct Asserting(pub AssertionFile);

impl Interceptor for Asserting {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(file) = &self.0 {
            let unusable = |why: String| {
                Status::failed_precondition(format!(
                    "The assertion cannot be read from {}: {why}.",
                    file.display()
                ))
            };
            let text = std::fs::read_to_string(file).map_err(|error| unusable(error.to_string()))?;
            let value: MetadataValue<Ascii> = text
                .trim()
                .parse()
                .map_err(|_| unusable("it is not one line of ASCII".to_owned()))?;
            request.metadata_mut().insert(ASSERTION, value);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_carries_what_the_file_holds_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("assertion");
        let mut asserting = Asserting(Some(file.clone()));
        assert!(asserting.call(Request::new(())).is_err(), "there is no file");
        for token in ["a.b.c", "d.e.f"] {
            std::fs::write(&file, format!("{token}\n")).expect("a file");
            let request = asserting.call(Request::new(())).expect("a request");
            assert_eq!(request.metadata().get(ASSERTION).expect("an assertion"), token);
        }
        let plain = Asserting::default().call(Request::new(())).expect("a request");
        assert!(plain.metadata().get(ASSERTION).is_none());
    }
}
