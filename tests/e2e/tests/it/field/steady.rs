//! Odd directories that have always come out right, and stay so.

use anyhow::Result;
use rollcall_proto::v1::RunState;

use super::Field;

const STAFF: &str = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";

/// A person of OpenLDAP with these further lines of LDIF.
fn person(name: &str, lines: &str) -> String {
    format!(
        "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
         cn: {name}\nsn: {name}\n{lines}\n\n"
    )
}

#[tokio::test]
async fn every_user_twice_in_a_domain_and_its_alias_is_one_account() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &person(
            "Tom Pelz",
            "proxyAddresses: SMTP:tom.pelz@corp.example\nproxyAddresses: smtp:tom.pelz@corp-alias.example",
        );
    let (field, _) = Field::in_openldap("alias-domain", &ldif).await?;
    let first = field.sync().await?;
    assert_eq!(first.run.state(), RunState::Succeeded);
    assert_eq!(
        first.lines(),
        [
            "tom.pelz@corp-alias.example ADD NEW_ACCOUNT",
            "tom.pelz@corp.example ADD NEW_ACCOUNT"
        ]
    );
    assert_eq!(
        field.accounts().await?,
        ["USER HSR tom.pelz@corp.example PRIMARY, tom.pelz@corp-alias.example DOMAIN_ALIAS"]
    );
    Ok(())
}
