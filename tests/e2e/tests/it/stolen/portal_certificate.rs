//! A stolen certificate of a portal, and one that is limited to some tenants.

use anyhow::{Result, ensure};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use rollcall_e2e::{Tenant, status::refused, wait};
use rollcall_proto::v1::{Directory, Security, ServerType};
use rollcall_terms::audit::{ACTS, READS};
use rollcall_testbed::{
    LIMITED, PORTAL, StackOptions,
    scripted::{self, Answer, Request, Scripted},
};

use super::{
    traces::Traces,
    walk::{self, Listener, Met, methods},
};
use crate::own::Own;

/// What only operators may call.
const OF_OPERATORS: [&str; 7] = [
    "GetDomainOwner",
    "GetFleet",
    "ListFleetAudit",
    "ListSettings",
    "PauseFleet",
    "ReleaseDomain",
    "ResumeFleet",
];
const BASE: &str = "DC=corp,DC=example";
const USERNAME: &str = "CN=reader";

/// A stack whose portal is no operator.
async fn mere_portal() -> Result<Own> {
    let options = StackOptions::default().set_all("ROLLCALL_ROLES__OPERATOR", "spiffe://rollcall/operator");
    Own::start(options).await
}

/// A directory that takes any password.
async fn accepting() -> Result<Scripted> {
    let play = |request: &Request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        Request::Search(search) => scripted::good(search, BASE, &[], 100),
    };
    Ok(Scripted::start(play).await?)
}

/// Settings that read it with this password.
fn reading(server: &Scripted, password: Option<&str>) -> Directory {
    Directory {
        server_type: ServerType::Other.into(),
        hosts: vec![server.address().ip().to_string()],
        port: server.address().port().into(),
        security: Security::Plaintext.into(),
        bind_username: USERNAME.to_owned(),
        bind_password: password.map(str::to_owned),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    }
}

#[tokio::test]
async fn neither_operators_nor_workers_methods_answer_it() -> Result<()> {
    let own = mere_portal().await?;
    let walked = walk::everywhere(own.stack.endpoints(), PORTAL).await?;
    let wrong: Vec<_> = walked
        .iter()
        .filter(|call| {
            let is_others = call.listener == "reconcile for workers" || OF_OPERATORS.contains(&&*call.method);
            let expected = match (call.is_served, is_others) {
                (true, true) => Met::NotAllowed,
                (true, false) => Met::Answered,
                (false, _) => Met::Unknown,
            };
            call.met != expected
        })
        .collect();
    ensure!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[tokio::test]
async fn one_that_is_limited_to_tenants_reaches_no_other_by_any_method_and_each_try_is_recorded() -> Result<()>
{
    let own = mere_portal().await?;
    let (other, _forest) = own.office("beyond").crowd(2).synced().await?;
    let own_id = "limited-to-this";
    let mut tried = 0_i64;
    for listener in Listener::all(own.stack.endpoints(), LIMITED).await? {
        for method in methods().iter().filter(|method| listener.serves(method)) {
            let Some(request) = walk::about(method, &other.id) else {
                continue;
            };
            if listener.name == "reconcile for workers" || OF_OPERATORS.contains(&method.name()) {
                continue;
            }
            for request in [Some(request), hidden_in_settings(method, own_id, &other.id)]
                .into_iter()
                .flatten()
            {
                tried += 1;
                let refusal = refused(listener.call(method, &request).await);
                assert_eq!(refusal.reason, "TENANT_NOT_ALLOWED", "{}", method.name());
            }
        }
    }
    ensure!(tried > 20, "{tried} calls");
    let recorded = async || {
        let query = "SELECT coalesce(sum(calls), 0)::bigint FROM audit.record
                     WHERE caller = 'spiffe://rollcall/limited' AND outcome = 'TENANT_NOT_ALLOWED'";
        Ok(sqlx::query_scalar::<_, i64>(query)
            .fetch_one(&own.database)
            .await?)
    };
    wait::until("the records", recorded, |recorded| *recorded == tried).await?;
    Ok(())
}

/// A request for one's own tenant whose settings are another's; `None` if the method has no such two.
fn hidden_in_settings(method: &MethodDescriptor, own: &str, other: &str) -> Option<DynamicMessage> {
    let mut request = DynamicMessage::new(method.input());
    method.input().get_field_by_name("tenant_id")?;
    let settings = method.input().get_field_by_name("settings")?;
    request.set_field_by_name("tenant_id", Value::String(own.to_owned()));
    let inner = request.get_field_mut(&settings).as_message_mut()?;
    inner.set_field_by_name("tenant_id", Value::String(other.to_owned()));
    Some(request)
}

/// Everything that a call answered: its messages, or its refusal whole.
async fn answer(listener: &Listener, method: &MethodDescriptor, request: &DynamicMessage) -> Vec<u8> {
    match listener.call(method, request).await {
        Ok(messages) => messages.concat(),
        Err(status) => [status.message().as_bytes(), status.details()].concat(),
    }
}

#[tokio::test]
async fn no_answer_of_any_method_holds_a_password_or_its_seal() -> Result<()> {
    let own = mere_portal().await?;
    let server = accepting().await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "asked").await?;
    let password = format!("Unmistakable-{}", uuid::Uuid::new_v4());
    tenant.put_directory(reading(&server, Some(&password))).await?;
    let run = tenant.sync().await?;
    let seal: Vec<u8> = sqlx::query_scalar("SELECT sealed_credential FROM scheduler.settings")
        .fetch_one(&own.database)
        .await?;
    // Its end is the ciphertext's.
    let seal = &seal[seal.len() - 32..];

    let fill = |request: &mut DynamicMessage| {
        for (name, value) in [
            ("tenant_id", &tenant.id),
            ("run_id", &run.run_id),
            ("address", &tenant.address("ann")),
        ] {
            if request.descriptor().get_field_by_name(name).is_some() {
                request.set_field_by_name(name, Value::String(value.clone()));
            }
        }
    };
    let mut asked = Vec::new();
    for listener in Listener::all(own.stack.endpoints(), PORTAL).await? {
        for method in methods().iter().filter(|method| listener.serves(method)) {
            // With the settings goes what could be shown.
            if method.name() == "DeleteSettings" {
                continue;
            }
            let mut request = DynamicMessage::new(method.input());
            fill(&mut request);
            let answer = answer(&listener, method, &request).await;
            for traces in [Traces::of_text(&password), Traces::of(seal)] {
                let found = traces.found_in(&answer);
                ensure!(found.is_none(), "{} shows a secret: {found:?}", method.name());
            }
            asked.push(method.name().to_owned());
        }
    }
    for name in ACTS.iter().chain(READS).filter(|name| **name != "DeleteSettings") {
        ensure!(asked.iter().any(|asked| asked == name), "{name} was not asked");
    }
    Ok(())
}

/// Settings that would lead the stored password elsewhere, in each way there is.
fn leading_elsewhere(own: &Own, unchanged: &Directory, elsewhere: &Scripted) -> Result<Vec<Directory>> {
    let host = elsewhere.address().ip().to_string();
    Ok(vec![
        Directory {
            hosts: vec![host.clone()],
            port: elsewhere.address().port().into(),
            ..unchanged.clone()
        },
        Directory {
            hosts: [unchanged.hosts.clone(), vec![host.clone()]].concat(),
            ..unchanged.clone()
        },
        Directory {
            port: elsewhere.address().port().into(),
            ..unchanged.clone()
        },
        Directory {
            security: Security::Starttls.into(),
            ..unchanged.clone()
        },
        Directory {
            ca_certificates_pem: own.bed.authority().certificate_pem()?,
            security: Security::Ldaps.into(),
            ..unchanged.clone()
        },
        Directory {
            bind_username: "CN=somebody".to_owned(),
            ..unchanged.clone()
        },
        // An empty password is none.
        Directory {
            hosts: vec![host],
            bind_password: Some(String::new()),
            ..unchanged.clone()
        },
    ])
}

#[tokio::test]
async fn the_stored_password_goes_to_no_other_server_by_a_save_or_a_test() -> Result<()> {
    let own = mere_portal().await?;
    let (server, elsewhere) = (accepting().await?, accepting().await?);
    let tenant = Tenant::registered(own.stack.endpoints(), "elsewhere").await?;
    tenant.put_directory(reading(&server, Some("a password"))).await?;
    let unchanged = reading(&server, None);
    let binds = server.binds();
    for directory in leading_elsewhere(&own, &unchanged, &elsewhere)? {
        let settings = tenant.settings(directory);
        for refusal in [
            refused(tenant.put(settings.clone()).await),
            refused(tenant.test_connection(Some(settings.clone())).await),
        ] {
            let is_refused = ["PASSWORD_REQUIRED", "INVALID_FIELDS"].contains(&refusal.reason.as_str());
            ensure!(is_refused, "{settings:?}: {refusal:?}");
        }
    }
    assert_eq!((server.binds(), elsewhere.requests().len()), (binds, 0));

    // What leads it nowhere else changes without it, and the password still goes where it went.
    let narrower = Directory {
        filter: "(cn=a*)".to_owned(),
        attributes: vec!["mail".to_owned()],
        ..unchanged
    };
    tenant.put_directory(narrower).await?;
    tenant.sync().await?;
    ensure!(server.binds() > binds);
    assert!(elsewhere.requests().is_empty());
    ensure_recorded(&own, &tenant).await
}

/// What was tried and what was done is recorded, with who did it.
async fn ensure_recorded(own: &Own, tenant: &Tenant) -> Result<()> {
    let wanted = [
        ("PutDomains", "OK"),
        ("PutSettings", "OK"),
        ("PutSettings", "PASSWORD_REQUIRED"),
        ("SyncNow", "OK"),
        ("TestConnection", "PASSWORD_REQUIRED"),
    ];
    let recorded = async || {
        let query = "SELECT DISTINCT method, outcome FROM audit.record
                     WHERE tenant_id = $1 AND caller = $2";
        let recorded: Vec<(String, String)> = sqlx::query_as(query)
            .bind(&tenant.id)
            .bind(PORTAL)
            .fetch_all(&own.database)
            .await?;
        Ok(recorded)
    };
    let has_all = |recorded: &Vec<(String, String)>| {
        wanted.iter().all(|(method, outcome)| {
            recorded
                .iter()
                .any(|(m, o)| (m.as_str(), o.as_str()) == (*method, *outcome))
        })
    };
    wait::until("the records", recorded, has_all).await?;
    Ok(())
}
