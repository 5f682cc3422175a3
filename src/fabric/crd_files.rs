//! What kubectl prints of a cluster's CRDs, as the files of `.hnp/crds/`: Hedgehog's alone, one a file, the spec as it is.

use std::collections::BTreeMap;

use crate::path::RepoPath;
use crate::yaml::{Limits, Lines, Node, Pair, Span, Value, emit, parse, split};

use super::crds::{definition, items};

/// CRDs as files, and how much else there was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CrdFiles {
    /// The files, by the names they have in `.hnp/crds/`.
    pub files: BTreeMap<RepoPath, String>,
    /// How many documents were no CRDs of Hedgehog's.
    pub others: usize,
}

/// Why no CRD is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrdFilesError {
    /// A document is no YAML that Kubernetes reads.
    #[error("line {line}: it cannot be read: {message}; give what kubectl get crds -o yaml prints")]
    Unreadable {
        /// The line.
        line: u32,
        /// What the parser says.
        message: String,
    },
    /// A CRD contradicts itself or says too little.
    #[error("line {line}: {message}; take the CRD as the cluster has it")]
    Bad {
        /// The line.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// The same CRD is there twice, with two specs.
    #[error("line {line}: {file} would be written a second time with another spec; keep one of them")]
    Twice {
        /// The second one's line.
        line: u32,
        /// The file.
        file: RepoPath,
    },
}

impl CrdFiles {
    /// Adds the CRDs of one file or stream.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), CrdFilesError> {
        let lines = Lines::new(bytes);
        let line = |span: Span| lines.position(bytes, span.start).0;
        for chunk in split(bytes) {
            let parsed = parse(bytes, &chunk, &Limits::default())
                .map_err(|fault| CrdFilesError::Unreadable { line: line(fault.at), message: fault.message })?;
            let Some(root) = parsed.root else { continue };
            for node in items(&root) {
                let bad = |span, message| CrdFilesError::Bad { line: line(span), message };
                let kind = match definition(node) {
                    Ok(Some((kind, _))) => kind,
                    Ok(None) => {
                        self.others += 1;
                        continue;
                    }
                    Err(fault) => return Err(bad(fault.at.span, fault.message)),
                };
                let name = format!("{}.{}", kind.plural, kind.group);
                let file = RepoPath::root().join(format!("{name}.yaml").as_bytes());
                let file = file.map_err(|error| bad(node.span, error.to_string()))?;
                let text = emit(&reduced(node, &name))
                    .ok_or_else(|| bad(node.span, format!("{name} has no form that is read as the same value")))?;
                match self.files.insert(file.clone(), text.clone()) {
                    Some(before) if before != text => {
                        return Err(CrdFilesError::Twice { line: line(node.span), file });
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// The CRD with nothing in its metadata but its name, and without its status.
fn reduced(node: &Node, name: &str) -> Node {
    let made = |value| Node { span: node.span, value };
    let pair = |key: &str, value| Pair { key: key.to_owned(), key_span: node.span, value };
    let metadata = made(Value::Mapping(vec![pair("name", made(Value::String(name.to_owned())))]));
    let kept = |key: &str| node.get(key).cloned().map(|value| pair(key, value));
    let pairs = [kept("apiVersion"), kept("kind"), Some(pair("metadata", metadata)), kept("spec")];
    made(Value::Mapping(pairs.into_iter().flatten().collect()))
}
