//! Search bases: whether the server has each, and what they leave out.

use rollcall_domain::sentences::{connection_test::objects as sentences, left_out};
use rollcall_proto::v1::{self, BaseFindings, TestStepKind, test_step::Findings};
use rollcall_terms::left_out as messages;

use super::{
    ask::{SearchAnswer, ask, names_alone},
    steps::{Over, Steps},
};
use crate::source::ldap::{
    connection::Connection, reach::Reach, root_dse::RootDse, search::Query, target::Target,
};

/// Looks for each base of the searches, and returns them.
pub(super) async fn find(
    connection: &mut Connection,
    target: &Target,
    root: &RootDse,
    steps: &mut Steps,
) -> Result<Vec<String>, Over> {
    steps.begin(TestStepKind::Base);
    let bases = match root.bases(&target.bases) {
        Ok(bases) => bases,
        Err(error) => {
            let error = error.at(connection.server());
            return Err(steps.failed(error.sentences(), &error, None).await);
        }
    };
    let is_default = target.bases.is_empty();
    for base in &bases {
        steps.begin(TestStepKind::Base);
        look_for(connection, base, is_default, root, steps).await?;
    }
    Ok(bases)
}

async fn look_for(
    connection: &mut Connection,
    base: &str,
    is_default: bool,
    root: &RootDse,
    steps: &mut Steps,
) -> Result<(), Over> {
    let findings = Findings::Base(BaseFindings {
        dn: base.to_owned(),
        is_default,
    });
    let attributes = names_alone();
    let query = Query::entry(base, &attributes);
    if base.is_empty() {
        // A server shows its root DSE there, whether it searches from the root or not: the count shows that.
        return steps.passed(sentences::ROOT, findings).await;
    }
    let answer = match ask(connection, query, 1).await {
        Ok(answer) => answer,
        Err(error) => SearchAnswer::refused(error),
    };
    if let Some(error) = answer.refusal {
        let error = root.refused(base, error).at(connection.server());
        return Err(steps.failed(error.sentences(), &error, findings).await);
    }
    if answer.names.is_empty() {
        // Objects below it may be visible all the same, and the count shows them.
        steps.warned(sentences::unseen_base(base), findings).await
    } else if is_default {
        steps.passed(sentences::default_base(base), findings).await
    } else {
        steps.passed(sentences::base_exists(base), findings).await
    }
}

/// Shows what the bases leave out, as far as the server says so.
pub(super) async fn left_out(
    connection: &mut Connection,
    bases: &[String],
    mut reach: Reach,
    steps: &mut Steps,
) -> Result<(), Over> {
    steps.begin(TestStepKind::LeftOut);
    if let Err(error) = reach.look_below(bases, connection).await {
        let text = error.sentences();
        return Err(steps.failed(text, &error.at(connection.server()), None).await);
    }
    let left_out = reach.left_out();
    let text = left_out.text();
    let findings = messages::to_message(left_out).map(Findings::LeftOut);
    if let Some(text) = text {
        return steps.warned(text, findings).await;
    }
    let nothing = Findings::LeftOut(v1::LeftOut::default());
    steps.passed(left_out::NOTHING, nothing).await
}
