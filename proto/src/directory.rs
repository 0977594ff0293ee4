//! A directory in logs and errors: all of it but the password.

use std::fmt;

use crate::v1::Directory;

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("server_type", &self.server_type())
            .field("hosts", &self.hosts)
            .field("port", &self.port)
            .field("security", &self.security())
            .field("ca_certificates_pem", &self.ca_certificates_pem)
            .field("bind_username", &self.bind_username)
            .field(
                "bind_password",
                &self.bind_password.as_ref().map(|_| "[redacted]"),
            )
            .field("search_bases", &self.search_bases)
            .field("filter", &self.filter)
            .field("attributes", &self.attributes)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_shown_without_its_password() {
        let directory = Directory {
            bind_username: "reader".to_owned(),
            bind_password: Some("a-secret".to_owned()),
            ..Directory::default()
        };
        let shown = format!("{directory:?}");
        assert!(shown.contains("reader") && shown.contains("[redacted]") && !shown.contains("a-secret"));
    }
}
