//! Domains that leave the portal while the directory goes on using them.

use anyhow::Result;
use rollcall_proto::v1::{HeldReason, Removal, RunState};

use super::Field;

const STAFF: &str = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";

/// A person with an address in each of the tenant's real domains.
fn person(number: u32) -> String {
    format!(
        "dn: CN=user{number},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\n\
         objectClass: mailRecipient\ncn: user{number}\nsn: {number}\n\
         proxyAddresses: SMTP:user{number}@corp.example\nproxyAddresses: smtp:brand{number}@brand.example\n\n"
    )
}

#[tokio::test]
async fn a_held_run_names_the_domain_that_was_dropped_with_the_addresses_that_would_go() -> Result<()> {
    let people: String = (0..3).map(person).collect();
    let (field, _forest) = Field::in_openldap("dropped-domain", &(STAFF.to_owned() + &people)).await?;
    field
        .save(|settings| {
            settings.removal = Some(Removal {
                remove_accounts: true,
                limit_accounts: Some(0),
                ..Removal::default()
            });
        })
        .await?;
    assert_eq!(field.sync().await?.run.state(), RunState::Succeeded);

    let corp = field.named("corp.example");
    field.tenant.put_domains(&[(&corp, "")]).await?;
    let held = field.sync().await?;
    assert_eq!(
        (held.run.state(), held.run.held_reason()),
        (RunState::Held, HeldReason::RemovalLimit)
    );
    let message = field.shown(&held.run.held_message);
    assert!(
        message.contains("Among the causes: brand.example is not registered in the portal (3 addresses)."),
        "{message}"
    );
    Ok(())
}
