//! Who makes a call, as the record of acts names it.

use http::Extensions;
use rollcall_domain::invisible;
use tonic::Request;

use super::peer::Caller;

/// Octets of each name.
const LONGEST: usize = 256;
/// The caller of a server without TLS.
const LOOPBACK: &str = "loopback";
/// The caller whose certificate has no name; no method is open to it.
const UNNAMED: &str = "unnamed certificate";

/// Who makes a call. Both texts are of visible characters, and of at most 256 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The first URI in the caller's certificate, else the first DNS name; `loopback` without TLS.
    pub caller: String,
    /// The person on whose behalf the caller acts: the subject of its assertion. `None`: it presented none.
    pub actor: Option<String>,
}

impl Who {
    /// The caller, without a person.
    pub(super) fn calling(caller: &Caller) -> Self {
        let name = match caller.names() {
            None => LOOPBACK,
            Some(names) => names.first().map_or(UNNAMED, String::as_str),
        };
        Self {
            caller: shown(name),
            actor: None,
        }
    }

    /// Who makes `request`, which the server that received it has noted.
    pub fn of<T>(request: &Request<T>) -> Self {
        Self::in_extensions(request.extensions())
    }

    /// Who makes the call with these traces.
    pub(super) fn in_extensions(extensions: &Extensions) -> Self {
        let noted = extensions.get::<Self>().cloned();
        // A handler that a test calls itself has passed no server.
        noted.unwrap_or_else(|| Self::calling(&Caller::in_extensions(extensions)))
    }

    /// Notes it for the handler.
    pub(super) fn note(self, extensions: &mut Extensions) {
        extensions.insert(self);
    }
}

/// A name in visible characters, cut off where it is too long.
fn shown(name: &str) -> String {
    let mut shown = invisible::show(name).into_owned();
    shown.truncate(shown.floor_char_boundary(LONGEST));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_known_by_the_first_name_of_its_certificate() {
        assert_eq!(
            Who::calling(&Caller::named("spiffe://x/portal")).caller,
            "spiffe://x/portal"
        );
        let plaintext = Request::new(());
        assert_eq!(Who::of(&plaintext).caller, "loopback");
        assert_eq!(Who::of(&plaintext).actor, None);
    }

    #[test]
    fn a_name_is_visible_and_bounded() {
        let who = Who::calling(&Caller::named(&format!("a\u{1b}\n{}", "ü".repeat(300))));
        assert!(who.caller.starts_with(r"a\u{1b}\u{a}ü"), "{who:?}");
        assert!(who.caller.len() <= LONGEST, "{who:?}");
    }

    #[test]
    fn a_handler_learns_what_the_server_noted() {
        let noted = Who {
            caller: "portal".to_owned(),
            actor: Some("anna".to_owned()),
        };
        let mut request = Request::new(());
        request.extensions_mut().insert(noted.clone());
        assert_eq!(Who::of(&request), noted);
    }
}
