//! One account of a directory server, whoever tries its password.

use std::net::IpAddr;

use crate::dn::Dn;

/// Separates these hashes from any others.
const CONTEXT: &str = "rollcall 2026 account of a directory server";

/// A hash that names the account without showing it. All ports of a server lead to the same accounts, so none counts. Names
/// that a server takes for the same in any case (letters of either case, spaces in a DN) have the same hash. A user
/// principal name, `DOMAIN\name` and the DN of the same user do not: a name's suffix and the name of a domain may be any
/// that its forest knows (MS-ADTS 5.1.1.1.1), so only the server knows which of them are one user.
pub fn bind_account(server: IpAddr, username: &str) -> [u8; 16] {
    let name = username.trim();
    let name = match Dn::parse(name) {
        Ok(dn) if !dn.is_root() => dn.normalised(),
        _ => name.to_lowercase(),
    };
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(server.to_canonical().to_string().as_bytes());
    hasher.update(b"\0");
    hasher.update(name.as_bytes());
    let mut hash = [0; 16];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(server: &str, username: &str) -> [u8; 16] {
        bind_account(server.parse().unwrap(), username)
    }

    #[test]
    fn spellings_of_one_account_are_one_account() {
        for (one, other) in [
            ("CN=Reader,DC=corp,DC=example", "cn=reader, dc=CORP ,dc=example"),
            ("CORP\\Reader", "corp\\reader"),
            ("reader@corp.example", " Reader@CORP.example "),
        ] {
            assert_eq!(account("192.0.2.1", one), account("192.0.2.1", other), "{one}");
        }
        assert_eq!(account("192.0.2.1", "x"), account("::ffff:192.0.2.1", "x"));
    }

    #[test]
    fn another_server_or_another_name_is_another_account() {
        let one = account("192.0.2.1", "CN=reader,DC=corp");
        assert_ne!(one, account("192.0.2.2", "CN=reader,DC=corp"));
        assert_ne!(one, account("192.0.2.1", "CN=writer,DC=corp"));
        assert_ne!(account("192.0.2.1", "1x"), account("192.0.2.11", "x"));
    }
}
