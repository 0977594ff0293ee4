//! The rule about connections without TLS: they stay on this machine, unless the configuration says otherwise.

use rollcall_client::is_loopback;

use super::Problems;

/// Reports the URL of a connection without TLS that leaves this machine, unless its section allows that. `key` is the
/// URL's key within the section.
pub fn check(section: &str, key: &str, url: &str, allowed: bool, problems: &mut Problems) {
    if allowed || is_loopback(url) {
        return;
    }
    problems.push(
        format!("{section}.{key}"),
        format_args!(
            "leads beyond the loopback without TLS: whoever is on the way could read and change everything; use TLS, \
             or set {section}.allow_plaintext = true"
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_without_tls_leaves_this_machine_only_where_that_is_allowed() {
        let found = |url: &str, allowed: bool| {
            let mut problems = Problems::default();
            check("reconcile", "url", url, allowed, &mut problems);
            problems.into_result().err().map(|error| error.to_string())
        };
        assert_eq!(found("http://127.0.0.1:7103", false), None);
        assert_eq!(found("http://reconcile:7103", true), None);
        let error = found("http://reconcile:7103", false).expect("a problem");
        assert!(
            error.contains("reconcile.url") && error.contains("reconcile.allow_plaintext = true"),
            "{error}"
        );
    }
}
