//! The points of a debug build.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{LazyLock, Mutex, PoisonError},
};

use super::{Action, Arming, FailPoint, VARIABLE};

/// `None` outside of a test that breaks things.
static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::var_os(VARIABLE).map(PathBuf::from));
/// Threads that pass the same point take turns to read its file.
static TURN: Mutex<()> = Mutex::new(());

pub(super) async fn pass(point: FailPoint, tenant: &str) {
    let Some(folder) = FOLDER.as_deref() else { return };
    if let Some(action) = take(folder, point, tenant) {
        tracing::warn!(
            point = point.name(),
            tenant.id = tenant,
            ?action,
            "an armed fail point fires"
        );
        act(action).await;
    }
}

/// The action of a point that must fire now. It fires no second time.
fn take(folder: &Path, point: FailPoint, tenant: &str) -> Option<Action> {
    let file = folder.join(point.name());
    if !file.exists() {
        return None;
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let arming: Arming = fs::read_to_string(&file).ok()?.parse().ok()?;
    if !arming.concerns(tenant) {
        return None;
    }
    let Some(skip) = arming.skip.checked_sub(1) else {
        fs::remove_file(&file).ok()?;
        return Some(arming.action);
    };
    fs::write(&file, arming.after(skip).to_string()).ok()?;
    None
}

async fn act(action: Action) {
    match action {
        Action::Abort => process::abort(),
        Action::Stop => stop(),
        Action::Delay(time) => tokio::time::sleep(time).await,
        Action::Panic => crash(),
    }
}

/// The process stops while this thread waits for the child that stops it.
fn stop() {
    let stopped = Command::new("kill")
        .args(["-STOP", &process::id().to_string()])
        .status();
    if let Err(error) = stopped {
        tracing::error!(%error, "the process cannot be stopped");
    }
}

#[expect(clippy::panic, reason = "a test asked for it")]
fn crash() {
    panic!("an armed fail point");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(folder: &Path, arming: &Arming) {
        fs::write(folder.join(FailPoint::RunBegun.name()), arming.to_string()).expect("a file");
    }

    #[test]
    fn an_armed_point_fires_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let passed = || take(folder.path(), FailPoint::RunBegun, "acme");
        assert_eq!(passed(), None);
        arm(folder.path(), &Arming::new(Action::Abort));
        assert_eq!(take(folder.path(), FailPoint::CommitDone, "acme"), None);
        assert_eq!(passed(), Some(Action::Abort));
        assert_eq!(passed(), None);
    }

    #[test]
    fn a_point_can_wait_for_a_later_passage_of_one_tenant() {
        let folder = tempfile::tempdir().expect("a folder");
        let passed = |tenant| take(folder.path(), FailPoint::RunBegun, tenant);
        arm(
            folder.path(),
            &Arming::new(Action::Stop).after(1).of_tenant("acme"),
        );
        assert_eq!(passed("other"), None);
        assert_eq!(passed("acme"), None);
        assert_eq!(passed("other"), None);
        assert_eq!(passed("acme"), Some(Action::Stop));
    }
}
