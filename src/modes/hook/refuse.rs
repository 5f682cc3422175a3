//! Which findings refuse a push: one pure question, with its table.

use crate::fabric::layout::{RAW, UNMANAGED};
use crate::finding::Finding;
use crate::options::hook::Policy;
use crate::path::RepoPath;
use crate::verdict::code::{Code, Severity};

/// Whether a push is refused for a finding, in a commit with these fabric directories.
///
/// | policy | an error in raw/ or unmanaged/, or in a file that stays as it is and whose other place is in raw/ | any other error | warning, info |
/// |---|---|---|---|
/// | `managed` | let in: sync sorts it | refused | let in |
/// | `strict` | refused | refused | let in |
/// | `warn` | let in | let in | let in |
///
/// "Any other" are errors about managed/, what leaves it while others name it, too much that leaves it, and what would have
/// a fabric directory left alone: a bad manifest, bad CRDs, a file where raw/ must be. What has no place that is known to be
/// harmless is taken to be harmful: what is in conflict with a document of raw/ may be so with one of managed/ too, which
/// the finding then does not name, and an object that is refused in raw/ is not there to be named.
pub(crate) fn refuses(
    policy: Policy,
    finding: &Finding,
    fabrics: &[RepoPath],
    is_changed: impl Fn(&RepoPath) -> bool,
) -> bool {
    let is_error = finding.severity == Severity::Error;
    match policy {
        Policy::Warn => false,
        Policy::Strict => is_error,
        Policy::Managed => {
            let other_in_raw = finding.related.as_ref().is_some_and(|related| is_below(&related.path, RAW, fabrics));
            let harmless = is_below(&finding.path, RAW, fabrics) || is_below(&finding.path, UNMANAGED, fabrics);
            let excused = other_in_raw && finding.code != Code::MissingReference && !is_changed(&finding.path);
            is_error && !harmless && !excused
        }
    }
}

/// Whether a path lies below this folder of a fabric directory; the folder's own place does not.
fn is_below(path: &RepoPath, folder: &'static str, fabrics: &[RepoPath]) -> bool {
    fabrics.iter().any(|fabric| {
        let folder = fabric.child(folder);
        path.starts_with(&folder) && *path != folder
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Place, Related};

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a good path")
    }

    fn finding(code: Code, at: &str, other: Option<&str>) -> Finding {
        let place = Place { line: 1, column: 1, end_line: 1, end_column: 2 };
        let related = other.map(|at| Related { path: path(at), place, message: String::new(), excerpt: None });
        Finding { related, ..Finding::new(code, path(at), "x") }
    }

    #[test]
    fn each_policy_refuses_what_its_row_says() {
        use Code::*;
        // code, place, other place; refused under managed, strict, warn
        let table: [(Code, &str, Option<&str>, [bool; 3]); 20] = [
            (SchemaViolation, "f/managed/vpcs/a.yaml", None, [true, true, false]),
            (VlanInUse, "f/managed/vpcs/a.yaml", Some("f/managed/vpcs/b.yaml"), [true, true, false]),
            (VlanInUse, "f/managed/vpcs/a.yaml", Some("f/raw/b.yaml"), [false, true, false]),
            (VlanInUse, "f/raw/b.yaml", Some("f/managed/vpcs/a.yaml"), [false, true, false]),
            (InvalidYaml, "f/raw/a.yaml", None, [false, true, false]),
            (InvalidYaml, "f/unmanaged/a.yaml", None, [false, true, false]),
            (StillReferred, "f/managed/vpcs/a.yaml", None, [true, true, false]),
            (StillReferred, "f/raw/a.yaml", None, [false, true, false]),
            (TooManyDeletions, "f", None, [true, true, false]),
            (BadManifest, "f/.hnp/manifest.yaml", None, [true, true, false]),
            (BadCrds, "f/.hnp/crds/a.yaml", None, [true, true, false]),
            (PathBlocked, "f/raw", None, [true, true, false]),
            (PathBlocked, "f/unmanaged", None, [true, true, false]),
            (PathBlocked, "f/managed/vpcs", None, [true, true, false]),
            (PathBlocked, "f/raw/a.yaml", None, [false, true, false]),
            (ForeignFile, "f/managed/a.txt", None, [false, false, false]),
            (Misplaced, "f/managed/a.yaml", None, [false, false, false]),
            (MissingManifest, "f/.hnp/manifest.yaml", None, [false, false, false]),
            // Of a fabric directory that is not one any more, and of none at all.
            (SchemaViolation, "g/raw/a.yaml", None, [true, true, false]),
            (SchemaViolation, "f-2/raw/a.yaml", None, [true, true, false]),
        ];
        let policies = [Policy::Managed, Policy::Strict, Policy::Warn];
        for (code, at, other, expected) in table {
            let finding = finding(code, at, other);
            let told = policies.map(|policy| refuses(policy, &finding, &[path("f"), path("h")], |_| false));
            assert_eq!(told, expected, "{code:?} at {at}, other place {other:?}");
        }
    }

    #[test]
    fn a_document_of_raw_is_no_excuse_for_what_is_pushed_into_managed() {
        let finding = |code| finding(code, "f/managed/vpcs/a.yaml", Some("f/raw/b.yaml"));
        let refused = |code, changed| refuses(Policy::Managed, &finding(code), &[path("f")], |_| changed);
        assert_eq!([true, false].map(|changed| refused(Code::VlanInUse, changed)), [true, false]);
        assert_eq!([true, false].map(|changed| refused(Code::MissingReference, changed)), [true, true]);
    }

    #[test]
    fn a_fabric_at_the_root_has_its_raw_at_the_root() {
        let root = [RepoPath::root()];
        assert!(!refuses(Policy::Managed, &finding(Code::InvalidYaml, "raw/a.yaml", None), &root, |_| false));
        assert!(refuses(Policy::Managed, &finding(Code::InvalidYaml, "managed/a.yaml", None), &root, |_| false));
    }

    #[test]
    fn a_severity_that_a_place_has_of_its_own_counts() {
        let mild = Finding { severity: Severity::Warning, ..finding(Code::SchemaViolation, "f/managed/a.yaml", None) };
        assert!(![Policy::Managed, Policy::Strict].into_iter().any(|policy| refuses(
            policy,
            &mild,
            &[path("f")],
            |_| true
        )));
    }
}
