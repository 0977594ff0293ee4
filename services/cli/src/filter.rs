//! `rollcall filter`.

use rollcall_client::{
    Client, Service,
    view::{FilterCheckView, FilterView},
};
use rollcall_proto::v1::{BuildFilterRequest, ObjectType, ValidateFilterRequest};

use crate::{
    args::{BuildFilter, FilterCommand},
    error::Error,
    exit::Exit,
    output::Output,
    table,
};

/// Makes or checks a filter.
pub(crate) async fn run(client: &Client, command: FilterCommand, output: &mut Output) -> Result<Exit, Error> {
    match command {
        FilterCommand::Build(build) => self::build(client, build, output).await,
        FilterCommand::Check { filter, attributes } => check(client, filter, attributes, output).await,
    }
}

async fn build(client: &Client, build: BuildFilter, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Scheduler);
    let request = BuildFilterRequest {
        object_types: build
            .object_types
            .into_iter()
            .map(|given| ObjectType::from(given).into())
            .collect(),
        domains: build.domains,
        filter: build.filter,
        attributes: build.attributes,
        recipient_types: build.recipient_types,
    };
    let answer = client
        .scheduler()
        .await?
        .build_filter(request)
        .await
        .map_err(failed)?
        .into_inner();
    let view = FilterView::from(&answer);
    output.answer(&view, |_| table::filter(&view))?;
    Ok(Exit::Success)
}

async fn check(
    client: &Client,
    filter: String,
    attributes: Vec<String>,
    output: &mut Output,
) -> Result<Exit, Error> {
    let failed = client.failed(Service::Scheduler);
    let request = ValidateFilterRequest {
        filter: filter.clone(),
        attributes,
    };
    let answer = client
        .scheduler()
        .await?
        .validate_filter(request)
        .await
        .map_err(failed)?
        .into_inner();
    let view = FilterCheckView::from(&answer);
    output.answer(&view, |_| table::filter_check(&filter, &view))?;
    Ok(if view.valid { Exit::Success } else { Exit::Refused })
}
