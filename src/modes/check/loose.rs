//! Files that are in no repository, judged as if they were one fabric, with the settings' defaults.

use std::collections::BTreeMap;

use crate::fabric::kinds::Kinds;
use crate::fabric::manifest::Level;
use crate::finding::Finding;
use crate::options::CheckLevel;
use crate::path::RepoPath;
use crate::report::Report;
use crate::schema::Schemas;
use crate::verdict::file::{File, judge_keeping, too_large};
use crate::verdict::judge::Judge;

use super::judge::{Placed, quote, rules};
use super::{Request, report};

/// Checks files by their names and bytes.
pub(super) fn check(files: &BTreeMap<RepoPath, Vec<u8>>, request: &Request, level: CheckLevel) -> Report {
    let (kinds, schemas) = request.rules.clone().unwrap_or_else(|| (Kinds::builtin(), Schemas::builtin()));
    let judge = match request.level {
        Some(Level::Identity) => Judge::new(&kinds),
        _ => Judge::new(&kinds).with_schemas(&schemas),
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut judged = Vec::new();
    for (path, bytes) in files {
        let size = bytes.len() as u64;
        if size > request.limits.file_bytes {
            findings.push(too_large(path, size, &request.limits));
            continue;
        }
        match judge_keeping(bytes, path, &judge, &request.limits) {
            (File::Whole(finding), _) => findings.push(*finding),
            (File::Documents(documents), values) => judged.push((path, documents, values)),
        }
    }
    let mut placed = Vec::new();
    for (path, documents, values) in &judged {
        findings.extend(documents.iter().flat_map(|document| document.findings.iter().cloned()));
        for (document, value) in documents.iter().zip(values) {
            let Some(value) = value else { continue };
            placed.push(Placed { path: (*path).clone(), document, value, sound: document.target.is_some() });
        }
    }
    let texts = |path: &RepoPath| files.get(path).cloned();
    if level == CheckLevel::References {
        findings.extend(rules(&placed, &request.settings.clone().unwrap_or_default(), &texts));
    }
    quote(&mut findings, &texts);
    report("files".to_owned(), findings)
}
