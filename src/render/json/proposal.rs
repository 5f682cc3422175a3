//! A proposal on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report;

/// A commit that is proposed, and not pushed to the branch it is for.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Proposal {
    /// The full name of the branch that holds it.
    #[serde(rename = "ref")]
    reference: String,
    /// What became of it.
    state: Proposed,
    /// The pull or merge request's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    /// Where people look at the request, as the forge says.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// What became of a proposal.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Proposed {
    /// Its request was opened.
    Opened,
    /// Its request was open, and proposes the new commit now.
    Renewed,
    /// It was all there.
    Unchanged,
    /// Its branch holds others' commits and was left alone.
    Kept,
    /// It was not needed any more, and its branch was deleted.
    Removed,
    /// A dry run: nothing was pushed or opened.
    Planned,
}

impl From<&report::Proposal> for Proposal {
    fn from(proposal: &report::Proposal) -> Self {
        let request = proposal.request.as_ref();
        Self {
            reference: proposal.reference.clone(),
            state: match proposal.state {
                report::Proposed::Opened => Proposed::Opened,
                report::Proposed::Renewed => Proposed::Renewed,
                report::Proposed::Unchanged => Proposed::Unchanged,
                report::Proposed::Kept => Proposed::Kept,
                report::Proposed::Removed => Proposed::Removed,
                report::Proposed::Planned => Proposed::Planned,
            },
            number: request.map(|request| request.number),
            url: request.map(|request| request.url.clone()),
        }
    }
}
