//! Access to the file of a private key: only its owner's, who is this process's user or root.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _, path::Path};

use super::KeyError;

const PERMISSIONS: u32 = 0o7777;
const OTHERS: u32 = 0o077;
const ROOT: u32 = 0;

/// Checks the open file, so that none can be put in its place in between.
pub(super) fn check(path: &Path, file: &Metadata) -> Result<(), KeyError> {
    check_mode(path, file.mode())?;
    check_owner(path, file.uid(), rustix::process::geteuid().as_raw())
}

fn check_mode(path: &Path, mode: u32) -> Result<(), KeyError> {
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(KeyError::Open {
        path: path.to_owned(),
        mode: mode & PERMISSIONS,
    })
}

fn check_owner(path: &Path, owner: u32, user: u32) -> Result<(), KeyError> {
    if owner == user || owner == ROOT {
        return Ok(());
    }
    Err(KeyError::Owner {
        path: path.to_owned(),
        owner,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_belongs_to_the_processs_user_or_to_root() {
        let path = Path::new("k1.key");
        for (owner, user, is_accepted) in [
            (0, 0, true),
            (0, 7, true),
            (7, 7, true),
            (7, 8, false),
            (7, 0, false),
        ] {
            assert_eq!(
                check_owner(path, owner, user).is_ok(),
                is_accepted,
                "{owner} {user}"
            );
        }
        let error = check_owner(path, 7, 8).expect_err("another's file").to_string();
        assert!(error.contains("user 7") && error.contains("chown"), "{error}");
    }

    #[test]
    fn group_and_others_have_no_access_to_a_private_key() {
        let path = Path::new("k1.key");
        for mode in [0o400, 0o600, 0o700, 0o100_600] {
            assert!(check_mode(path, mode).is_ok(), "{mode:o}");
        }
        for mode in [0o640, 0o604, 0o620, 0o644, 0o601] {
            let error = check_mode(path, mode).expect_err("an open file").to_string();
            assert!(
                error.contains(&format!("{mode:04o}")) && error.contains("chmod 600"),
                "{error}"
            );
        }
    }
}
