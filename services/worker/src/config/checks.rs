//! What the configuration names, to be opened by `--check-config`.

use rollcall_chassis::{
    checks::{Checked, Checks},
    credential::OpeningKeys,
    signing::VerifyingKeys,
};

use super::Config;
use crate::reconcile::Reconcile;

impl Checked for Config {
    fn add_checks(&self, checks: &mut Checks) {
        checks.add_broker(&self.amqp);
        checks.add_service("reconcile", &self.reconcile, async |channel| {
            Reconcile::new(channel).check().await
        });
        checks.add_key_files("credentials.key_files", &self.credentials.key_files, |files| {
            OpeningKeys::read(files).map(drop)
        });
        checks.add_key_files(
            "signing.public_key_files",
            &self.signing.public_key_files,
            |files| VerifyingKeys::read(files).map(drop),
        );
    }
}
