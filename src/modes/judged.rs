//! Judged files by their blobs, for whoever looks at many commits: the same bytes are read and judged once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::fabric::survey::Survey;
use crate::ids::BlobId;
use crate::path::RepoPath;
use crate::verdict::file::File;
use crate::yaml::Node;

use super::stamp;

/// How many bytes of files are kept twice over: what was asked for lately, and what was before that.
const KEPT: u64 = 32 << 20;

/// The values of a file's documents, shared by all who look at them.
pub(super) type Values = Arc<Vec<Option<Node>>>;

/// Judged files, shared by threads. All who share them must ask by the same limits.
#[derive(Debug, Default)]
pub struct Judgements(Mutex<Kept>);

/// Which rules a file was judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rules(usize);

#[derive(Debug, Default)]
struct Kept {
    rules: Vec<String>,
    lately: BTreeMap<(Rules, BlobId), Known>,
    before: BTreeMap<(Rules, BlobId), Known>,
    bytes: u64,
}

/// A judged file, whatever its path, and how large it is.
#[derive(Debug, Clone)]
struct Known {
    file: Arc<File>,
    values: Values,
    size: u64,
}

impl Judgements {
    /// The rules that a fabric directory's files are judged by.
    pub(super) fn rules(&self, survey: &Survey) -> Rules {
        let name = format!("{:?} {}", survey.manifest.level, stamp::ruleset(&survey.kinds, &survey.schemas));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.rules.iter().position(|known| *known == name);
        Rules(known.unwrap_or_else(|| {
            kept.rules.push(name);
            kept.rules.len() - 1
        }))
    }

    /// A file that was judged before, as if it lay at this path.
    pub(super) fn get(&self, rules: Rules, blob: BlobId, path: &RepoPath) -> Option<(File, Values)> {
        let key = (rules, blob);
        let known = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match kept.lately.get(&key).cloned() {
                Some(known) => known,
                None => {
                    let known = kept.before.get(&key).cloned()?;
                    kept.put(key, known.clone());
                    known
                }
            }
        };
        let mut file = (*known.file).clone();
        let findings: Vec<_> = match &mut file {
            File::Whole(finding) => vec![&mut **finding],
            File::Documents(documents) => documents.iter_mut().flat_map(|document| &mut document.findings).collect(),
        };
        findings.into_iter().for_each(|finding| finding.path.clone_from(path));
        Some((file, known.values))
    }

    /// Keeps a judged file of so many bytes.
    pub(super) fn put(&self, rules: Rules, blob: BlobId, size: u64, judged: &(File, Values)) {
        let known = Known { file: Arc::new(judged.0.clone()), values: Arc::clone(&judged.1), size };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put((rules, blob), known);
    }
}

impl Kept {
    fn put(&mut self, key: (Rules, BlobId), known: Known) {
        if self.bytes > KEPT {
            self.before = std::mem::take(&mut self.lately);
            self.bytes = 0;
        }
        self.bytes += known.size;
        self.lately.insert(key, known);
    }
}
