//! `rollcall settings`.

mod edit;
mod password;

use rollcall_client::{
    Client, Error as Call, Service, fetch,
    view::{DeletedView, SettingsList, SettingsView},
};
use rollcall_proto::v1::{
    DeleteSettingsRequest, GetSettingsRequest, ListSettingsRequest, PutSettingsRequest,
    ResumeScheduleRequest, Settings,
};
use tonic::Code;

use crate::{
    args::{DirectoryServer, PasswordSource, Put, SettingsCommand},
    confirm::{Consent, ask},
    error::Error,
    exit::Exit,
    output::{Output, note},
    table::{self, Shown},
};

/// Puts, shows, deletes or lists settings.
pub(crate) async fn run(
    client: &Client,
    command: SettingsCommand,
    output: &mut Output,
) -> Result<Exit, Error> {
    match command {
        SettingsCommand::Put(put) => self::put(client, &put, output).await?,
        SettingsCommand::Show { tenant } => {
            let settings = get(client, &tenant).await?;
            show(&settings, output)?;
        }
        SettingsCommand::Delete { tenant, confirmed } => {
            return delete(client, tenant, confirmed.yes, output).await;
        }
        SettingsCommand::List { limit } => list(client, limit, output).await?,
    }
    Ok(Exit::Success)
}

/// Changes given fields of the settings as they are, or of new ones. The etag keeps others' changes from being lost.
async fn put(client: &Client, put: &Put, output: &mut Output) -> Result<(), Error> {
    let before = saved(client, &put.tenant).await?;
    let mut settings = edit::apply(put, before.clone())?;
    let needed = edit::needs_password(before.as_ref(), &settings);
    if let Some(directory) = &mut settings.directory {
        directory.bind_password = password::read(&put.password, needed)?;
    }
    let failed = client.failed(Service::Scheduler);
    let request = PutSettingsRequest {
        settings: Some(settings),
    };
    let answer = client
        .scheduler()
        .await?
        .put_settings(request)
        .await
        .map_err(failed)?
        .into_inner();
    show(&stored(answer.settings)?, output)
}

/// Ends a pause of a tenant's schedule.
pub(crate) async fn resume(client: &Client, tenant: String, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Scheduler);
    let request = ResumeScheduleRequest { tenant_id: tenant };
    let answer = client
        .scheduler()
        .await?
        .resume_schedule(request)
        .await
        .map_err(failed)?
        .into_inner();
    let view = SettingsView::from(&stored(answer.settings)?);
    output.answer(&view, |look| table::resumed(&view, look))?;
    Ok(Exit::Success)
}

/// The settings to test: the saved ones with the given changes, or `None` to test the saved ones as they are.
pub(crate) async fn to_test(
    client: &Client,
    tenant: &str,
    server: &DirectoryServer,
    password: &PasswordSource,
) -> Result<Option<Settings>, Error> {
    if *server == DirectoryServer::default() && *password == PasswordSource::default() {
        return Ok(None);
    }
    let before = saved(client, tenant).await?;
    let mut settings = edit::with_server(server, before.clone(), tenant)?;
    let needed = edit::needs_password(before.as_ref(), &settings);
    if let Some(directory) = &mut settings.directory {
        directory.bind_password = password::read(password, needed)?;
    }
    Ok(Some(settings))
}

/// The settings as they are, if there are any.
pub(crate) async fn saved(client: &Client, tenant: &str) -> Result<Option<Settings>, Error> {
    match get(client, tenant).await {
        Ok(settings) => Ok(Some(settings)),
        Err(Error::Call(Call::Refused { status, .. })) if status.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn get(client: &Client, tenant: &str) -> Result<Settings, Error> {
    let failed = client.failed(Service::Scheduler);
    let request = GetSettingsRequest {
        tenant_id: tenant.to_owned(),
    };
    stored(
        client
            .scheduler()
            .await?
            .get_settings(request)
            .await
            .map_err(failed)?
            .into_inner()
            .settings,
    )
}

fn stored(settings: Option<Settings>) -> Result<Settings, Error> {
    settings.ok_or(Error::incomplete(Service::Scheduler, "the settings"))
}

fn show(settings: &Settings, output: &mut Output) -> Result<(), Error> {
    let view = SettingsView::from(settings);
    output.answer(&view, |look| table::settings(&view, look))
}

/// Deletes the settings that the person was asked about, and none that somebody has saved since.
async fn delete(client: &Client, tenant: String, yes: bool, output: &mut Output) -> Result<Exit, Error> {
    let asked = get(client, &tenant).await?;
    let question = format!(
        "Delete the settings of {tenant}? Its schedule, waiting runs and password go with them: the password cannot be \
         brought back. Its accounts stay."
    );
    if ask(&question, yes)? == Consent::Refused {
        note("Not deleted.");
        return Ok(Exit::Refused);
    }
    let failed = client.failed(Service::Scheduler);
    let request = DeleteSettingsRequest {
        tenant_id: tenant.clone(),
        etag: asked.etag,
    };
    client
        .scheduler()
        .await?
        .delete_settings(request)
        .await
        .map_err(failed)?;
    let view = DeletedView {
        tenant_id: tenant,
        deleted: true,
    };
    output.answer(&view, |_| {
        format!(
            "Deleted the settings of {}, with its schedule and waiting runs. The password is gone: new settings need it \
             again. Its accounts stay.",
            view.tenant_id
        )
    })?;
    Ok(Exit::Success)
}

async fn list(client: &Client, limit: crate::args::Limit, output: &mut Output) -> Result<(), Error> {
    let failed = client.failed(Service::Scheduler);
    let mut scheduler = client.scheduler().await?;
    let fetched = fetch(limit.most(), async |page_size, page_token| {
        let request = ListSettingsRequest {
            page_size,
            page_token,
        };
        let page = scheduler
            .list_settings(request)
            .await
            .map_err(&failed)?
            .into_inner();
        Ok((page.settings, page.next_page_token))
    })
    .await?;
    let settings = fetched.entries.iter().map(SettingsView::from).collect();
    let view = SettingsList {
        settings,
        more: fetched.more,
    };
    output.answer(&view, |look| {
        Shown::from(table::settings_list(&view.settings, look)).with(table::and_more(view.more))
    })
}
