//! The built-in schemas against Hedgehog's own CRDs, read by hhgit's CRD reader.
//!
//! The CRDs are not part of this repository: `HHGIT_CRDS` or `../shared/crds/v0.129.1` names their folder; without it the
//! test says so and passes.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hhgit::fabric::crds;
use hhgit::path::RepoPath;
use hhgit::schema::{Schemas, builtin, crd};
use hhgit::yaml::{Limits, Node, parse, split};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("HHGIT_CRDS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/crds/v0.129.1"), PathBuf::from);
    if !folder.is_dir() {
        eprintln!("no CRDs here: nothing was compared");
        return None;
    }
    Some(folder)
}

fn files(folder: &Path) -> BTreeMap<RepoPath, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().as_bytes().to_owned();
        (RepoPath::root().join(&name).unwrap(), std::fs::read(path).unwrap())
    };
    yaml.map(named).collect()
}

fn specs(files: &BTreeMap<RepoPath, Vec<u8>>) -> Vec<Node> {
    let documents = files.values().flat_map(|bytes| {
        split(bytes).into_iter().map(|chunk| parse(bytes, &chunk, &Limits::default()).unwrap()).collect::<Vec<_>>()
    });
    documents.filter_map(|parsed| parsed.root?.get("spec").cloned()).collect()
}

#[test]
fn the_built_in_schemas_say_what_the_crds_say_but_for_go_types_and_filled_fields() {
    let Some(folder) = folder() else { return };
    let text = |node: Option<&Node>| node.and_then(Node::as_str).unwrap().to_owned();
    let mut compared = Vec::new();
    for spec in specs(&files(&folder)) {
        let (group, kind) = (text(spec.get("group")), text(spec.get("names").and_then(|names| names.get("kind"))));
        let Some(known) = builtin::schema(&group, &kind) else { continue };
        let read = crd::read(&spec).unwrap();
        let [read] = &read[..] else { panic!("{kind} has {} versions", read.len()) };
        assert_eq!(read.version, known.version, "{kind}");
        assert_eq!(read.drops_status, known.drops_status, "{kind}");
        assert_eq!(read.root, known.root.without_go(), "{kind}");
        compared.push(kind);
    }
    assert_eq!(compared.len(), builtin::kinds().count(), "{compared:?}");
}

#[test]
fn hedgehogs_crds_laid_over_the_built_in_schemas_change_none_of_them() {
    let Some(folder) = folder() else { return };
    let read = crds::read(&files(&folder), false);
    assert_eq!(read.findings, Vec::new());
    let own = Schemas::builtin();
    for (group, kind) in builtin::kinds() {
        let known = builtin::schema(group, kind).unwrap();
        assert_eq!(read.schemas.get(group, kind, &known.version), own.get(group, kind, &known.version), "{kind}");
    }
    assert!(read.schemas.get("agent.githedgehog.com", "Agent", "v1beta1").is_some());
}
