//! What the configuration names, to be opened by `--check-config`.

use rollcall_chassis::{
    checks::{Checked, Checks},
    credential::OpeningKeys,
};

use super::Config;
use crate::reconcile::Reconcile;

impl Checked for Config {
    fn add_checks(&self, checks: &mut Checks) {
        checks.add_broker(&self.amqp);
        checks.add_service("reconcile", &self.reconcile, async |channel| {
            Reconcile::new(channel).check().await
        });
        let files = self.credentials.key_files.clone();
        checks.add("credentials.key_files", async move {
            OpeningKeys::read(&files).map(drop)
        });
    }
}
