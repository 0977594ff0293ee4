//! What the configuration names, to be opened by `--check-config`.

use rollcall_chassis::{
    checks::{Checked, Checks},
    credential::SealingKey,
    signing::SigningKey,
};

use super::Config;

impl Checked for Config {
    fn add_checks(&self, checks: &mut Checks) {
        checks.add_database(&self.database, &["scheduler", "reconcile"]);
        checks.add_broker(&self.amqp);
        let file = self.credentials.public_key_file.clone();
        checks.add("credentials.public_key_file", async move {
            SealingKey::read(&file).map(drop)
        });
        let file = self.signing.key_file.clone();
        checks.add(
            "signing.key_file",
            async move { SigningKey::read(&file).map(drop) },
        );
    }
}
