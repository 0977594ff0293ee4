//! What the configuration names, to be opened by `--check-config`.

use rollcall_chassis::checks::{Checked, Checks};

use super::Config;

impl Checked for Config {
    fn add_checks(&self, checks: &mut Checks) {
        checks.add_database(&self.database, &["results"]);
        checks.add_broker(&self.amqp);
    }
}
