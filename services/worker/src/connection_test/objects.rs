//! Objects that would be read: the base, their number, and a few of them.

use std::time::Duration;

use ldap3::Scope;
use rollcall_domain::{
    DirectoryObject,
    sentences::connection_test::{StepText, objects as sentences},
};
use rollcall_proto::v1::{
    BaseFindings, CountFindings, ExampleObject, ExamplesFindings, TestStepKind, test_step::Findings,
};
use rollcall_terms::Twin as _;
use tokio::time::Instant;

use super::{
    ask::{SearchAnswer, ask, names_alone},
    server::ServerFeatures,
    steps::{Over, Steps},
    texts,
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
        search::{ANY, Query},
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

/// Finds the base of the search.
pub(super) async fn base(
    connection: &mut Connection,
    target: &Target,
    features: ServerFeatures,
    steps: &mut Steps,
) -> Result<String, Over> {
    steps.begin(TestStepKind::Base);
    let (dn, is_default) = match (target.base.as_str(), features.default_base) {
        ("", Some(base)) => (base, true),
        ("", None) => {
            let error = DirectoryError::NoSearchBase.at(connection.server());
            return Err(steps.failed(error.code().into(), &error, None).await);
        }
        (base, _) => (base.to_owned(), false),
    };
    let findings = Findings::Base(BaseFindings {
        dn: dn.clone(),
        is_default,
    });
    let attributes = names_alone();
    let query = Query {
        base: &dn,
        scope: Scope::Base,
        filter: ANY,
        attributes: &attributes,
        operation: Operation::Search,
    };
    let answer = match ask(connection, query, 1).await {
        Ok(answer) => answer,
        Err(error) => SearchAnswer::refused(error),
    };
    if let Some(error) = answer.refusal {
        let text = texts::no_base(&dn, &answer.matched, &error);
        let error = error.at(connection.server());
        return Err(steps.failed(text, &error, findings).await);
    }
    if answer.names.is_empty() {
        // Objects below it may be visible all the same, and the count shows them.
        steps.warned(sentences::unseen_base(&dn), findings).await?;
    } else if is_default {
        steps.passed(sentences::default_base(&dn), findings).await?;
    } else {
        steps.passed(sentences::base_exists(&dn), findings).await?;
    }
    Ok(dn)
}

/// Result of a count.
#[derive(Debug)]
struct Counted {
    objects: u64,
    more: bool,
    /// The first few.
    names: Vec<String>,
}

/// Counts the objects that match; returns the names of the first few.
pub(super) async fn count(
    connection: &mut Connection,
    target: &Target,
    base: &str,
    paging: bool,
    steps: &mut Steps,
) -> Result<Vec<String>, Over> {
    steps.begin(TestStepKind::Count);
    let counted = match count_pages(connection, target, base, paging).await {
        Ok(counted) => counted,
        Err(error) => {
            let text = error.code().into();
            return Err(steps.failed(text, &error.at(connection.server()), None).await);
        }
    };
    let findings = Findings::Count(CountFindings {
        objects: counted.objects,
        more: counted.more,
    });
    match (counted.objects, counted.more) {
        (0, false) => steps.warned(none_matches(target, base), findings).await?,
        (objects, false) => steps.passed(sentences::matching(objects), findings).await?,
        (objects, true) => {
            steps.passed(sentences::more_matching(objects), findings).await?;
        }
    }
    Ok(counted.names)
}

async fn count_pages(
    connection: &mut Connection,
    target: &Target,
    base: &str,
    paging: bool,
) -> Result<Counted, DirectoryError> {
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
    let mut counter = Counter {
        until: Instant::now() + COUNTING,
        objects: 0,
        names: Vec::new(),
    };
    let ended = search.visit(connection, &mut counter).await?;
    let Counter { objects, names, .. } = counter;
    Ok(match ended.reason {
        EndReason::Complete => Counted {
            objects,
            more: false,
            names,
        },
        EndReason::Stopped => Counted {
            objects,
            more: true,
            names,
        },
        EndReason::SizeLimit => Counted {
            objects: MOST.into(),
            more: true,
            names,
        },
    })
}

/// Counts entries up to a number and a time.
struct Counter {
    until: Instant,
    objects: u64,
    /// The first few.
    names: Vec<String>,
}

impl Visitor for Counter {
    async fn take(&mut self, entry: Entry) -> Result<(), DirectoryError> {
        self.objects += 1;
        // A server that heeds neither page nor limit is not followed to its end.
        if self.objects > u64::from(2 * MOST) {
            return Err(Excess::FewEntries(u64::from(2 * MOST)).into());
        }
        if self.names.len() < EXAMPLES {
            self.names.push(entry.dn);
        }
        Ok(())
    }

    fn goes_on(&self) -> bool {
        self.objects < u64::from(MOST) && Instant::now() < self.until
    }
}

fn none_matches(target: &Target, base: &str) -> StepText {
    let attributes: Vec<_> = target.addresses.iter().map(ToString::to_string).collect();
    sentences::none_matches(base, &attributes, &target.filter)
}

/// Shows the objects of these names as they would be read.
pub(super) async fn examples(
    connection: &mut Connection,
    target: &Target,
    names: &[String],
    steps: &mut Steps,
) -> Result<(), Over> {
    steps.begin(TestStepKind::Examples);
    let mut objects = Vec::with_capacity(names.len());
    for name in names {
        match read_example(connection, name, target).await {
            Ok(Some(object)) => objects.push(example(object)),
            // It has gone since the count.
            Ok(None) => {}
            Err(error) => {
                let text = error.code().into();
                return Err(steps.failed(text, &error.at(connection.server()), None).await);
            }
        }
    }
    let message = sentences::examples(objects.len());
    steps
        .passed(message, Findings::Examples(ExamplesFindings { objects }))
        .await
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
