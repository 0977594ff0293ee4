//! Random directories, portals, people and servers against real services: whatever happens, and in whatever order, nothing goes
//! that the rules keep. The worker is the test itself, so that what a directory answers is its own to say.

mod hand;
mod portal;

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use rollcall_e2e::{Dice, Tenant, tenant::portal::manual_account};
use rollcall_proto::{
    internal::v1::BeginStatus,
    v1::{self, Counts, HeldReason, Removal, Row, Run, RunKind, RunState, RunTrigger, Security, Verdict},
};
use rollcall_testbed::StackOptions;

use crate::own::Own;
use hand::{Directory, Hand};
use portal::Portal;

const TENANTS: u64 = 3;
const STEPS: usize = 24;
const OBJECTS: u64 = 7;
const LOCALS: [&str; 8] = ["ann", "bob", "cy", "dee", "eve", "fay", "gil", "hal"];

/// A customer whom everything happens to.
struct Customer<'a> {
    own: &'a Own,
    hand: Hand,
    tenant: Tenant,
    dice: Dice,
    directory: Directory,
    removal: Removal,
    /// The portal before the last sync that was applied, and that sync, as long as nothing happened since.
    revertible: Option<(Portal, Run)>,
    held: Option<Run>,
    /// Accounts that each applied sync took something from; without reverted syncs.
    reduced: Vec<(String, u64)>,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_nothing_goes_that_the_rules_keep() -> Result<()> {
    let own = Own::start(StackOptions {
        workers: 0,
        ..StackOptions::default()
    })
    .await?;
    try_join_all((1..=TENANTS).map(|seed| {
        let own = &own;
        async move {
            let mut customer = Customer::new(own, seed).await?;
            for step in 0..STEPS {
                let place = || format!("seed {seed}, step {step}");
                customer.live_on().await.with_context(place)?;
            }
            anyhow::Ok(())
        }
    }))
    .await?;
    Ok(())
}

impl<'a> Customer<'a> {
    async fn new(own: &'a Own, seed: u64) -> Result<Self> {
        let tenant = Tenant::registered(own.stack.endpoints(), "attacked").await?;
        let alias = format!("alias.{}", tenant.domain);
        tenant
            .put_domains(&[(&tenant.domain, ""), (&alias, &tenant.domain)])
            .await?;
        let mut customer = Self {
            own,
            hand: Hand::connect(own.stack.endpoints()).await?,
            tenant,
            dice: Dice::new(seed),
            directory: Directory::default(),
            removal: Removal::default(),
            revertible: None,
            held: None,
            reduced: Vec::new(),
        };
        for id in 0..OBJECTS {
            customer.change_object(id);
        }
        customer.change_settings().await?;
        customer.sync("").await?;
        Ok(customer)
    }

    async fn live_on(&mut self) -> Result<()> {
        match self.dice.below(20) {
            0..9 => self.change_directory(),
            9 => self.change_settings().await?,
            10..12 => self.write_portal().await?,
            12..14 => return self.sync_as_previewed().await,
            14..17 => return self.approve().await,
            17..19 => return self.revert().await,
            _ => {}
        }
        self.sync("").await?;
        Ok(())
    }

    async fn portal(&self) -> Result<Portal> {
        let portal = Portal::read(&self.tenant, &self.own.database).await?;
        portal.check()?;
        Ok(portal)
    }

    fn address(&mut self) -> String {
        let local = self.dice.one_of(&LOCALS);
        let alias = self.dice.one_in(4);
        let domain = if alias { "alias." } else { "" };
        format!("{local}@{domain}{}", self.tenant.domain)
    }

    fn change_object(&mut self, number: u64) {
        let id = format!("00000000-0000-0000-0000-{number:012}");
        let count = self.dice.below(4);
        let claims = (0..count)
            .map(|_| (self.address(), self.dice.one_in(2)))
            .collect();
        if count == 0 {
            self.directory.objects.remove(&id);
        } else {
            self.directory.objects.insert(id, claims);
        }
    }

    fn change_directory(&mut self) {
        if self.dice.one_in(8) {
            self.directory.objects.clear();
        }
        for _ in 0..=self.dice.below(3) {
            let number = self.dice.below(OBJECTS);
            self.change_object(number);
        }
        self.directory.server = usize::from(self.dice.one_in(3));
        let ids: Vec<_> = self.directory.objects.keys().cloned().collect();
        self.directory.overlooked = ids.into_iter().filter(|_| self.dice.one_in(5)).collect();
    }

    async fn put_settings(&mut self) -> Result<()> {
        let directory = v1::Directory {
            hosts: vec!["127.0.0.1".to_owned()],
            security: Security::Plaintext.into(),
            bind_username: "reader".to_owned(),
            bind_password: Some("not asked for".to_owned()),
            ..v1::Directory::default()
        };
        self.tenant.put_removal(directory, self.removal).await?;
        Ok(())
    }

    async fn change_settings(&mut self) -> Result<()> {
        let limits = [None, Some(0), Some(2), Some(100), Some(100), Some(100)];
        self.removal = Removal {
            remove_accounts: !self.dice.one_in(6),
            keep_manual: self.dice.one_in(2),
            limit_accounts: self.dice.one_of(&limits),
            limit_percent: None,
        };
        self.put_settings().await
    }

    async fn write_portal(&mut self) -> Result<()> {
        let before = self.portal().await?;
        let ids: Vec<_> = before.accounts.keys().map(ToString::to_string).collect();
        let id = ids.get(usize::try_from(self.dice.below(1 + ids.len() as u64))?);
        let (primary, alias) = (self.address(), self.address());
        // An impossible edit is refused, and changes nothing.
        let written = match (self.dice.below(4), id) {
            (0, Some(id)) => self.tenant.remove_account(id).await.is_ok(),
            (1, Some(id)) => self.tenant.restore_account(id).await.is_ok(),
            (2, Some(id)) => self.tenant.protect(id, self.dice.one_in(3)).await.is_ok(),
            _ => self
                .tenant
                .put_account(manual_account(&primary, &[&alias]))
                .await
                .is_ok(),
        };
        let after = self.portal().await?;
        ensure!(written || before == after, "refused, and written by half");
        before.check_versions(&after)?;
        if before != after {
            self.revertible = None;
        }
        Ok(())
    }

    async fn preview(&mut self) -> Result<Run> {
        let before = self.portal().await?;
        let run_id = self.tenant.start_preview().await?;
        self.hand.run(&self.tenant, &run_id, &self.directory).await?;
        let run = self.tenant.run(&run_id).await?;
        ensure!(run.state() == RunState::Succeeded, "{run:?}");
        ensure!(self.portal().await? == before, "a preview changed the portal");
        self.check_rows(&run).await?;
        Ok(run)
    }

    /// A sync right after a preview decides as that did, and what the preview said of a hold is true.
    async fn sync_as_previewed(&mut self) -> Result<()> {
        let preview = self.preview().await?;
        let sync = self.sync(&preview.run_id).await?;
        ensure!(
            (sync.state() == RunState::Held, sync.held_reason())
                == (preview.would_hold, preview.held_reason()),
            "{preview:?} {sync:?}"
        );
        let (mut shown, mut done) = (counts(&preview), counts(&sync));
        (shown.not_email, done.not_email) = (0, 0);
        ensure!(shown == done, "{shown:?} {done:?}");
        Ok(())
    }

    async fn sync(&mut self, expecting: &str) -> Result<Run> {
        let before = self.portal().await?;
        let run_id = self.tenant.start_sync_expecting(expecting).await?;
        self.hand.run(&self.tenant, &run_id, &self.directory).await?;
        let run = self.tenant.run(&run_id).await?;
        self.ended(before, &run, None).await?;
        if run.unchanged {
            let counts = counts(&self.preview().await?);
            ensure!(
                counts.add + counts.update + counts.remove == 0,
                "unchanged, but {counts:?}"
            );
        }
        Ok(run)
    }

    async fn approve(&mut self) -> Result<()> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        let Ok(run_id) = self.tenant.start_approval(&held.run_id).await else {
            return Ok(());
        };
        let shown = self.rows(&held).await?;
        let before = self.portal().await?;
        self.hand.run(&self.tenant, &run_id, &self.directory).await?;
        let run = self.tenant.run(&run_id).await?;
        ensure!(run.trigger() == RunTrigger::Approval);
        self.ended(before, &run, Some(&shown)).await
    }

    async fn revert(&mut self) -> Result<()> {
        let Some((before, sync)) = self.revertible.take() else {
            return Ok(());
        };
        let Ok(run_id) = self.tenant.start_revert(&sync.run_id).await else {
            let nothing_changed = before.facts() == self.portal().await?.facts();
            ensure!(nothing_changed, "something could be reverted");
            return Ok(());
        };
        let begun = self.hand.begin(&self.tenant, &run_id).await?;
        ensure!(begun.status() == BeginStatus::Finished, "{begun:?}");
        let run = self.tenant.run(&run_id).await?;
        ensure!(
            (run.kind(), run.state()) == (RunKind::Revert, RunState::Succeeded),
            "{run:?}"
        );
        self.check_rows(&run).await?;
        let after = self.portal().await?;
        ensure!(before.facts() == after.facts(), "{before:?} {after:?}");
        ensure!(counts(&run).accounts == after.live().count() as u64);
        self.reduced.retain(|(run_id, _)| *run_id != sync.run_id);
        Ok(())
    }

    /// Rules for every sync, as it was asked for or approved.
    async fn ended(&mut self, before: Portal, run: &Run, approved: Option<&[Row]>) -> Result<()> {
        self.check_rows(run).await?;
        let after = self.portal().await?;
        let counts = counts(run);
        if run.state() == RunState::Held {
            ensure!(before == after, "a run that is held changed the portal");
            ensure!(run.held_reason() != HeldReason::Unspecified && !run.held_message.is_empty());
            self.held = Some(run.clone());
            return Ok(());
        }
        ensure!(run.state() == RunState::Succeeded, "{run:?}");
        before.check_versions(&after)?;
        ensure!(counts.accounts == after.live().count() as u64, "{counts:?}");
        ensure!(counts.accounts_reduced == before.reduced(&after), "{counts:?}");
        let rows = self.rows(run).await?;
        let with = |verdict| -> BTreeSet<&str> {
            let rows = rows.iter().filter(|row| row.verdict() == verdict);
            rows.map(|row| row.address.as_str()).collect()
        };
        let (had, has) = (before.addresses(), after.addresses());
        let gone: BTreeSet<&str> = had.difference(&has).copied().collect();
        ensure!(gone == with(Verdict::Remove), "{gone:?} went: {rows:?}");
        let come: BTreeSet<&str> = has.difference(&had).copied().collect();
        ensure!(come == with(Verdict::Add), "{come:?} came: {rows:?}");
        ensure!(gone.is_empty() || self.removal.remove_accounts, "{gone:?} went");
        match approved {
            None => self.check_limit(&before, counts)?,
            Some(shown) => ensure!(
                gone.iter()
                    .all(|gone| shown.iter().any(|row| row.address == *gone)),
                "{gone:?} went, and only this was shown: {shown:?}"
            ),
        }
        if approved.is_none() {
            self.reduced.push((run.run_id.clone(), counts.accounts_reduced));
        }
        if !run.unchanged {
            self.revertible = Some((before, run.clone()));
        }
        Ok(())
    }

    /// All that happens here happens within 24 hours.
    fn check_limit(&self, before: &Portal, counts: Counts) -> Result<()> {
        let live = before.live().count() as u64;
        let allowed = self
            .removal
            .limit_accounts
            .map_or((live / 20).max(5).min(live / 2), |limit| {
                limit.unsigned_abs().into()
            });
        let earlier: u64 = self.reduced.iter().map(|(_, reduced)| reduced).sum();
        let reduced = counts.accounts_reduced;
        ensure!(
            reduced == 0 || reduced + earlier <= allowed,
            "{reduced} and {earlier} of {allowed}"
        );
        Ok(())
    }

    async fn rows(&self, run: &Run) -> Result<Vec<Row>> {
        Ok(self.tenant.rows(&run.run_id).await?)
    }

    /// The rows agree with the counts.
    async fn check_rows(&self, run: &Run) -> Result<()> {
        if run.held_reason() == HeldReason::ChangedSincePreview {
            return Ok(());
        }
        let rows = self.rows(run).await?;
        let of = |verdict| rows.iter().filter(|row| row.verdict() == verdict).count() as u64;
        let counted = counts(run);
        let shown = Counts {
            add: of(Verdict::Add),
            keep: of(Verdict::Keep),
            update: of(Verdict::Update),
            remove: of(Verdict::Remove),
            stale: of(Verdict::Stale),
            skip: of(Verdict::Skip),
            ..counted
        };
        ensure!(counted == shown, "{run:?} shows {shown:?}: {rows:?}");
        Ok(())
    }
}

fn counts(run: &Run) -> Counts {
    run.counts.unwrap_or_default()
}
