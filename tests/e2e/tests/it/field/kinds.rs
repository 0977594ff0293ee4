//! Kinds of objects: what they are taken for, and who gets HSR and a welcome.

use anyhow::{Context, Result, ensure};
use rollcall_proto::v1::{BuildFilterRequest, ObjectType, Reason, RunState, Selection, Settings, Verdict};

use super::Field;

const STAFF: &str = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";

/// An object of OpenLDAP in the unit Staff, with these further lines of LDIF.
fn object(class: &str, name: &str, lines: &str) -> String {
    let must = match class {
        "groupOfNames" => "member: DC=corp,DC=example\n",
        _ => "sn: Somebody\n",
    };
    format!(
        "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: {class}\nobjectClass: mailRecipient\n\
         objectClass: fieldExtra\ncn: {name}\n{must}{lines}\n\n"
    )
}

fn person(name: &str, lines: &str) -> String {
    object("inetOrgPerson", name, lines)
}

fn excluding_disabled(settings: &mut Settings) {
    settings.selection = Some(Selection {
        exclude_disabled: true,
        ..Selection::default()
    });
}

fn of_types(types: &[ObjectType]) -> Selection {
    Selection {
        object_types: types.iter().copied().map(Into::into).collect(),
        ..Selection::default()
    }
}

#[tokio::test]
async fn linked_mailboxes_are_imported_although_disabled_users_are_excluded() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &person(
            "Hal Jost",
            "proxyAddresses: SMTP:hal.jost@corp.example\nuserAccountControl: 514\nmsExchRecipientTypeDetails: 2",
        )
        + &person(
            "Ida Kern",
            "proxyAddresses: SMTP:ida.kern@corp.example\nproxyAddresses: smtp:ik@corp.example\n\
             userAccountControl: 66050\nmsExchRecipientTypeDetails: 2",
        )
        + &person(
            "Left Long",
            "proxyAddresses: SMTP:left@corp.example\nuserAccountControl: 514\nmsExchRecipientTypeDetails: 1",
        );
    let (field, _) = Field::in_openldap("linked", &ldif).await?;
    field.save(excluding_disabled).await?;
    let sync = field.sync().await?;
    assert_eq!(
        sync.lines(),
        [
            "hal.jost@corp.example ADD NEW_ACCOUNT",
            "ida.kern@corp.example ADD NEW_ACCOUNT",
            "ik@corp.example ADD NEW_ACCOUNT",
            "left@corp.example SKIP DISABLED_EXCLUDED",
        ]
    );
    assert_eq!(sync.run.counts.context("counts")?.welcomes, 2);
    assert_eq!(
        field.accounts().await?,
        [
            "USER HSR hal.jost@corp.example PRIMARY",
            "USER HSR ida.kern@corp.example PRIMARY, ik@corp.example ALIAS",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_mailbox_made_shared_in_the_cloud_is_a_shared_mailbox_and_a_room_is_a_resource() -> Result<()> {
    let mailbox = |name: &str, local: &str, remote: &str| {
        person(
            name,
            &format!(
                "proxyAddresses: SMTP:{local}@corp.example\nuserAccountControl: 514\n\
                 msExchRecipientTypeDetails: 2147483648\nmsExchRemoteRecipientType: {remote}"
            ),
        )
    };
    let ldif = STAFF.to_owned()
        + &mailbox("Info Desk", "info", "100")
        + &mailbox("Sales Desk", "sales", "97")
        + &mailbox("Room 3", "room3", "33")
        + &mailbox("Projector", "projector", "68")
        + &mailbox("Gone User", "gone", "4");
    let (field, _) = Field::in_openldap("cloud", &ldif).await?;
    field.save(excluding_disabled).await?;
    let sync = field.sync().await?;
    assert_eq!(
        sync.lines(),
        [
            "gone@corp.example SKIP DISABLED_EXCLUDED",
            "info@corp.example ADD NEW_ACCOUNT",
            "projector@corp.example ADD NEW_ACCOUNT",
            "room3@corp.example ADD NEW_ACCOUNT",
            "sales@corp.example ADD NEW_ACCOUNT",
        ]
    );
    assert_eq!(sync.run.counts.context("counts")?.welcomes, 0);
    assert_eq!(
        field.accounts().await?,
        [
            "RESOURCE projector@corp.example PRIMARY",
            "RESOURCE room3@corp.example PRIMARY",
            "SHARED_MAILBOX info@corp.example PRIMARY",
            "SHARED_MAILBOX sales@corp.example PRIMARY",
        ]
    );
    Ok(())
}

fn lists_and_rooms() -> String {
    STAFF.to_owned()
        + &object(
            "groupOfNames",
            "Rooms North",
            "proxyAddresses: SMTP:rooms.north@corp.example\nmsExchRecipientTypeDetails: 268435456",
        )
        + &object(
            "groupOfNames",
            "Project X",
            "proxyAddresses: SMTP:project.x@corp.example\n\
             proxyAddresses: smtp:project.x@corp.onmicrosoft.example\nmsExchRecipientTypeDetails: 8796093022208",
        )
        + &person(
            "Room 12",
            "proxyAddresses: SMTP:room12@corp.example\nmsExchRecipientTypeDetails: 2199023255552\n\
             userAccountControl: 514",
        )
        + &person(
            "Some Body",
            "proxyAddresses: SMTP:somebody@corp.example\nuserAccountControl: 512",
        )
}

#[tokio::test]
async fn room_lists_and_groups_of_the_cloud_are_groups_and_linked_rooms_are_resources() -> Result<()> {
    let (field, _) = Field::in_openldap("lists", &lists_and_rooms()).await?;
    let types = [ObjectType::Group, ObjectType::Resource];
    field
        .save(|settings| settings.selection = Some(of_types(&types)))
        .await?;
    let wanted = [
        "project.x@corp.example ADD NEW_ACCOUNT",
        "project.x@corp.onmicrosoft.example SKIP DOMAIN_NOT_REGISTERED",
        "room12@corp.example ADD NEW_ACCOUNT",
        "rooms.north@corp.example ADD NEW_ACCOUNT",
    ];
    let chosen = field.preview().await?;
    let (of_others, of_wanted): (Vec<_>, Vec<_>) = chosen
        .lines()
        .into_iter()
        .partition(|line| line.starts_with("somebody@"));
    assert_eq!(of_wanted, wanted);
    assert_eq!(of_others, ["somebody@corp.example SKIP TYPE_EXCLUDED"]);
    assert_eq!(chosen.run.counts.context("counts")?.welcomes, 0);
    let request = BuildFilterRequest {
        object_types: types.iter().copied().map(Into::into).collect(),
        recipient_types: true,
        ..BuildFilterRequest::default()
    };
    let filter = field.tenant.build_filter(request).await?.filter;
    field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.filter = filter;
            }
        })
        .await?;
    assert_eq!(
        field.sync().await?.lines(),
        wanted,
        "the filter lets exactly these through"
    );
    assert_eq!(
        field.accounts().await?,
        [
            "GROUP project.x@corp.example PRIMARY",
            "GROUP rooms.north@corp.example PRIMARY",
            "RESOURCE room12@corp.example PRIMARY",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn computers_and_managed_service_accounts_are_no_users() -> Result<()> {
    let entry = |class: &str, name: &str, lines: &str| {
        format!(
            "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: {class}\ncn: {name}\n\
             mail: {name}@corp.example\n{lines}\n\n"
        )
    };
    let ldif = STAFF.to_owned()
        + &entry("computer", "scan01", "userAccountControl: 4096")
        + &entry("msDS-ManagedServiceAccount", "svc01", "userAccountControl: 4096")
        + &entry(
            "msDS-GroupManagedServiceAccount",
            "gmsa01",
            "userAccountControl: 4096\nmsDS-ManagedPasswordInterval: 30",
        )
        + &entry("user", "ann", "userAccountControl: 544");
    let (mut field, _) = Field::in_active_directory("machines", &ldif).await?;
    field.directory.attributes = vec!["mail".to_owned()];
    field
        .save(|settings| settings.selection = Some(of_types(&[ObjectType::User])))
        .await?;
    let preview = field.preview().await?;
    assert_eq!(
        preview.lines(),
        [
            "ann@corp.example ADD NEW_ACCOUNT",
            "gmsa01@corp.example SKIP TYPE_EXCLUDED",
            "scan01@corp.example SKIP TYPE_EXCLUDED",
            "svc01@corp.example SKIP TYPE_EXCLUDED",
        ]
    );
    for name in ["gmsa01", "scan01", "svc01"] {
        let row = preview.row(&format!("{name}@corp.example"))?;
        assert_eq!(row.object_type(), ObjectType::Other, "{name}");
    }
    field.save(|_| ()).await?;
    let sync = field.sync().await?;
    assert_eq!(sync.run.counts.context("counts")?.welcomes, 1, "ann's alone");
    assert_eq!(
        field.accounts().await?,
        [
            "OTHER gmsa01@corp.example PRIMARY",
            "OTHER scan01@corp.example PRIMARY",
            "OTHER svc01@corp.example PRIMARY",
            "USER HSR ann@corp.example PRIMARY",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_recipient_type_that_exchange_does_not_have_leaves_the_class_to_decide() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &object(
            "groupOfNames",
            "Tool List",
            "proxyAddresses: SMTP:tools@corp.example\nmsExchRecipientTypeDetails: 3",
        )
        + &person(
            "Una Odd",
            "proxyAddresses: SMTP:una@corp.example\nmsExchRecipientTypeDetails: 6\nuserAccountControl: 512",
        );
    let (field, _) = Field::in_openldap("unknown", &ldif).await?;
    field.sync().await?;
    assert_eq!(
        field.accounts().await?,
        [
            "GROUP tools@corp.example PRIMARY",
            "USER HSR una@corp.example PRIMARY"
        ]
    );
    Ok(())
}

#[tokio::test]
async fn mailboxes_of_exchange_itself_are_never_welcomed() -> Result<()> {
    let mailbox = |name: &str, value: &str| {
        person(
            name,
            &format!("proxyAddresses: SMTP:{name}@corp.example\nmsExchRecipientTypeDetails: {value}"),
        )
    };
    let ldif = STAFF.to_owned()
        + &mailbox("arbitration", "8388608")
        + &mailbox("discovery", "536870912")
        + &mailbox("monitoring", "549755813888")
        + &mailbox("audit", "4398046511104");
    let (field, _) = Field::in_openldap("own-mailboxes", &ldif).await?;
    let sync = field.sync().await?;
    assert_eq!(sync.run.state(), RunState::Succeeded);
    assert_eq!(sync.run.counts.context("counts")?.welcomes, 0);
    for row in &sync.rows {
        ensure!(
            (row.verdict(), row.reason(), row.object_type())
                == (Verdict::Add, Reason::NewAccount, ObjectType::Other),
            "{row:?}"
        );
    }
    assert_eq!(sync.rows.len(), 4);
    Ok(())
}
