//! Bytes to documents with spans, the way Kubernetes reads YAML.

mod node;

pub use node::{Node, Pair, Span, Value};
