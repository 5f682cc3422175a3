//! What the fields of each kind may hold: structural schemas, from the built-in ruleset or from CRDs, and judging by them.
//!
//! | file | from | to |
//! |---|---|---|
//! | `builtin/*.txt` | | the schemas of Fabric v0.129, as text made to be read and compared |
//! | `text`, `write` | that text | a [`Schema`], and back |
//! | [`builtin`] | a kind | its built-in [`KindSchema`], read when it is first asked for |
//! | [`crd`] | a CRD | the same, from the cluster's own definition |
//! | [`set`] | both | the [`Schemas`] in force |
//! | [`validate`](mod@validate) | a document and its kind's schema | [`Violation`]s |
//! | [`fit`] | a document as it is read | whether it surely has none of these |
//! | `scalar`, `format`, `metadata`, `words` | | the parts of that |
//!
//! The measure is a create through a cluster's admission: nulls dropped, defaults set, the object taken through Go's types
//! by the mutating webhook, then the schema. So an integer must fit its Go type, which a CRD does not say, and a required
//! field that the webhook fills in may be absent. Rules between fields and between objects are not judged here.

pub mod builtin;
pub mod crd;
pub mod fit;
mod format;
mod metadata;
pub mod model;
mod scalar;
pub mod set;
mod text;
pub mod validate;
mod words;
mod write;

pub use fit::Fit;
pub use model::{KindSchema, Schema};
pub use set::Schemas;
pub use validate::{Violation, ViolationKind, validate};
