//! A breach: one rule broken at one place, as a value; and the bench on which breaches are gathered.

use crate::verdict::code::{Code, Severity};
use crate::yaml::Span;

/// One rule broken at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule.
    pub code: Code,
    /// How much it matters here.
    pub severity: Severity,
    /// The object that breaks it, by its place in the list that was checked.
    pub object: usize,
    /// Where in the object's file.
    pub span: Span,
    /// What is wrong, in one sentence without the path; text from documents is already made printable.
    pub message: String,
    /// How to mend it, where the code's own help does not do.
    pub help: Option<String>,
    /// The other place that has part in it.
    pub related: Option<Related>,
}

/// The other place that has part in a breach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The object, by its place in the list that was checked.
    pub object: usize,
    /// Where in that object's file.
    pub span: Span,
    /// What is there.
    pub message: String,
}

impl Breach {
    pub(super) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn related(&mut self, object: usize, span: Span, message: impl Into<String>) -> &mut Self {
        self.related = Some(Related { object, span, message: message.into() });
        self
    }

    /// Makes it a warning: the cluster takes it all the same.
    pub(super) fn warn(&mut self) -> &mut Self {
        self.severity = Severity::Warning;
        self
    }
}

/// Where breaches are gathered.
#[derive(Debug, Default)]
pub(super) struct Bench {
    breaches: Vec<Breach>,
}

impl Bench {
    /// Adds a breach of the code's own severity and help.
    pub(super) fn say(&mut self, code: Code, object: usize, span: Span, message: impl Into<String>) -> &mut Breach {
        let at = self.breaches.len();
        let message = message.into();
        self.breaches.push(Breach {
            code,
            severity: code.severity(),
            object,
            span,
            message,
            help: None,
            related: None,
        });
        &mut self.breaches[at]
    }

    /// All of them, in the order of their objects and places, each once.
    pub(super) fn sorted(mut self) -> Vec<Breach> {
        self.breaches
            .sort_by(|a, b| (a.object, a.span, a.code, &a.message).cmp(&(b.object, b.span, b.code, &b.message)));
        self.breaches.dedup_by(|a, b| (a.object, a.span, a.code, &a.message) == (b.object, b.span, b.code, &b.message));
        self.breaches
    }
}
