//! What real directories hold, kind by kind.
//!
//! A test writes its directory as LDIF below [`BASE`], with addresses in the domains of [`DOMAINS`]. Each test gets a
//! tenant, domains and a unit of its own; the names are translated on the way in and out, so that a test reads as if
//! it were the only one.

mod copies;
mod dropped_domains;
mod first_look;
mod hints;
mod kinds;
mod new_accounts;
mod permitted;
mod prefixes;
mod refusals;
mod roots;
mod sentences;
mod steady;
mod turns;
mod unseen;

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Tenant};
use rollcall_proto::v1::{Account, Directory, NewUsers, Reason, Row, Run, RunState, Security, Settings};
use rollcall_testbed::{
    Bed,
    directory::ldif::{self, Entry},
    scripted::Scripted,
    tree::{Tree, TreeServer},
};

/// The base under which a test writes its entries.
pub(crate) const BASE: &str = "DC=corp,DC=example";
/// The tenant's domains as a test writes them: two real ones, and an alias of the first.
pub(crate) const DOMAINS: [&str; 3] = ["corp.example", "brand.example", "corp-alias.example"];

/// A tenant that owns [`DOMAINS`] under names of its own.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) tenant: Tenant,
    /// How its directory is read.
    pub(crate) directory: Directory,
    base: String,
}

/// The unit in which [`person`] puts people.
pub(crate) const STAFF: &str =
    "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";

/// A person of OpenLDAP in [`STAFF`], with further lines of LDIF.
pub(crate) fn person(name: &str, lines: &[&str]) -> String {
    format!(
        "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
         cn: {name}\nsn: {name}\n{}\n\n",
        lines.join("\n")
    )
}

/// A person whose `proxyAddresses` are these.
pub(crate) fn addressed(name: &str, values: &[&str]) -> String {
    let lines: Vec<_> = values
        .iter()
        .map(|value| format!("proxyAddresses: {value}"))
        .collect();
    person(name, &lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A run that has ended, in the names that a test writes.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) run: Run,
    pub(crate) rows: Vec<Row>,
}

impl Field {
    /// A tenant on the shared stack that has no directory yet.
    pub(crate) async fn new(word: &str) -> Result<Self> {
        let tenant = Tenant::registered(Bed::attach()?.endpoints()?, word).await?;
        let field = Self {
            tenant,
            directory: Directory::default(),
            base: BASE.to_owned(),
        };
        let [corp, brand, alias] = DOMAINS.map(|domain| field.named(domain));
        field
            .tenant
            .put_domains(&[(&corp, ""), (&brand, ""), (&alias, &corp)])
            .await?;
        Ok(field)
    }

    /// The same, with these entries in a unit of OpenLDAP. Settings are saved.
    pub(crate) async fn in_openldap(word: &str, ldif: &str) -> Result<(Self, Forest)> {
        let field = Self::new(word).await?;
        let forest = Forest::in_openldap(&Bed::attach()?, &field.tenant.id).await?;
        field.furnished(forest, ldif).await
    }

    /// The same, in a unit of Active Directory.
    pub(crate) async fn in_active_directory(word: &str, ldif: &str) -> Result<(Self, Forest)> {
        let field = Self::new(word).await?;
        let forest = Forest::in_active_directory(&Bed::attach()?, &field.tenant.id).await?;
        field.furnished(forest, ldif).await
    }

    /// Reads a scripted directory from here on. Settings are saved.
    pub(crate) async fn reading(self, directory: &Scripted) -> Result<Self> {
        let field = Self {
            directory: Directory {
                hosts: vec![directory.address().ip().to_string()],
                port: directory.address().port().into(),
                security: Security::Plaintext.into(),
                bind_username: "cn=reader".to_owned(),
                bind_password: Some("secret".to_owned()),
                search_bases: vec![BASE.to_owned()],
                ..Directory::default()
            },
            ..self
        };
        field.save(|_| ()).await?;
        Ok(field)
    }

    async fn furnished(self, forest: Forest, ldif: &str) -> Result<(Self, Forest)> {
        let field = Self {
            directory: forest.settings(),
            base: forest.base().to_owned(),
            ..self
        };
        field.load(&forest, ldif).await?;
        field.save(|_| ()).await?;
        Ok((field, forest))
    }

    /// Adds entries.
    pub(crate) async fn load(&self, forest: &Forest, ldif: &str) -> Result<()> {
        for entry in self.entries(ldif)? {
            forest.add_raw(&entry).await?;
        }
        Ok(())
    }

    /// Entries with the tenant's own names.
    pub(crate) fn entries(&self, ldif: &str) -> Result<Vec<Entry>> {
        let entries = ldif::parse(ldif)?.into_iter().map(|entry| Entry {
            dn: self.named(&entry.dn),
            attributes: entry
                .attributes
                .into_iter()
                .map(|(name, value)| (name, self.translate(&value, Way::In)))
                .collect(),
        });
        Ok(entries.collect())
    }

    /// A text of the test with the tenant's own names.
    pub(crate) fn named(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.translate(text.as_bytes(), Way::In)).into_owned()
    }

    /// A text about the tenant with the names that the test writes.
    pub(crate) fn shown(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.translate(text.as_bytes(), Way::Out)).into_owned()
    }

    fn translate(&self, text: &[u8], way: Way) -> Vec<u8> {
        let domain = &self.tenant.domain;
        let [corp, brand, alias] = DOMAINS.map(str::to_owned);
        // The longer names of the tenant's come first: they end in its first domain.
        let pairs = [
            (brand, self.tenant.subdomain("brand")),
            (alias, self.tenant.subdomain("corp-alias")),
            ("Corp.Example".to_owned(), domain.to_uppercase()),
            (corp, domain.clone()),
            (BASE.to_owned(), self.base.clone()),
        ];
        pairs
            .into_iter()
            .fold(text.to_vec(), |text, (test, own)| match way {
                Way::In => replaced(&text, test.as_bytes(), own.as_bytes()),
                Way::Out => replaced(&text, own.as_bytes(), test.as_bytes()),
            })
    }

    /// Settings that read the directory, with HSR and a welcome for new users.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            new_users: Some(NewUsers {
                send_hsr: true,
                send_welcome: true,
                limit_accounts: None,
            }),
            ..self.tenant.settings(self.directory.clone())
        }
    }

    /// Saves [`Self::settings`] with a change.
    pub(crate) async fn save(&self, change: impl FnOnce(&mut Settings)) -> Result<Settings> {
        let mut settings = self.settings();
        change(&mut settings);
        Ok(self.tenant.put(settings).await?)
    }

    /// Syncs to the end, whatever that is.
    pub(crate) async fn sync(&self) -> Result<Decided> {
        let run_id = self.tenant.start_sync().await?;
        self.ended(&run_id).await
    }

    /// Previews to the end, whatever that is.
    pub(crate) async fn preview(&self) -> Result<Decided> {
        let run_id = self.tenant.start_preview().await?;
        self.ended(&run_id).await
    }

    /// Follows a run to its end.
    pub(crate) async fn ended(&self, run_id: &str) -> Result<Decided> {
        let run = self.tenant.ended(run_id).await?;
        // Only a run that was decided has rows.
        let rows = match run.state() {
            RunState::Failed | RunState::Cancelled => Vec::new(),
            _ => self.tenant.rows(run_id).await?,
        };
        let rows = rows.into_iter().map(|row| Row {
            address: self.shown(&row.address),
            primary_address: self.shown(&row.primary_address),
            directory_primary: self.shown(&row.directory_primary),
            object_dn: self.shown(&row.object_dn),
            other: self.shown(&row.other),
            ..row
        });
        Ok(Decided {
            run,
            rows: rows.collect(),
        })
    }

    /// The live accounts, sorted: `USER HSR ann@corp.example PRIMARY, al@corp.example ALIAS`.
    pub(crate) async fn accounts(&self) -> Result<Vec<String>> {
        let mut accounts: Vec<_> = self
            .tenant
            .accounts()
            .await?
            .iter()
            .map(|account| self.account_line(account))
            .collect();
        accounts.sort();
        Ok(accounts)
    }

    fn account_line(&self, account: &Account) -> String {
        let kind = account.r#type().as_str_name().trim_start_matches("OBJECT_TYPE_");
        let hsr = if account.hsr_enabled { " HSR" } else { "" };
        let mut addresses: Vec<_> = account
            .addresses
            .iter()
            .map(|address| {
                let kind = address.address_type();
                let word = kind.as_str_name().trim_start_matches("ADDRESS_TYPE_");
                (kind, format!("{} {word}", self.shown(&address.address)))
            })
            .collect();
        addresses.sort();
        let addresses: Vec<_> = addresses.into_iter().map(|(_, address)| address).collect();
        format!("{kind}{hsr} {}", addresses.join(", "))
    }
}

/// A scripted tree below [`BASE`] of people who each have these values of `proxyAddresses`.
pub(crate) fn tree(field: &Field, people: &[(&str, &[&str])]) -> Tree {
    let tree = Tree::new()
        .context(BASE)
        .root_dse("supportedCapabilities", b"1.2.840.113556.1.4.800");
    people
        .iter()
        .enumerate()
        .fold(tree, |tree, (number, (name, values))| {
            let id = format!("11111111-2222-4333-8444-{number:012}");
            let values: Vec<_> = values.iter().map(|value| field.named(value)).collect();
            let mut attributes: Vec<(&str, &[u8])> =
                vec![("objectClass", b"user"), ("entryUUID", id.as_bytes())];
            attributes.extend(values.iter().map(|value| ("proxyAddresses", value.as_bytes())));
            tree.entry(&format!("CN={name},{BASE}"), &attributes)
        })
}

/// How a scripted server is read, in clear.
pub(crate) fn served_by(server: &TreeServer) -> Directory {
    Directory {
        hosts: vec![server.address().ip().to_string()],
        port: server.address().port().into(),
        security: Security::Plaintext.into(),
        bind_username: "CN=reader".to_owned(),
        bind_password: Some("secret".to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    }
}

impl Decided {
    /// The rows, sorted: `ann@corp.example ADD NEW_ACCOUNT`; without the third word where there is no reason.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.rows.iter().map(line).collect();
        lines.sort();
        lines
    }

    /// The one row of an address.
    pub(crate) fn row(&self, address: &str) -> Result<&Row> {
        let mut rows = self.rows.iter().filter(|row| row.address == address);
        let row = rows.next().with_context(|| format!("{address} has no row"))?;
        anyhow::ensure!(rows.next().is_none(), "{address} has several rows");
        Ok(row)
    }

    /// Numbers of claims that are left out, as `2 INVALID_ADDRESS`.
    pub(crate) fn skipped(&self) -> Vec<String> {
        let counts = self.run.skipped.iter();
        counts
            .map(|count| {
                let reason = count.reason().as_str_name().trim_start_matches("REASON_");
                format!("{} {reason}", count.claims)
            })
            .collect()
    }

    /// The failure's code; empty if the run did not fail.
    pub(crate) fn failure(&self) -> &str {
        self.run.failure.as_ref().map_or("", |failure| &failure.code)
    }
}

fn line(row: &Row) -> String {
    let verdict = row.verdict().as_str_name().trim_start_matches("VERDICT_");
    match row.reason() {
        Reason::Unspecified => format!("{} {verdict}", row.address),
        reason => {
            let reason = reason.as_str_name().trim_start_matches("REASON_");
            format!("{} {verdict} {reason}", row.address)
        }
    }
}

/// Direction of a translation.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Into the tenant's own names.
    In,
    /// Into the names that the test writes.
    Out,
}

/// A text of any bytes with each occurrence of a word replaced.
fn replaced(text: &[u8], word: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(word) {
            out.extend(by);
            rest = after;
        } else {
            out.push(first);
            rest = tail;
        }
    }
    out
}
