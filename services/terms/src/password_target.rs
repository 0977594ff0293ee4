//! Server to which a bind password may be sent, and the way to it.

use rollcall_proto::v1::Directory;

/// The fields of a directory that decide where its password goes, and how well protected. A stored password is sent
/// only under the values that it was entered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordTarget<'a> {
    /// The directory's hosts, in their order.
    pub hosts: &'a [String],
    /// The port as it is in the settings.
    pub port: i32,
    /// The security mode's number in the contract.
    pub security: i32,
    /// The CA certificates as they are in the settings.
    pub ca_certificates_pem: &'a str,
    /// The bind username.
    pub bind_username: &'a str,
}

impl<'a> From<&'a Directory> for PasswordTarget<'a> {
    /// Names every field, so that a new one does not compile until its author has decided if the password may be sent
    /// under another value of it.
    #[expect(
        deprecated,
        reason = "a field of callers that know only one search base is named too"
    )]
    fn from(directory: &'a Directory) -> Self {
        let Directory {
            hosts,
            port,
            security,
            ca_certificates_pem,
            bind_username,
            server_type: _,
            bind_password: _,
            search_base: _,
            search_bases: _,
            filter: _,
            attributes: _,
            primary_attribute: _,
        } = directory;
        Self {
            hosts,
            port: *port,
            security: *security,
            ca_certificates_pem,
            bind_username,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        Directory {
            hosts: vec!["dc1".to_owned(), "dc2".to_owned()],
            port: 636,
            security: 1,
            bind_username: "reader".to_owned(),
            ..Directory::default()
        }
    }

    #[test]
    fn another_server_way_or_name_is_another_target() {
        let edits: [fn(&mut Directory); 5] = [
            |directory| directory.hosts.reverse(),
            |directory| directory.port = 389,
            |directory| directory.security = 3,
            |directory| directory.ca_certificates_pem = "ca".to_owned(),
            |directory| directory.bind_username = "other".to_owned(),
        ];
        for edit in edits {
            let mut edited = directory();
            edit(&mut edited);
            assert_ne!(
                PasswordTarget::from(&edited),
                PasswordTarget::from(&directory()),
                "{edited:?}"
            );
        }
    }

    #[test]
    fn the_objects_that_are_read_are_no_part_of_the_target() {
        let edited = Directory {
            server_type: 1,
            search_bases: vec!["DC=acme".to_owned()],
            filter: "(a=b)".to_owned(),
            attributes: vec!["mail".to_owned()],
            bind_password: Some("new".to_owned()),
            ..directory()
        };
        assert_eq!(PasswordTarget::from(&edited), PasswordTarget::from(&directory()));
    }
}
