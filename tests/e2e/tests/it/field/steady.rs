//! Odd directories that have always come out right, and stay so.

mod accounts;
mod objects;
mod reads;
mod values;

use anyhow::Result;

use super::{Decided, Field, STAFF};

/// The rows of a first sync of these people, which must succeed and be settled: a second one changes nothing.
async fn first_sync(word: &str, people: &[String]) -> Result<(Field, Decided)> {
    let (field, _) = Field::in_openldap(word, &(STAFF.to_owned() + &people.concat())).await?;
    let first = field.sync().await?;
    anyhow::ensure!(first.failure().is_empty(), "the sync ended as {:?}", first.run);
    let before = field.accounts().await?;
    let second = field.sync().await?;
    anyhow::ensure!(second.run.unchanged, "the second sync is {:?}", second.run);
    assert_eq!(field.accounts().await?, before);
    Ok((field, first))
}
