//! Values of attributes, and what is read from them.

use anyhow::{Context, Result};
use rollcall_proto::v1::{ListRowsRequest, Verdict};

use super::first_sync;
use crate::field::{addressed, person};

#[tokio::test]
async fn values_of_other_address_spaces_are_counted_and_have_no_rows() -> Result<()> {
    let people = [addressed(
        "Ida Moor",
        &[
            "SMTP:ida.moor@corp.example",
            "X500:/o=Corp/ou=Exchange (FYDIBOHF23SPDLT)/cn=Recipients/cn=ida+2Bmoor",
            "x500:/o=Former \"Corp\"/cn=ida",
            "X400:C=DE;A= ;P=Corp;O=Ex;S=Moor;G=Ida;",
            "SIP:ida.moor@corp.example",
            "eum:4711;phone-context=plan.corp.example",
            "SPO:SPO_ab12@SPO_cd34",
            "MS:CORP/EX/IDA",
            "CCMAIL:Moor, Ida at CORP",
            "NOTES:Ida Moor@corp",
            "FAX:+4989123",
        ],
    )];
    let (_, first) = first_sync("address-spaces", &people).await?;
    assert_eq!(first.lines(), ["ida.moor@corp.example ADD NEW_ACCOUNT"]);
    let counts = first.run.counts.context("counts")?;
    assert_eq!((counts.claims, counts.not_email), (1, 10));
    Ok(())
}

#[tokio::test]
async fn blanks_around_prefix_and_address_are_trimmed_and_one_within_is_an_error() -> Result<()> {
    let people = [person(
        "Jon Vale",
        &[
            // "SMTP: jon.vale@corp.example ", " smtp:jon@corp.example" and "smtp:j.vale@corp.example" with a tab.
            "proxyAddresses:: U01UUDogam9uLnZhbGVAY29ycC5leGFtcGxlIA==",
            "proxyAddresses: smtp :jv@corp.example",
            "proxyAddresses:: IHNtdHA6am9uQGNvcnAuZXhhbXBsZQ==",
            "proxyAddresses:: c210cDpqLnZhbGVAY29ycC5leGFtcGxlCQ==",
            "proxyAddresses: smtp:jon vale@corp.example",
        ],
    )];
    let (field, first) = first_sync("blanks", &people).await?;
    assert_eq!(
        first.lines(),
        [
            "j.vale@corp.example ADD NEW_ACCOUNT",
            "jon vale@corp.example SKIP INVALID_ADDRESS",
            "jon.vale@corp.example ADD NEW_ACCOUNT",
            "jon@corp.example ADD NEW_ACCOUNT",
            "jv@corp.example ADD NEW_ACCOUNT",
        ]
    );
    let account = field.tenant.account_of(&field.named("jv@corp.example")).await?;
    let primary = account.context("an account")?.primary_address;
    assert_eq!(field.shown(&primary), "jon.vale@corp.example");
    Ok(())
}

#[tokio::test]
async fn an_address_without_its_prefix_and_a_prefix_without_an_address_are_shown_as_they_stand() -> Result<()>
{
    let people = [addressed("Kit Nye", &["kit.nye@corp.example", "SMTP:"])];
    let (field, first) = first_sync("no-prefix", &people).await?;
    assert_eq!(
        first.lines(),
        [
            "SMTP: SKIP INVALID_ADDRESS",
            "kit.nye@corp.example SKIP INVALID_ADDRESS"
        ]
    );
    assert!(field.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_list_a_display_name_and_a_quoted_username_are_not_guessed_at() -> Result<()> {
    let people = [addressed(
        "Lil Orr",
        &[
            "SMTP:lil.orr@corp.example",
            "smtp:lo@corp.example;lil@corp.example",
            "smtp:Lil Orr <l.orr@corp.example>",
            "smtp:\"lil orr\"@corp.example",
            "smtp:@corp.example",
        ],
    )];
    let (_, first) = first_sync("no-guess", &people).await?;
    let mut lines = first.lines();
    lines.retain(|line| line != "lil.orr@corp.example ADD NEW_ACCOUNT");
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(
        lines.iter().all(|line| line.ends_with(" SKIP INVALID_ADDRESS")),
        "{lines:?}"
    );
    assert!(
        lines.contains(&"@corp.example SKIP INVALID_ADDRESS".to_owned())
            && lines.contains(&"Lil Orr <l.orr@corp.example> SKIP INVALID_ADDRESS".to_owned()),
        "{lines:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_address_composed_and_decomposed_is_one_and_has_one_owner() -> Result<()> {
    let people = [
        // "SMTP:björn@corp.example", once with U+00F6 and once with o and U+0308.
        person(
            "Bjorn One",
            &["proxyAddresses:: U01UUDpiasO2cm5AY29ycC5leGFtcGxl"],
        ),
        person(
            "Bjorn Two",
            &[
                "proxyAddresses:: U01UUDpiam/MiHJuQGNvcnAuZXhhbXBsZQ==",
                "proxyAddresses: smtp:b2@corp.example",
            ],
        ),
    ];
    let (field, first) = first_sync("nfc", &people).await?;
    assert_eq!(
        first.lines(),
        [
            "b2@corp.example ADD NEW_ACCOUNT",
            "björn@corp.example ADD NEW_ACCOUNT",
            "björn@corp.example SKIP CLAIMED_BY_OTHER_OBJECT",
        ]
    );
    let rows = || {
        first
            .rows
            .iter()
            .filter(|row| row.address == "björn@corp.example")
    };
    let winner = rows()
        .find(|row| row.verdict() == Verdict::Add)
        .context("a winner")?;
    let loser = rows()
        .find(|row| row.verdict() == Verdict::Skip)
        .context("a loser")?;
    assert!(winner.object_id < loser.object_id, "the lower id wins");
    let accounts = field.accounts().await?;
    if winner.object_dn.starts_with("CN=Bjorn Two") {
        assert_eq!(
            accounts,
            ["USER HSR björn@corp.example PRIMARY, b2@corp.example ALIAS"]
        );
    } else {
        assert_eq!(
            accounts,
            [
                "USER HSR b2@corp.example PRIMARY",
                "USER HSR björn@corp.example PRIMARY"
            ]
        );
    }
    Ok(())
}

#[tokio::test]
async fn every_character_of_a_dot_atom_is_accepted_and_a_formula_is_defused_in_the_file() -> Result<()> {
    let people = [addressed(
        "Nan O'Dea",
        &[
            "SMTP:nan.o'dea@corp.example",
            "smtp:q&a@corp.example",
            "smtp:nan~old@corp.example",
            "smtp:nan+tag@corp.example",
            "smtp:=nan@corp.example",
            "smtp:n/o@corp.example",
        ],
    )];
    let (field, first) = first_sync("dot-atom", &people).await?;
    assert_eq!(first.lines().len(), 6);
    assert!(
        first
            .lines()
            .iter()
            .all(|line| line.ends_with(" ADD NEW_ACCOUNT")),
        "{:?}",
        first.lines()
    );
    let row = first.row("=nan@corp.example")?;
    assert_eq!(row.primary_address, "nan.o'dea@corp.example");
    let csv = field.shown(&field.tenant.csv(&first.run.run_id).await?);
    assert!(csv.contains("\r\n'=nan@corp.example,ALIAS,"), "{csv}");
    Ok(())
}

#[tokio::test]
async fn an_asterisk_is_an_address_and_no_pattern() -> Result<()> {
    let people = [
        addressed("Catch All", &["SMTP:*@corp.example"]),
        addressed("Odo Penn", &["SMTP:odo.penn@corp.example"]),
    ];
    let (field, first) = first_sync("asterisk", &people).await?;
    assert_eq!(
        first.lines(),
        [
            "*@corp.example ADD NEW_ACCOUNT",
            "odo.penn@corp.example ADD NEW_ACCOUNT"
        ]
    );
    for (search, found) in [("*", vec!["*@corp.example"]), ("%", vec![]), ("_", vec![])] {
        let request = ListRowsRequest {
            tenant_id: field.tenant.id.clone(),
            run_id: first.run.run_id.clone(),
            search: search.to_owned(),
            ..ListRowsRequest::default()
        };
        let rows = field.tenant.clients.results.clone().list_rows(request).await?;
        let rows = rows.into_inner().rows;
        let addresses: Vec<_> = rows.iter().map(|row| field.shown(&row.address)).collect();
        assert_eq!(addresses, found, "{search}");
    }
    let explained = field.tenant.explain(&field.named("*@corp.example")).await?;
    assert_eq!(explained.rows.len(), 1, "{explained:?}");
    Ok(())
}

#[tokio::test]
async fn an_address_with_a_tag_is_another_than_the_one_without() -> Result<()> {
    let people = [
        addressed("Pat Quin", &["SMTP:pat@corp.example"]),
        addressed(
            "Pat News",
            &["SMTP:pat+news@corp.example", "smtp:p.at@corp.example"],
        ),
    ];
    let (field, first) = first_sync("tags", &people).await?;
    assert_eq!(first.lines().len(), 3);
    assert_eq!(
        field.accounts().await?,
        [
            "USER HSR pat+news@corp.example PRIMARY, p.at@corp.example ALIAS",
            "USER HSR pat@corp.example PRIMARY"
        ]
    );
    Ok(())
}
