//! Bytes to documents with spans, the way Kubernetes reads YAML.
//!
//! Read in the order that data flows:
//!
//! | file | from | to |
//! |---|---|---|
//! | [`split`](mod@split) | a file's bytes | [`Chunk`]s, by Kubernetes' own separator rule |
//! | `events` | a chunk's bytes | libyaml's events, owned; the project's only unsafe code |
//! | `compose` | events | raw nodes of the first document, anchors found, depth bounded |
//! | `scalar`, `number`, `timestamp`, `base64` | a scalar's text and tag | its value, as go-yaml v2 resolves it |
//! | `resolve` | raw nodes | [`Node`]s: aliases and merge keys followed, keys made texts, duplicates refused |
//! | [`parse`](mod@parse) | a chunk | [`Parsed`] or a [`Fault`], all offsets those of the file |
//! | `simple`, `make`, `watch` | a chunk as nearly all are written | the same, with no events, or with no value either |
//! | [`json`] | a [`Node`] | canonical JSON, by which values are compared |
//! | [`changes`](mod@changes) | two [`Node`]s | the fields in which they differ |
//! | `emit` | a [`Node`] | YAML that is read as the same value |
//! | [`merge`](mod@merge) | two [`Node`]s that came of one | what both sides made of it, or where they contradict |
//! | [`graft`](mod@graft) | a text, another, and a value | the one text with the other's fields in it |
//! | [`lines`] | an offset | line and column |
//!
//! [`limits`] bounds all of it; [`fault`] and `problem` say what is wrong. Nothing here knows of verdicts, git or files.
//!
//! The measure of right and wrong is sigs.k8s.io/yaml's strict decoder on go-yaml v2. Where that picks at random (the
//! keys `1` and `"1"` in one mapping), or reads more than is wise (unbounded aliases), or silently drops what follows a
//! document's end, a document is refused here. Known to be refused though go-yaml reads them, because libyaml does not:
//! `[a:]` and `[-]`, a colon or dash before a closing bracket; a key of more than 1,024 bytes but fewer characters; brackets
//! inside a tag; and a byte order mark that starts a line inside a document.

mod base64;
pub mod changes;
mod compose;
mod emit;
mod events;
pub mod fault;
pub mod graft;
pub mod json;
pub mod limits;
pub mod lines;
mod make;
pub mod merge;
mod node;
mod number;
pub mod parse;
mod problem;
mod resolve;
mod scalar;
mod simple;
pub mod split;
mod timestamp;
mod watch;

pub use changes::{FieldChange, changes};
pub use emit::emit;
pub use events::count as count_events;
pub use fault::{Fault, FaultKind};
pub use json::{canonical_json, same_value};
pub use limits::Limits;
pub use lines::{Lines, line_ends};
pub use node::{Node, Pair, Span, Value};
pub use parse::{Parsed, parse, parse_watched, skim};
pub use split::{Chunk, chunks, separator_comment, split};
pub use watch::{Key, Watch};
