//! What the kustomizations in managed/ reach: an object that none reaches is not applied.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::path::RepoPath;
use crate::verdict::code::Code;
use crate::yaml::{Limits, Node, Value, parse, split};

/// The findings about the object files (below managed/) that no kustomization there reaches; none without a kustomization.
pub(super) fn unreached(
    kustomizations: &BTreeMap<RepoPath, Vec<u8>>,
    objects: &BTreeSet<RepoPath>,
    managed: &RepoPath,
) -> Vec<Finding> {
    if kustomizations.is_empty() {
        return Vec::new();
    }
    let named: BTreeMap<RepoPath, BTreeSet<RepoPath>> = kustomizations
        .iter()
        .map(|(path, bytes)| (path.parent().unwrap_or_default(), resources(path, bytes)))
        .collect();
    // A kustomization counts as applied by itself unless another one takes it in.
    let taken: BTreeSet<&RepoPath> = named.values().flatten().filter(|path| named.contains_key(*path)).collect();
    let mut waiting: Vec<&RepoPath> = named.keys().filter(|folder| !taken.contains(folder)).collect();
    let (mut seen, mut reached) = (BTreeSet::new(), BTreeSet::new());
    while let Some(folder) = waiting.pop() {
        if !seen.insert(folder) {
            continue;
        }
        for path in &named[folder] {
            match named.get_key_value(path) {
                Some((folder, _)) => waiting.push(folder),
                None => {
                    reached.insert(path);
                }
            }
        }
    }
    let finding = |path: &RepoPath| {
        Finding::new(Code::NotDeployed, managed.join_path(path), "no kustomization in managed/ takes this file in")
    };
    objects.iter().filter(|path| !reached.contains(path)).map(finding).collect()
}

fn resources(path: &RepoPath, bytes: &[u8]) -> BTreeSet<RepoPath> {
    let limits = Limits::default();
    let folder = path.parent().unwrap_or_default();
    let roots = split(bytes).into_iter().filter_map(|chunk| parse(bytes, &chunk, &limits).ok()?.root);
    let mut found = BTreeSet::new();
    for root in roots {
        for key in ["resources", "bases", "components"] {
            let Some(Value::Sequence(nodes)) = root.get(key).map(|node| &node.value) else { continue };
            found.extend(nodes.iter().filter_map(Node::as_str).filter_map(|text| below(&folder, text)));
        }
    }
    found
}

/// A path as a kustomization names it, from managed/ down; none for what lies elsewhere.
fn below(folder: &RepoPath, text: &str) -> Option<RepoPath> {
    let mut path = folder.clone();
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        path = if part == ".." { path.parent()? } else { path.join(part.as_bytes()).ok()? };
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a valid path")
    }

    fn left_out(files: &[(&str, &str)], objects: &[&str]) -> Vec<String> {
        let files = files.iter().map(|(name, text)| (path(name), text.as_bytes().to_vec())).collect();
        let objects = objects.iter().map(|name| path(name)).collect();
        unreached(&files, &objects, &path("f/managed")).into_iter().map(|finding| finding.path.to_string()).collect()
    }

    #[test]
    fn without_a_kustomization_every_object_is_applied() {
        assert_eq!(left_out(&[], &["vpcs/a.yaml"]), Vec::<String>::new());
    }

    #[test]
    fn an_object_that_no_kustomization_reaches_is_told() {
        let files = [
            ("kustomization.yaml", "resources:\n- vpcs\n- ./switches/../servers/s.yaml\n"),
            ("vpcs/kustomization.yml", "resources: [a.yaml, ../vpcs/c.yaml]\n"),
        ];
        let objects = ["servers/s.yaml", "servers/t.yaml", "vpcs/a.yaml", "vpcs/b.yaml", "vpcs/c.yaml"];
        assert_eq!(left_out(&files, &objects), ["f/managed/servers/t.yaml", "f/managed/vpcs/b.yaml"]);
    }

    #[test]
    fn kustomizations_in_a_circle_end() {
        let files = [("a/Kustomization", "resources: [../b]\n"), ("b/Kustomization", "resources: [../a, x.yaml]\n")];
        assert_eq!(left_out(&files, &["b/x.yaml"]), ["f/managed/b/x.yaml"]);
    }
}
