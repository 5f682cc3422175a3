//! What several targets need: errors and findings that are shown, paths, and all of [`texts`](crate::texts).

use hhgit::finding::Finding;
use hhgit::path::RepoPath;
use hhgit::render::Style;

pub use crate::texts::{cut, depth, is_shown, join};

/// Holds that an error and all its causes, as people are told them, can be shown on a terminal.
pub fn is_told(error: &dyn std::error::Error) {
    let mut told = Vec::new();
    hhgit::render::error::error(&mut told, error, None, Style::default()).expect("a Vec takes all");
    String::from_utf8_lossy(&told).lines().for_each(is_shown);
}

/// Holds that a finding can be shown on a terminal and names a place that is there.
pub fn is_found(finding: &Finding, bytes: &[u8]) {
    is_shown(&finding.message);
    is_shown(&finding.help);
    is_shown(&finding.path.to_string());
    if let Some(object) = &finding.object {
        [&object.api_version, &object.kind, &object.namespace, &object.name]
            .into_iter()
            .for_each(|text| is_shown(text));
    }
    let Some(place) = finding.place else { return };
    let lines = u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX) + 1;
    assert!(place.line >= 1 && place.column >= 1 && place.end_line <= lines, "{finding:?} of {lines} lines");
    assert!((place.line, place.column) <= (place.end_line, place.end_column), "{finding:?}");
}

/// A path of the targets' own.
pub fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("the targets' own paths are paths")
}
