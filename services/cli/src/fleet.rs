//! `rollcall fleet`.

use rollcall_client::{
    Client, Service,
    view::{FleetView, PauseView},
};
use rollcall_proto::v1::{FleetPause, GetFleetRequest, PauseFleetRequest, ResumeFleetRequest};

use crate::{
    args::{FleetCommand, FleetParts},
    error::Error,
    exit::Exit,
    output::Output,
    table,
};

/// Shows the fleet, or pauses and resumes it.
pub(crate) async fn run(
    client: &Client,
    command: Option<FleetCommand>,
    output: &mut Output,
) -> Result<Exit, Error> {
    match command {
        None => show(client, output).await?,
        Some(FleetCommand::Pause { parts, note }) => {
            let paused = pause(client, parts, note).await?;
            show_pause(paused, output)?;
        }
        Some(FleetCommand::Resume { parts }) => {
            let paused = resume(client, parts).await?;
            show_pause(paused, output)?;
        }
    }
    Ok(Exit::Success)
}

async fn show(client: &Client, output: &mut Output) -> Result<(), Error> {
    let failed = client.failed(Service::Results);
    let answer = client
        .results()
        .await?
        .get_fleet(GetFleetRequest {})
        .await
        .map_err(failed)?
        .into_inner();
    let view = FleetView::from(&answer);
    output.answer(&view, |look| table::fleet(&view, look))
}

async fn pause(client: &Client, parts: FleetParts, note: String) -> Result<Option<FleetPause>, Error> {
    let request = PauseFleetRequest {
        schedules: parts.schedules,
        removals: parts.removals,
        note,
    };
    let answer = client.scheduler().await?.pause_fleet(request).await;
    Ok(answer
        .map_err(client.failed(Service::Scheduler))?
        .into_inner()
        .pause)
}

async fn resume(client: &Client, parts: FleetParts) -> Result<Option<FleetPause>, Error> {
    let request = ResumeFleetRequest {
        schedules: parts.schedules,
        removals: parts.removals,
    };
    let answer = client.scheduler().await?.resume_fleet(request).await;
    Ok(answer
        .map_err(client.failed(Service::Scheduler))?
        .into_inner()
        .pause)
}

fn show_pause(paused: Option<FleetPause>, output: &mut Output) -> Result<(), Error> {
    let view = PauseView::from(&paused.unwrap_or_default());
    output.answer(&view, |look| table::pause(&view, look))
}
