//! Lists that come in pages.

use crate::Error;

/// The largest page that the services give.
const LARGEST_PAGE: i32 = 1000;

/// The fetched part of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Fetched<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// There are more entries.
    pub more: bool,
}

/// Fetches pages until so many entries or the end; `page` is given a page size and token, and returns entries and the
/// next token.
pub async fn fetch<T>(
    most: Option<u32>,
    mut page: impl AsyncFnMut(i32, String) -> Result<(Vec<T>, String), Error>,
) -> Result<Fetched<T>, Error> {
    let mut left = most.map_or(usize::MAX, |most| most as usize);
    let mut entries = Vec::new();
    let mut token = String::new();
    loop {
        let size = i32::try_from(left).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
        let (found, next) = page(size, token).await?;
        left = left.saturating_sub(found.len());
        entries.extend(found);
        if next.is_empty() || left == 0 {
            return Ok(Fetched {
                entries,
                more: !next.is_empty(),
            });
        }
        token = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of_2500(most: Option<u32>) -> (usize, bool, Vec<i32>) {
        let mut sizes = Vec::new();
        let fetched = fetch(most, async |size, token: String| {
            sizes.push(size);
            let from: i32 = token.parse().unwrap_or(0);
            let to = (from + size).min(2500);
            Ok((
                (from..to).collect(),
                if to == 2500 { String::new() } else { to.to_string() },
            ))
        })
        .await
        .unwrap();
        (fetched.entries.len(), fetched.more, sizes)
    }

    #[tokio::test]
    async fn a_limit_is_kept_across_pages() {
        assert_eq!(of_2500(Some(1200)).await, (1200, true, vec![1000, 200]));
        assert_eq!(of_2500(Some(10)).await, (10, true, vec![10]));
    }

    #[tokio::test]
    async fn all_is_all() {
        assert_eq!(of_2500(None).await, (2500, false, vec![1000, 1000, 1000]));
    }
}
