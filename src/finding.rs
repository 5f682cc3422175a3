//! A finding: one thing said about one place, as a value; words for machines and people are made of it in render/.

use crate::path::RepoPath;
use crate::verdict::code::{Code, Severity};

/// The namespace of an object that names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// A stretch of a file in lines and columns, both counted from 1, columns in characters; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

/// What a document says it is, as far as it says it well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectRef {
    /// `apiVersion` as written.
    pub api_version: String,
    /// `kind` as written.
    pub kind: String,
    /// The namespace, `default` where absent.
    pub namespace: String,
    /// `metadata.name`; empty where it is missing or no text.
    pub name: String,
}

/// An object as people name it: `VPC/web`, or `VPC/namespace/web` where that is not the usual one.
pub fn object_name(kind: &str, namespace: &str, name: &str) -> String {
    match namespace {
        DEFAULT_NAMESPACE => format!("{kind}/{name}"),
        namespace => format!("{kind}/{namespace}/{name}"),
    }
}

impl ObjectRef {
    /// The object as people name it.
    pub fn called(&self) -> String {
        object_name(&self.kind, &self.namespace, &self.name)
    }
}

/// One thing said about one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The reason.
    pub code: Code,
    /// How much it matters here.
    pub severity: Severity,
    /// The repository path it is about.
    pub path: RepoPath,
    /// The document's number in its file, from 1.
    pub document: Option<u32>,
    /// Where in the file.
    pub place: Option<Place>,
    /// The object it is about.
    pub object: Option<ObjectRef>,
    /// What is wrong, in one sentence without the path; text from documents is already made printable.
    pub message: String,
    /// How to mend it; the code's own help unless this place needs another.
    pub help: String,
    /// The text of the place's first line, without its end, where somebody is to see it.
    pub excerpt: Option<String>,
    /// The other place that has part in it.
    pub related: Option<Related>,
}

/// The other place that has part in a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// The repository path.
    pub path: RepoPath,
    /// Where in the file.
    pub place: Place,
    /// What is there.
    pub message: String,
    /// The text of the place's first line, without its end, where somebody is to see it.
    pub excerpt: Option<String>,
}

impl Finding {
    /// A finding of the code's own severity and help.
    pub fn new(code: Code, path: RepoPath, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            path,
            document: None,
            place: None,
            object: None,
            message: message.into(),
            help: code.help().to_owned(),
            excerpt: None,
            related: None,
        }
    }
}
