//! Rows: `results.run_row`.

use super::*;
use crate::{page::Position, store::RowFilter};

const FIRST: [(&str, &str, Option<&str>); 3] = [
    ("ann@acme.example", "ADD", Some("KEEP")),
    ("bob@acme.example", "ADD", Some("KEEP")),
    ("cyd@acme.example", "SKIP", Some("SKIP")),
];

async fn addresses(ground: &Ground, run: &RunKey, filter: &RowFilter) -> Result<Vec<(String, String)>> {
    let records = ground.store.rows(run, filter, None, 100).await.map_err(refused)?;
    Ok(shown(
        records.into_iter().map(rollcall_proto::v1::Row::from).collect(),
    ))
}

fn shown(rows: Vec<rollcall_proto::v1::Row>) -> Vec<(String, String)> {
    rows.into_iter()
        .map(|row| (row.address.clone(), row.verdict().as_str_name().to_owned()))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(address, verdict)| ((*address).to_owned(), format!("VERDICT_{verdict}")))
        .collect()
}

#[tokio::test]
async fn a_row_has_the_verdict_of_its_run_and_a_steady_one_for_later_runs() -> Result<()> {
    let ground = Ground::new().await?;
    let first = ground.applied(1, &FIRST).await?;
    let second = ground.applied(2, &[("dan@acme.example", "REMOVE", None)]).await?;
    let all = RowFilter::default();
    let expected = [
        ("ann@acme.example", "ADD"),
        ("bob@acme.example", "ADD"),
        ("cyd@acme.example", "SKIP"),
    ];
    assert_eq!(addresses(&ground, &first, &all).await?, pairs(&expected));
    let expected = [
        ("ann@acme.example", "KEEP"),
        ("bob@acme.example", "KEEP"),
        ("cyd@acme.example", "SKIP"),
        ("dan@acme.example", "REMOVE"),
    ];
    assert_eq!(addresses(&ground, &second, &all).await?, pairs(&expected));
    Ok(())
}

#[tokio::test]
async fn rows_are_found_by_verdict_and_by_how_their_address_begins() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.applied(1, &FIRST).await?;
    let skipped = RowFilter {
        verdicts: Some(vec!["SKIP"]),
        ..RowFilter::default()
    };
    assert_eq!(
        addresses(&ground, &run, &skipped).await?,
        pairs(&[("cyd@acme.example", "SKIP")])
    );
    let begins = RowFilter {
        search: "bo".to_owned(),
        ..RowFilter::default()
    };
    assert_eq!(
        addresses(&ground, &run, &begins).await?,
        pairs(&[("bob@acme.example", "ADD")])
    );
    Ok(())
}

#[tokio::test]
async fn a_page_goes_on_after_the_last_row_of_the_one_before() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.applied(1, &FIRST).await?;
    let all = RowFilter::default();
    let mut after: Option<Position> = None;
    let mut read = Vec::new();
    loop {
        let page = ground.store.rows(&run, &all, after, 1).await.map_err(refused)?;
        let Some(last) = page.last() else { break };
        after = Some(last.position());
        read.extend(shown(
            page.into_iter().map(rollcall_proto::v1::Row::from).collect(),
        ));
    }
    assert_eq!(read, addresses(&ground, &run, &all).await?);
    Ok(())
}

#[tokio::test]
async fn a_file_has_the_rows_of_the_pages() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.applied(1, &FIRST).await?;
    let all = RowFilter::default();
    let mut cursor = ground.store.open_rows(&run, &all).await.map_err(refused)?;
    let rows = cursor.next().await.map_err(refused)?;
    assert_eq!(shown(rows), addresses(&ground, &run, &all).await?);
    assert!(cursor.next().await.map_err(refused)?.is_empty());
    Ok(())
}
