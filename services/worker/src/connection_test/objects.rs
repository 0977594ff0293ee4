//! Objects that would be read: their number, and a few of them.

use std::time::Duration;

use ldap3::Scope;
use rollcall_domain::{
    DirectoryObject, Filter, ObjectType,
    hint::users_without_state,
    sentences::connection_test::{StepText, objects as sentences},
};
use rollcall_proto::v1::{CountFindings, ExampleObject, ExamplesFindings, TestStepKind, test_step::Findings};
use rollcall_terms::Twin as _;
use tokio::time::Instant;

use super::{
    ask::names_alone,
    schema::Schema,
    server::ServerFeatures,
    steps::{Over, Steps},
};
use crate::source::{
    collect,
    error::ReadError,
    ldap::{
        bounds::Excess,
        connection::Connection,
        entry::Entry,
        error::{DirectoryError, Operation},
        paging::{EndReason, PagedSearch, Visitor},
        ranges,
        reach::Reach,
        root_dse::RootDse,
        search::Query,
        target::Target,
    },
};

/// So many objects are counted.
const MOST: u32 = 10_000;
/// Time for the count. The objects counted until then are reported.
const COUNTING: Duration = Duration::from_secs(30);
const PAGE: u32 = 1_000;
const EXAMPLES: usize = 3;
/// Of an object with more, so many addresses are shown.
const MAX_ADDRESSES: usize = 100;

/// Result of a count.
#[derive(Debug)]
pub(super) struct Counted {
    objects: u64,
    more: bool,
    /// The first few.
    pub(super) names: Vec<String>,
    /// What was met on the way.
    pub(super) reach: Reach,
}

/// Counts the objects that match below all bases.
pub(super) async fn count(
    connection: &mut Connection,
    target: &Target,
    bases: &[String],
    server: &ServerFeatures,
    steps: &mut Steps,
) -> Result<Counted, Over> {
    steps.begin(TestStepKind::Count);
    let counted = match count_bases(connection, target, bases, &server.root, server.paging).await {
        Ok(counted) => counted,
        Err(error) => {
            let text = error.sentences();
            return Err(steps.failed(text, &error.at(connection.server()), None).await);
        }
    };
    let findings = Findings::Count(CountFindings {
        objects: counted.objects,
        more: counted.more,
    });
    match (counted.objects, counted.more) {
        (0, false) => {
            let text = none_matches(connection, target, bases, server.schema.as_ref()).await;
            steps.warned(text, findings).await?;
        }
        (objects, false) => steps.passed(sentences::matching(objects), findings).await?,
        (objects, true) => {
            steps.passed(sentences::more_matching(objects), findings).await?;
        }
    }
    Ok(counted)
}

async fn count_bases(
    connection: &mut Connection,
    target: &Target,
    bases: &[String],
    root: &RootDse,
    paging: bool,
) -> Result<Counted, DirectoryError> {
    let mut counter = Counter {
        until: Instant::now() + COUNTING,
        objects: 0,
        names: Vec::new(),
        reach: Reach::new(root, bases),
    };
    let mut more = false;
    for (place, base) in bases.iter().enumerate() {
        let ended = count_pages(connection, target, base, paging, &mut counter).await;
        match ended.map_err(|error| root.refused(base, error))? {
            EndReason::Complete if counter.goes_on() => {}
            // Nothing but the last base's own end shows that no further object matches.
            EndReason::Complete => {
                more = place + 1 < bases.len();
                break;
            }
            EndReason::Stopped => {
                more = true;
                break;
            }
            EndReason::SizeLimit => {
                counter.objects = MOST.into();
                more = true;
                break;
            }
        }
    }
    Ok(Counted {
        objects: counter.objects,
        more,
        names: counter.names,
        reach: counter.reach,
    })
}

async fn count_pages(
    connection: &mut Connection,
    target: &Target,
    base: &str,
    paging: bool,
    counter: &mut Counter,
) -> Result<EndReason, DirectoryError> {
    let attributes = names_alone();
    let search = PagedSearch {
        query: Query {
            base,
            scope: Scope::Subtree,
            filter: &target.filter,
            attributes: &attributes,
            operation: Operation::Search,
        },
        target,
        page_size: connection.limits.page_size.min(PAGE),
        size_limit: (!paging).then_some(MOST + 1),
    };
    search.visit(connection, counter).await
}

/// Counts entries up to a number and a time.
struct Counter {
    until: Instant,
    objects: u64,
    /// The first few.
    names: Vec<String>,
    reach: Reach,
}

impl Visitor for Counter {
    async fn take(&mut self, entry: Entry) -> Result<(), DirectoryError> {
        self.objects += 1;
        self.reach.see(&entry.dn);
        // A server that heeds neither page nor limit is not followed to its end.
        if self.objects > u64::from(2 * MOST) {
            return Err(Excess::FewEntries(u64::from(2 * MOST)).into());
        }
        if self.names.len() < EXAMPLES {
            self.names.push(entry.dn);
        }
        Ok(())
    }

    fn refer(&mut self, target: String) {
        self.reach.refer(target);
    }

    fn goes_on(&self) -> bool {
        self.objects < u64::from(MOST) && Instant::now() < self.until
    }
}

/// Advice on what to check. A connection that is lost while the schema is asked for shows in a later step.
async fn none_matches(
    connection: &mut Connection,
    target: &Target,
    bases: &[String],
    schema: Option<&Schema>,
) -> StepText {
    let filter = Filter::parse(&target.filter).ok();
    let asked = filter.as_ref().map(Filter::attributes).unwrap_or_default();
    let names = asked
        .iter()
        .filter(|attribute| !attribute.is_numeric())
        .map(|attribute| attribute.name());
    let unknown = match schema {
        Some(schema) => schema.lacks(names, connection).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let attributes: Vec<_> = target.addresses.iter().map(ToString::to_string).collect();
    let by_group = filter.as_ref().is_some_and(|filter| filter.mentions("memberOf"));
    let text = sentences::none_matches(bases, &attributes, &target.filter, by_group);
    sentences::lacking(text, &unknown)
}

/// Shows the objects of these names as they would be read. Warns if none of them has an address, or if disabled users are
/// to be left out and none of the users among them shows whether it is disabled.
pub(super) async fn examples(
    connection: &mut Connection,
    target: &Target,
    names: &[String],
    exclude_disabled: bool,
    steps: &mut Steps,
) -> Result<(), Over> {
    steps.begin(TestStepKind::Examples);
    let mut read = Vec::with_capacity(names.len());
    for name in names {
        match read_example(connection, name, target).await {
            Ok(Some(object)) => read.push(object),
            // It has gone since the count.
            Ok(None) => {}
            Err(error) => {
                let text = error.code().into();
                return Err(steps.failed(text, &error.at(connection.server()), None).await);
            }
        }
    }
    let cannot_tell = exclude_disabled && hides_state_of_users(&read);
    let no_address = !read.is_empty() && read.iter().all(|object| object.claims.is_empty());
    let objects: Vec<_> = read.into_iter().map(example).collect();
    let message = sentences::examples(objects.len());
    let findings = Findings::Examples(ExamplesFindings { objects });
    if no_address {
        let attributes: Vec<_> = target.addresses.iter().map(ToString::to_string).collect();
        return steps
            .warned(sentences::examples_without_addresses(&attributes), findings)
            .await;
    }
    if cannot_tell {
        return steps.warned(sentences::examples_without_state(), findings).await;
    }
    steps.passed(message, findings).await
}

fn hides_state_of_users(objects: &[DirectoryObject]) -> bool {
    let users = objects
        .iter()
        .filter(|object| object.object_type == ObjectType::User);
    users_without_state(users.map(|user| user.hints)) > 0
}

/// An object as a read takes it, under the same bounds.
async fn read_example(
    connection: &mut Connection,
    name: &str,
    target: &Target,
) -> Result<Option<DirectoryObject>, DirectoryError> {
    let Some(entry) = ranges::whole_if_there(connection, name, target).await? else {
        return Ok(None);
    };
    let object = entry.object(&target.addresses).object;
    collect::check(&object).map_err(ReadError::from)?;
    Ok(Some(object))
}

fn example(object: DirectoryObject) -> ExampleObject {
    let (primary, other): (Vec<_>, Vec<_>) = object.claims.into_iter().partition(|claim| claim.primary);
    let addresses = primary
        .into_iter()
        .chain(other)
        .map(|claim| claim.address.as_str().to_owned());
    ExampleObject {
        dn: object.dn,
        object_type: object.object_type.message().into(),
        addresses: addresses.take(MAX_ADDRESSES).collect(),
        disabled: object.disabled,
    }
}
