//! Events for the portal: every change with its new state, in order for each tenant, and at least once; and the
//! example program that listens.

mod ear;

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Tenant, group, tenant::portal::manual_account};
use rollcall_proto::v1::{
    Account, Directory, NewUsers, PausedReason, Removal, RunState, Schedule, Settings, portal_event::Event,
};
use rollcall_testbed::{Proxy, StackOptions, proxy::Direction};

use crate::own::Own;
use ear::{Ear, Example, Heard};

/// Settings with a schedule, welcomes for new users, and removals that always ask.
fn settings(tenant: &Tenant, directory: Directory) -> Settings {
    Settings {
        schedule: Some(Schedule {
            every_hours: 24,
            time_zone: String::new(),
        }),
        new_users: Some(NewUsers {
            send_hsr: true,
            send_welcome: true,
            limit_accounts: None,
        }),
        removal: Some(Removal {
            remove_accounts: true,
            limit_accounts: Some(0),
            ..Removal::default()
        }),
        ..tenant.settings(directory)
    }
}

/// A tenant with two users and a group in its directory, that was never synced.
async fn tenant(own: &Own, word: &str) -> Result<(Tenant, Forest)> {
    let office = own.office(word).people(["ann", "bob"]);
    let team = |tenant: &Tenant| vec![group("team").primary(&tenant.address("team"))];
    let (tenant, forest) = office.objects(team).furnished().await?;
    tenant.put(settings(&tenant, forest.settings())).await?;
    Ok((tenant, forest))
}

fn account(heard: &Heard) -> Result<Account> {
    match &heard.event.event {
        Some(Event::Account(event_body)) => event_body.account.clone().context("an account"),
        other => anyhow::bail!("{other:?} is no account's event"),
    }
}

/// The events in short, in order of the alphabet: what a run changes has no order of its own.
fn sorted(heard: &[Heard]) -> Vec<String> {
    let mut short: Vec<_> = heard.iter().map(Heard::in_short).collect();
    short.sort_unstable();
    short
}

/// A tenant's story in events, and what the example printed of it.
struct Story {
    ear: Ear,
    example: Example,
    heard: Vec<Heard>,
    printed: Vec<String>,
}

impl Story {
    fn begin(ear: Ear, example: Example) -> Self {
        Self {
            ear,
            example,
            heard: Vec::new(),
            printed: Vec::new(),
        }
    }

    /// The next events, up to and with an event of this name.
    async fn goes_on(&mut self, tenant: &Tenant, name: &str) -> Result<Vec<Heard>> {
        let heard = self.ear.up_to(tenant, name).await?;
        self.printed.extend(self.example.up_to(tenant, name).await?);
        self.heard.extend(heard.iter().cloned());
        Ok(heard)
    }

    /// The sequence grows by one, and the example printed each event in its order.
    fn check(&self, tenant: &Tenant) -> Result<()> {
        let sequences: Vec<_> = self.heard.iter().map(|heard| heard.event.sequence).collect();
        let expected: Vec<_> = (1..).take(sequences.len()).collect();
        assert_eq!(sequences, expected);
        assert_eq!(self.printed.len(), self.heard.len(), "{:?}", self.printed);
        for (line, heard) in self.printed.iter().zip(&self.heard) {
            let begins = format!("{} {} {}", tenant.id, heard.event.sequence, heard.in_short());
            ensure!(line.starts_with(&begins), "{line} does not begin with {begins}");
        }
        Ok(())
    }
}

#[tokio::test]
async fn the_portal_hears_what_became_of_each_account_in_order_and_the_example_prints_it() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut story = Story::begin(Ear::listen(&own).await?, Example::start(&own, None)?);
    let (tenant, forest) = tenant(&own, "story").await?;
    let at = |local: &str| tenant.address(local);

    let run = tenant.sync().await?;
    let heard = story.goes_on(&tenant, "run.finished").await?;
    let created = [
        format!("account.created {} welcome", at("ann")),
        format!("account.created {} welcome", at("bob")),
        format!("account.created {}", at("team")),
        "run.finished".to_owned(),
    ];
    assert_eq!(sorted(&heard), created, "users are welcomed, and nobody else");
    assert!(heard.iter().all(|heard| heard.event.run_id == run.run_id));

    forest
        .set_addresses(
            "ann",
            &[format!("SMTP:{}", at("anna")), format!("smtp:{}", at("ann"))],
        )
        .await?;
    forest
        .set_addresses(
            "bob",
            &[format!("SMTP:{}", at("bob")), format!("smtp:{}", at("robert"))],
        )
        .await?;
    tenant.sync().await?;
    let heard = story.goes_on(&tenant, "run.finished").await?;
    let changed = [
        format!("account.changed {}", at("bob")),
        format!("account.renamed {}", at("anna")),
        "run.finished".to_owned(),
    ];
    assert_eq!(sorted(&heard), changed);
    let renamed = account(
        heard
            .iter()
            .find(|heard| heard.name == "account.renamed")
            .context("a rename")?,
    )?;
    let all: Vec<_> = renamed
        .addresses
        .iter()
        .map(|held| held.address.clone())
        .collect();
    assert_eq!(all, [at("anna"), at("ann")], "the full new state is in the event");

    story.check(&tenant)
}

#[tokio::test]
async fn the_portal_hears_of_a_removal_that_is_held_approved_and_reverted() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut story = Story::begin(Ear::listen(&own).await?, Example::start(&own, None)?);
    let (tenant, forest) = tenant(&own, "removal").await?;
    let team = tenant.address("team");
    tenant.sync().await?;
    story.goes_on(&tenant, "run.finished").await?;

    forest.remove("team").await?;
    let held = tenant.held_sync().await?;
    let heard = story.goes_on(&tenant, "run.held").await?;
    assert_eq!(sorted(&heard), ["run.held"], "nothing else happened");
    let Some(Event::Run(event_body)) = &heard[0].event.event else {
        anyhow::bail!("{heard:?}")
    };
    assert_eq!(
        (event_body.state(), &event_body.held_message),
        (RunState::Held, &held.held_message)
    );

    let approval = tenant.approve(&held.run_id).await?;
    let heard = story.goes_on(&tenant, "run.finished").await?;
    assert_eq!(
        sorted(&heard),
        [format!("account.removed {team}"), "run.finished".to_owned()]
    );
    assert!(account(&heard[0])?.remove_time.is_some());

    let revert = tenant.revert(&approval.run_id).await?;
    let heard = story.goes_on(&tenant, "schedule.paused").await?;
    assert_eq!(
        sorted(&heard),
        [
            format!("account.restored {team}"),
            "run.finished".to_owned(),
            "schedule.paused".to_owned()
        ]
    );
    assert_eq!(heard[0].event.run_id, revert.run_id);
    let Some(Event::SchedulePaused(paused)) = &heard[2].event.event else {
        anyhow::bail!("{heard:?}")
    };
    assert_eq!(paused.reason(), PausedReason::Reverted);

    story.check(&tenant)
}

#[tokio::test]
async fn edits_in_the_portal_are_announced_like_all_changes_and_never_welcome() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut story = Story::begin(Ear::listen(&own).await?, Example::start(&own, None)?);
    let (tenant, _forest) = tenant(&own, "by-hand").await?;
    let press = tenant.address("press");

    let made = tenant.put_account(manual_account(&press, &[])).await?;
    tenant.protect(&made.account_id, true).await?;
    tenant.protect(&made.account_id, false).await?;
    tenant.remove_account(&made.account_id).await?;
    tenant.restore_account(&made.account_id).await?;

    let heard = story.goes_on(&tenant, "account.restored").await?;
    let event_body: Vec<_> = heard.iter().map(Heard::in_short).collect();
    let expected = ["created", "changed", "changed", "removed", "restored"]
        .map(|what| format!("account.{what} {press}"));
    assert_eq!(event_body, expected);
    assert!(heard.iter().all(|heard| heard.event.run_id.is_empty()));
    story.check(&tenant)
}

#[tokio::test]
async fn a_schedule_that_pauses_over_refused_credentials_is_reported_once() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut story = Story::begin(Ear::listen(&own).await?, Example::start(&own, None)?);
    let (tenant, forest) = own.tenant("refused").await?;
    let directory = Directory {
        bind_password: Some("wrong".to_owned()),
        ..forest.settings()
    };
    tenant.put(settings(&tenant, directory)).await?;
    for _ in 0..3 {
        tenant.failed_sync().await?;
    }
    let heard = story.goes_on(&tenant, "schedule.paused").await?;
    let Some(Event::SchedulePaused(paused)) = &heard[heard.len() - 1].event.event else {
        anyhow::bail!("{heard:?}")
    };
    assert_eq!(paused.reason(), PausedReason::CredentialsRefused);

    tenant.failed_sync().await?;
    let heard = story.goes_on(&tenant, "run.finished").await?;
    let names: Vec<_> = heard.iter().map(|heard| heard.name.as_str()).collect();
    assert!(!names.contains(&"schedule.paused"), "{names:?}");
    Ok(())
}

#[tokio::test]
async fn the_example_connects_again_prints_nothing_twice_and_ends_on_ctrl_c() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let rabbitmq = own.bed.rabbitmq()?;
    let proxy = Proxy::start(rabbitmq.socket_address()).await?;
    let example = Example::start(&own, Some(proxy.address()))?;
    let mut story = Story::begin(Ear::listen(&own).await?, example);
    let (tenant, forest) = tenant(&own, "again").await?;
    tenant.sync().await?;
    story.goes_on(&tenant, "run.finished").await?;

    proxy.cut();
    forest.add(&tenant.person("eve")).await?;
    tenant.sync().await?;
    proxy.heal();

    story.goes_on(&tenant, "run.finished").await?;
    story.check(&tenant)?;
    assert!(
        proxy.bytes(Direction::ToClient) > 0,
        "it listened through the proxy"
    );
    story.example.interrupt().await
}
