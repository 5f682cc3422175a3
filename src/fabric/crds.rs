//! `.hnp/crds/*.yaml`: kinds of the cluster's own release with their schemas, laid over the built-in ones; contradictions
//! are findings.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::path::{RepoPath, is_unprintable};
use crate::schema::crd::{self, CrdFault, unreadable_pattern};
use crate::schema::{KindSchema, Schemas};
use crate::verdict::code::{Code, Severity};
use crate::yaml::{Limits, Node, Value, parse, split};

use super::document::Located;
use super::kinds::{Author, Kind, Kinds, is_dns_label, is_hedgehog_group};

/// What CRDs make of the built-in ruleset.
#[derive(Debug)]
pub struct Read {
    /// The kinds in force.
    pub kinds: Kinds,
    /// Their schemas.
    pub schemas: Schemas,
    /// What is wrong with the CRDs; if one is an error, kinds and schemas cannot be gone by.
    pub findings: Vec<Finding>,
}

/// Lays the CRDs of these files over the built-in kinds and schemas; with `only` they are the whole set.
pub fn read(files: &BTreeMap<RepoPath, Vec<u8>>, only: bool) -> Read {
    let builtin = Kinds::builtin();
    let mut kinds = if only { Kinds::empty() } else { builtin.clone() };
    let mut schemas = if only { Schemas::empty() } else { Schemas::builtin() };
    let mut findings = Vec::new();
    let mut seen: BTreeMap<(String, String), RepoPath> = BTreeMap::new();
    for (path, bytes) in files {
        let located = Located::new(bytes, path, Code::BadCrds);
        for Definition { root, mut kind, versions } in definitions(bytes, &located, &mut findings) {
            // Who writes a kind is not the CRD's to say: Hedgehog's controllers stay the authors of theirs.
            if let Some(known) = builtin.by_group_kind(&kind.group, &kind.kind) {
                kind.author = known.author;
                kind.retired.clone_from(&known.retired);
            }
            let identity = (kind.group.clone(), kind.kind.clone());
            if let Some(first) = seen.insert(identity.clone(), path.clone()) {
                let message = format!("{} {} is defined a second time; the first is in {first}", kind.group, kind.kind);
                findings.push(located.at(root.span, message));
            } else if let Err(error) = kinds.with(kind) {
                findings.push(located.at(root.span, error.to_string()));
            } else {
                findings.extend(unreadable(&root, &versions, &located));
                schemas.with(&identity.0, &identity.1, versions);
            }
        }
    }
    Read { kinds, schemas, findings }
}

/// One CRD.
struct Definition {
    root: Node,
    kind: Kind,
    versions: Vec<KindSchema>,
}

/// A warning if a pattern is in a dialect that is not read here.
fn unreadable(root: &Node, versions: &[KindSchema], located: &Located<'_>) -> Option<Finding> {
    let pattern = versions.iter().find_map(|version| unreadable_pattern(&version.root))?;
    let pattern: String = pattern.chars().filter(|c| !is_unprintable(*c)).take(80).collect();
    let mut finding =
        located.at(root.span, format!("objects are not held to the pattern {pattern}, which hhgit cannot read"));
    finding.severity = Severity::Warning;
    finding.help = "Nothing needs to be done: the cluster holds them to it.".to_owned();
    Some(finding)
}

fn definitions(bytes: &[u8], located: &Located<'_>, findings: &mut Vec<Finding>) -> Vec<Definition> {
    let limits = Limits::default();
    let mut kinds = Vec::new();
    for chunk in split(bytes) {
        let root = match parse(bytes, &chunk, &limits) {
            Ok(parsed) => parsed.root,
            Err(fault) => {
                findings.push(located.fault(&fault));
                continue;
            }
        };
        let Some(root) = root else { continue };
        for node in items(&root) {
            match definition(node) {
                Ok(Some((kind, versions))) => kinds.push(Definition { root: node.clone(), kind, versions }),
                Ok(None) => {
                    let mut finding =
                        located.at(node.span, "the document is no CRD of a Hedgehog group; it is left out");
                    finding.severity = Severity::Warning;
                    findings.push(finding);
                }
                Err(fault) => findings.push(located.at(fault.at.span, fault.message)),
            }
        }
    }
    kinds
}

/// A document's CRDs: a List's items, any other document itself.
pub(super) fn items(root: &Node) -> Vec<&Node> {
    let is_list = root.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
    match root.get("items").map(|items| &items.value) {
        Some(Value::Sequence(nodes)) if is_list => nodes.iter().collect(),
        _ => vec![root],
    }
}

/// The kind and the versions of a CRD; none if it is no CRD of a Hedgehog group.
pub(super) fn definition(node: &Node) -> Result<Option<(Kind, Vec<KindSchema>)>, CrdFault<'_>> {
    let text = |from: Option<&Node>| from.and_then(Node::as_str).map(str::to_owned);
    let is_crd = text(node.get("kind")).as_deref() == Some("CustomResourceDefinition")
        && text(node.get("apiVersion")).is_some_and(|v| v.starts_with("apiextensions.k8s.io/"));
    if !is_crd {
        return Ok(None);
    }
    let spec = node.get("spec").ok_or_else(|| CrdFault::new(node, "the CRD has no spec"))?;
    let names = spec.get("names").ok_or_else(|| CrdFault::new(spec, "the CRD has no spec.names"))?;
    let group = text(spec.get("group")).ok_or_else(|| CrdFault::new(spec, "the CRD's spec.group is no text"))?;
    if !is_hedgehog_group(&group) {
        return Ok(None);
    }
    if !group.split('.').all(is_dns_label) {
        return Err(CrdFault::new(spec, "the CRD's spec.group is no DNS name; no cluster takes it"));
    }
    let kind = text(names.get("kind")).ok_or_else(|| CrdFault::new(names, "the CRD's spec.names.kind is no text"))?;
    if !is_dns_label(&kind.to_ascii_lowercase()) {
        return Err(CrdFault::new(names, "the CRD's spec.names.kind is no name of a kind; no cluster takes it"));
    }
    let plural =
        text(names.get("plural")).ok_or_else(|| CrdFault::new(names, "the CRD's spec.names.plural is no text"))?;
    let versions = served(spec)?;
    let schemas = crd::read(spec)?;
    let kind = Kind { group, kind, plural, versions, author: Author::User, short: Vec::new(), retired: Vec::new() };
    Ok(Some((kind, schemas)))
}

fn served(spec: &Node) -> Result<Vec<String>, CrdFault<'_>> {
    let versions = spec.get("versions").ok_or_else(|| CrdFault::new(spec, "the CRD has no spec.versions"))?;
    let Value::Sequence(list) = &versions.value else {
        return Err(CrdFault::new(versions, "the CRD's spec.versions is no list"));
    };
    let mut served = Vec::new();
    for version in list {
        let name = version
            .get("name")
            .and_then(Node::as_str)
            .ok_or_else(|| CrdFault::new(version, "a version of the CRD has no name"))?;
        if !is_dns_label(name) {
            return Err(CrdFault::new(version, "a version of the CRD is no DNS label; no cluster takes it"));
        }
        if matches!(version.get("served").map(|node| &node.value), Some(Value::Bool(true))) {
            served.push(name.to_owned());
        }
    }
    if served.is_empty() { Err(CrdFault::new(versions, "the CRD serves no version")) } else { Ok(served) }
}
