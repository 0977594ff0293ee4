//! The answers of each behaviour.

use std::io::Result;
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::time::sleep;

use super::ber::{Search, entry, header, integer, message, page_done, result, seq, text, tlv};
use super::{BASE, Behaviour, Counted, Script};

/// People in one page.
const PAGE: u32 = 1_000;
/// Values in one range.
const RANGE: usize = 1_000;
/// Bytes that an endless answer sends at a time.
const CHUNK: usize = 64 * 1024;
const MEGABYTE: usize = 1024 * 1024;

/// Attributes with their values.
type Attributes = Vec<(String, Vec<Vec<u8>>)>;

/// Answers one request.
pub(super) struct Answers<'a, S> {
    pub out: Counted<'a, S>,
    pub script: &'a Script,
    pub id: u32,
}

impl<S: AsyncWrite + Unpin> Answers<'_, S> {
    pub(super) async fn bind(&mut self) -> Result<()> {
        if self.script.behaviour == Behaviour::HugeBind {
            return self.flood(0x61).await;
        }
        self.out.send(&message(self.id, result(0x61, 0, ""))).await
    }

    /// StartTLS, or "Who am I?": no server of ours has either, and a good one says so.
    pub(super) async fn extended(&mut self) -> Result<()> {
        let said = if self.script.behaviour == Behaviour::HugeStartTls {
            "x".repeat(64 * MEGABYTE)
        } else {
            String::new()
        };
        self.out.send(&message(self.id, result(0x78, 2, &said))).await
    }

    pub(super) async fn search(&mut self, search: &Search) -> Result<()> {
        match (search.base.as_str(), search.only_base) {
            ("", true) => self.root_dse().await,
            (base, true) if base.eq_ignore_ascii_case(BASE) => {
                let attributes = [("objectClass".to_owned(), vec![b"domain".to_vec()])];
                self.out.send(&entry(self.id, BASE, &attributes)).await?;
                self.done(b"").await
            }
            (base, true) => self.again(base, search).await,
            _ => self.page(search).await,
        }
    }

    async fn root_dse(&mut self) -> Result<()> {
        let contexts = if self.script.behaviour == Behaviour::HugeRootDse {
            (0..1_000_000).map(|n| format!("DC=c{n}")).collect()
        } else {
            vec![BASE.to_owned()]
        };
        let attributes = [
            (
                "namingContexts".to_owned(),
                contexts.into_iter().map(String::into_bytes).collect(),
            ),
            (
                "supportedControl".to_owned(),
                vec![b"1.2.840.113556.1.4.319".to_vec()],
            ),
        ];
        self.out.send(&entry(self.id, "", &attributes)).await?;
        self.done(b"").await
    }

    /// A page of the people, and what belongs to the behaviour.
    async fn page(&mut self, search: &Search) -> Result<()> {
        let (number, _) = position(search);
        if number == 0 && self.misbehave().await? {
            return Ok(());
        }
        match self.script.behaviour {
            Behaviour::GrowingCookies => {
                let mut cookie = format!("{} ", number + 1).into_bytes();
                cookie.resize(1_000 << number.min(12), b'c');
                self.person(number).await?;
                return self.done(&cookie).await;
            }
            Behaviour::RepeatedPages => {
                self.person(number.min(1)).await?;
                return self.done(b"1 again").await;
            }
            Behaviour::EmptyPages if number > 0 => {
                return self.done(format!("{} empty", number + 1).as_bytes()).await;
            }
            _ => {}
        }
        let first = number * PAGE;
        for n in first..self.script.people.min(first + PAGE) {
            self.person(n).await?;
        }
        let more = self.script.people > first + PAGE || self.script.behaviour == Behaviour::EmptyPages;
        let cookie = format!("{} page", number + 1);
        let paged = search.cookie.is_some();
        self.done(if more && paged { cookie.as_bytes() } else { b"" })
            .await
    }

    /// Sends the beginning of the first page. Returns true if that is the whole answer.
    async fn misbehave(&mut self) -> Result<bool> {
        match self.script.behaviour {
            Behaviour::Drip(pause) => self.drip(pause).await,
            Behaviour::UnrequestedRanges
            | Behaviour::EndlessRanges
            | Behaviour::StuckRanges
            | Behaviour::RangePerAttribute
            | Behaviour::ManyClaims => {
                let attributes = self.ranges(0);
                self.odd(&attributes).await
            }
            Behaviour::ManyAttributes => {
                let noise = (0..150_000).map(|n| (format!("x{n}"), Vec::new())).collect();
                self.odd(&self.with_address(noise)).await
            }
            Behaviour::LargeUnrequested => {
                let noise = vec![("jpegPhoto".to_owned(), vec![vec![0xff; 1_800_000]])];
                self.odd(&self.with_address(noise)).await
            }
            Behaviour::HugeValue => self.odd(&addresses([vec![b'v'; MEGABYTE]])).await,
            Behaviour::ManyValues => self.odd(&addresses((0..1_000_000).map(|_| b"a".to_vec()))).await,
            Behaviour::LongNames => {
                let name = format!("CN={},{BASE}", "n".repeat(MEGABYTE));
                self.out
                    .send(&entry(self.id, &name, &addresses([self.address("long")])))
                    .await?;
                Ok(false)
            }
            Behaviour::Referrals => {
                let referral = text("ldap://elsewhere.example/");
                let referrals = tlv(0xa3, &referral.repeat(200_000));
                let end = seq(0x65, &[tlv(0x0a, &[0]), text(""), text(""), referrals]);
                self.out.send(&message(self.id, end)).await?;
                Ok(true)
            }
            Behaviour::HugeDiagnostics => {
                let said = "word ".repeat(MEGABYTE / 5);
                self.out.send(&message(self.id, result(0x65, 1, &said))).await?;
                Ok(true)
            }
            Behaviour::Nested => {
                let mut inner = Vec::new();
                for _ in 0..10_000 {
                    inner = tlv(0x30, &inner);
                }
                self.out.send(&message(self.id, tlv(0x64, &inner))).await?;
                Ok(true)
            }
            Behaviour::HugeMessage => self.flood(0x64).await.map(|()| true),
            _ => self.endless().await,
        }
    }

    /// Sends an endless answer. Ends only when the client hangs up.
    async fn endless(&mut self) -> Result<bool> {
        let mut number = 0_u32;
        let mut chunk = Vec::with_capacity(2 * CHUNK);
        loop {
            chunk.clear();
            while chunk.len() < CHUNK {
                let Some(item) = self.endless_item(number) else {
                    return Ok(false);
                };
                chunk.extend(item);
                number += 1;
            }
            self.out.send(&chunk).await?;
        }
    }

    fn endless_item(&self, number: u32) -> Option<Vec<u8>> {
        Some(match self.script.behaviour {
            Behaviour::LargeEntries => {
                let all = (0..9_000).map(|n| self.address(&format!("large{number}-{n:060}")));
                let attributes = addresses(all);
                entry(self.id, &format!("CN=large{number},{BASE}"), &attributes)
            }
            Behaviour::EndlessPage => {
                let attributes = addresses([self.address(&format!("endless{number}"))]);
                entry(self.id, &format!("CN=endless{number},{BASE}"), &attributes)
            }
            Behaviour::EndlessPartials => {
                let ranged = [("proxyAddresses;range=0-0".to_owned(), vec![self.address("x")])];
                entry(self.id, "", &ranged)
            }
            Behaviour::References => {
                let reference = seq(0x73, &[text("ldap://elsewhere.example/DC=corp")]);
                message(self.id, reference)
            }
            Behaviour::Intermediates => message(self.id, tlv(0x79, &[])),
            _ => return None,
        })
    }

    async fn drip(&mut self, pause: Duration) -> Result<bool> {
        for number in 0.. {
            self.person(number).await?;
            sleep(pause).await;
        }
        Ok(true)
    }

    /// The object that misbehaves, asked for again by its name.
    async fn again(&mut self, base: &str, search: &Search) -> Result<()> {
        let (_, first) = position(search);
        let mut attributes = self.ranges(first);
        if first > 0 {
            // The answer to `x;range=1000-*` is only about x.
            let asked = search
                .attributes
                .first()
                .map_or("", |name| name.split(";range=").next().unwrap_or(""));
            attributes.retain(|(name, _)| name.split(";range=").next() == Some(asked));
        }
        self.out.send(&entry(self.id, base, &attributes)).await?;
        self.done(b"").await
    }

    /// The values of an object from this one on.
    fn ranges(&self, first: usize) -> Attributes {
        let last = first + RANGE - 1;
        let values = |from: usize| {
            (from..from + RANGE)
                .map(|n| self.address(&format!("r{n}")))
                .collect()
        };
        match self.script.behaviour {
            Behaviour::EndlessRanges => {
                vec![(format!("proxyAddresses;range={first}-{last}"), values(first))]
            }
            Behaviour::StuckRanges => vec![(format!("proxyAddresses;range=0-{}", RANGE - 1), values(0))],
            Behaviour::UnrequestedRanges => {
                let noise = vec![vec![b'd'; MEGABYTE / RANGE]; RANGE];
                self.with_address(vec![(format!("description;range={first}-{last}"), noise)])
            }
            Behaviour::RangePerAttribute => (0..1_000)
                .map(|n| {
                    let value = self.address(&format!("a{n}-{first}"));
                    (format!("proxyAddresses;x-{n};range={first}-{first}"), vec![value])
                })
                .collect(),
            Behaviour::ManyClaims => addresses((0..10_001).map(|n| self.address(&format!("claim{n}")))),
            _ => addresses([self.address("odd")]),
        }
    }

    /// An entry that misbehaves.
    async fn odd(&mut self, attributes: &Attributes) -> Result<bool> {
        self.out
            .send(&entry(self.id, &format!("CN=odd,{BASE}"), attributes))
            .await?;
        Ok(false)
    }

    fn with_address(&self, mut attributes: Attributes) -> Attributes {
        attributes.extend(addresses([self.address("odd")]));
        attributes
    }

    async fn person(&mut self, number: u32) -> Result<()> {
        let mut guid = [0x5a; 16];
        guid[..4].copy_from_slice(&number.to_be_bytes());
        let attributes = [
            ("objectGUID".to_owned(), vec![guid.to_vec()]),
            ("objectClass".to_owned(), vec![b"user".to_vec()]),
            (
                "proxyAddresses".to_owned(),
                vec![self.address(&format!("p{number}"))],
            ),
        ];
        self.out
            .send(&entry(self.id, &format!("CN=p{number},{BASE}"), &attributes))
            .await
    }

    fn address(&self, local: &str) -> Vec<u8> {
        format!("smtp:{local}@{}", self.script.domain).into_bytes()
    }

    async fn done(&mut self, cookie: &[u8]) -> Result<()> {
        self.out.send(&page_done(self.id, cookie)).await
    }

    /// A message that announces four gigabytes, and sends what it announces.
    async fn flood(&mut self, operation: u8) -> Result<()> {
        let all = u32::MAX as usize;
        let mut begun = header(0x30, all);
        begun.extend(integer(self.id));
        begun.extend(header(operation, all - 20));
        begun.extend(text(format!("CN=flood,{BASE}")));
        self.out.send(&begun).await?;
        let chunk = vec![b'f'; CHUNK];
        for _ in 0..all / CHUNK {
            self.out.send(&chunk).await?;
        }
        Ok(())
    }
}

fn addresses(values: impl IntoIterator<Item = Vec<u8>>) -> Attributes {
    vec![("proxyAddresses".to_owned(), values.into_iter().collect())]
}

/// The page that is asked for, from its cookie, and the first value, from a range.
fn position(search: &Search) -> (u32, usize) {
    let cookie = String::from_utf8_lossy(search.cookie.as_deref().unwrap_or_default()).into_owned();
    let page = cookie.split(' ').next().and_then(|number| number.parse().ok());
    let first = search.attributes.iter().find_map(|name| {
        let (_, range) = name.split_once(";range=")?;
        range.split('-').next()?.parse().ok()
    });
    (page.unwrap_or(0), first.unwrap_or(0))
}
