//! Reading hhgit's own small YAML files as one document, and saying where in them something is wrong.

use crate::finding::Finding;
use crate::path::RepoPath;
use crate::verdict::code::Code;
use crate::yaml::{Fault, FaultKind, Limits, Lines, Node, Span, parse, split};

/// The one document of a file; none if the file holds nothing.
pub(super) fn single(bytes: &[u8]) -> Result<Option<Node>, Fault> {
    let limits = Limits::default();
    let mut only = None;
    for chunk in split(bytes) {
        let Some(root) = parse(bytes, &chunk, &limits)?.root else { continue };
        if only.is_some() {
            return Err(Fault {
                kind: FaultKind::TrailingContent,
                at: root.span,
                related: None,
                message: "the file holds more than one document".to_owned(),
            });
        }
        only = Some(root);
    }
    Ok(only)
}

/// A file being read, to make findings that point into it.
pub(super) struct Located<'a> {
    bytes: &'a [u8],
    path: &'a RepoPath,
    code: Code,
    lines: Lines,
}

impl<'a> Located<'a> {
    /// For findings of this code about this file.
    pub(super) fn new(bytes: &'a [u8], path: &'a RepoPath, code: Code) -> Self {
        Self { bytes, path, code, lines: Lines::new(bytes) }
    }

    /// A finding at a span.
    pub(super) fn at(&self, span: Span, message: impl Into<String>) -> Finding {
        let mut finding = Finding::new(self.code, self.path.clone(), message);
        finding.place = Some(self.lines.place(self.bytes, span));
        finding
    }

    /// A finding about the file as a whole.
    pub(super) fn whole(&self, message: &str, help: &str) -> Finding {
        let mut finding = Finding::new(self.code, self.path.clone(), message);
        help.clone_into(&mut finding.help);
        finding
    }

    /// A finding about YAML that cannot be read.
    pub(super) fn fault(&self, fault: &Fault) -> Finding {
        self.at(fault.at, format!("it cannot be read: {}", fault.message))
    }
}
