//! “How soon and frequently can I import?”

use anyhow::{Context, Result};
use rollcall_e2e::{Office, status::refused};
use rollcall_proto::v1::{Schedule, Settings};

use crate::office::scheduled_run;

#[tokio::test]
async fn sync_now_imports_at_once_whatever_the_schedule() -> Result<()> {
    let (tenant, forest) = Office::new("soon").people(["ann", "bob"]).saved().await?;
    let scheduled = tenant.put_schedule(forest.settings(), 24).await?;
    tenant.sync().await?;
    assert_eq!(tenant.accounts().await?.len(), 2);
    assert_eq!(tenant.saved().await?.next_run_time, scheduled.next_run_time);
    Ok(())
}

#[tokio::test]
async fn a_schedule_is_every_1_to_24_hours_a_minute_past_the_hour() -> Result<()> {
    let (tenant, forest) = Office::new("hours").saved().await?;
    for every_hours in 1..=24 {
        let settings = tenant.put_schedule(forest.settings(), every_hours).await?;
        let next = settings.next_run_time.context("a next run")?.seconds;
        assert_eq!(next.rem_euclid(3600), 60, "every {every_hours} hours");
        let hour = next.div_euclid(3600).rem_euclid(24);
        assert_eq!(
            hour % i64::from(every_hours),
            0,
            "every {every_hours} hours from midnight"
        );
    }
    let refusal = refused(tenant.put_schedule(forest.settings(), 25).await);
    assert_eq!(refusal.fields, ["settings.schedule.every_hours"]);
    Ok(())
}

#[tokio::test]
async fn every_24_hours_is_a_minute_past_midnight_of_the_tenants_own_clock() -> Result<()> {
    let (tenant, forest) = Office::new("midnight").saved().await?;
    let schedule = Schedule {
        every_hours: 24,
        time_zone: "Asia/Kolkata".to_owned(),
    };
    let settings = Settings {
        schedule: Some(schedule),
        ..tenant.settings(forest.settings())
    };
    let next = tenant.put(settings).await?.next_run_time.context("a next run")?;
    // India's clocks are five and a half hours ahead, the whole year.
    assert_eq!((next.seconds + 5 * 3600 + 1800).rem_euclid(86_400), 60);
    Ok(())
}

#[tokio::test]
async fn sync_now_takes_what_is_in_the_directory_and_the_schedule_goes_on_from_there() -> Result<()> {
    let (tenant, forest) = Office::new("then").people(["ann", "bob"]).saved().await?;
    tenant.put_schedule(forest.settings(), 12).await?;
    tenant.sync().await?;
    forest.add(&tenant.person("eve")).await?;
    let run = scheduled_run(&tenant).await?;
    assert_eq!(run.counts.context("counts")?.add, 1);
    assert_eq!(tenant.accounts().await?.len(), 3);
    Ok(())
}
