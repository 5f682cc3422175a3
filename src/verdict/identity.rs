//! What makes two documents the same object, and the one path in managed/ that follows from it.

use std::fmt;

use crate::fabric::kinds::Kind;
use crate::fabric::layout::stays_in_managed;
pub use crate::finding::DEFAULT_NAMESPACE;
use crate::finding::object_name;
use crate::path::{MAX_NAME, RepoPath};

/// The longest name that Kubernetes takes.
const MAX_SUBDOMAIN: usize = 253;
/// The longest namespace that Kubernetes takes.
const MAX_LABEL: usize = 63;

/// What makes two documents the same object. The version is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The API group; empty for Kubernetes' core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace, `default` where absent.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&object_name(&self.kind, &self.namespace, &self.name))
    }
}

/// The path of an object below the fabric directory's managed/. It is made of names proved to be DNS names and of a plural
/// from the ruleset, so nothing a document says can steer it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManagedPath(RepoPath);

impl ManagedPath {
    /// The path, from managed/ down.
    pub fn path(&self) -> &RepoPath {
        &self.0
    }
}

/// Why an object can have no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// The name is no DNS subdomain.
    Name,
    /// The name's file would be longer than a file name may be.
    TooLong,
    /// The name's file would be one that always stays in managed/ (kustomization.yaml).
    Reserved,
    /// The namespace is no DNS label.
    Namespace,
}

/// The canonical path of an object, or what about its names forbids one.
pub fn managed_path(kind: &Kind, namespace: &str, name: &str) -> Result<ManagedPath, NameFault> {
    if !is_dns_subdomain(name) {
        return Err(NameFault::Name);
    }
    if !is_dns_label(namespace) {
        return Err(NameFault::Namespace);
    }
    // A kind's plural is a DNS label, or the kind could not have been laid over the others.
    let path = match namespace {
        DEFAULT_NAMESPACE => RepoPath::of_plain_names(&kind.plural, &[name, ".yaml"]),
        _ => RepoPath::of_plain_names(&kind.plural, &[namespace, "_", name, ".yaml"]),
    };
    let file = &path.as_bytes()[kind.plural.len() + 1..];
    if file.len() > MAX_NAME {
        return Err(NameFault::TooLong);
    }
    if stays_in_managed(file) {
        return Err(NameFault::Reserved);
    }
    Ok(ManagedPath(path))
}

/// Whether Kubernetes takes this as an object's name (RFC 1123 subdomain).
pub fn is_dns_subdomain(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_SUBDOMAIN && text.split('.').all(is_dns_part)
}

/// Whether Kubernetes takes this as a namespace's name (RFC 1123 label).
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= MAX_LABEL && is_dns_part(text)
}

fn is_dns_part(part: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    letter(*first) && letter(*last) && bytes.iter().all(|b| letter(*b) || *b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::kinds::Kinds;

    fn path(namespace: &str, name: &str) -> Result<String, NameFault> {
        let kinds = Kinds::builtin();
        let kind = kinds.by_group_kind("vpc.githedgehog.com", "VPC").expect("the built-in kinds have VPC");
        managed_path(kind, namespace, name).map(|p| p.path().to_string())
    }

    #[test]
    fn the_path_is_a_function_of_the_identity() {
        assert_eq!(path("default", "web"), Ok("vpcs/web.yaml".into()));
        assert_eq!(path("a", "b-c"), Ok("vpcs/a_b-c.yaml".into()));
        assert_eq!(path("a-b", "c"), Ok("vpcs/a-b_c.yaml".into()));
    }

    #[test]
    fn no_name_steers_a_path() {
        for name in
            ["../../x", "/abs", "a/b", "x\nkind: Evil", "Big", "", ".", "..", "a..b", "-a", "a-", "{{ .Values.n }}"]
        {
            assert_eq!(path("default", name), Err(NameFault::Name), "{name:?}");
        }
        for namespace in ["..", "../..", "a/b", "a.b", "", "A", "a_b"] {
            assert_eq!(path(namespace, "x"), Err(NameFault::Namespace), "{namespace:?}");
        }
    }

    #[test]
    fn a_file_name_fits_255_bytes_and_is_not_one_that_stays() {
        assert!(path("default", &"a".repeat(250)).is_ok());
        assert_eq!(path("default", &"a".repeat(251)), Err(NameFault::TooLong));
        assert_eq!(path("default", &"a".repeat(254)), Err(NameFault::Name));
        assert_eq!(path("ns", &"a".repeat(248)), Err(NameFault::TooLong));
        assert_eq!(path("default", "kustomization"), Err(NameFault::Reserved));
        assert_eq!(path("ns", "kustomization"), Ok("vpcs/ns_kustomization.yaml".into()));
    }
}
