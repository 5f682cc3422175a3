//! What a history is asked about, as people type it: an object (`VPC/web`, `vpcs/ns/web`) or a path, with lines behind it.

use std::fmt;

use crate::fabric::kinds::{Kind, Kinds};
use crate::finding::{DEFAULT_NAMESPACE, ObjectRef, object_name};
use crate::path::RepoPath;
use crate::verdict::identity::{Identity, managed_path};

/// What was named. A text may be a path and an object at once: `vpcs/web` is whichever of the two is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modes) struct Subject {
    /// The path that the text is, if git takes it for one; from the repository's root or from a fabric directory.
    pub(in crate::modes) path: Option<RepoPath>,
    /// The object that the text is, if it has the form of one.
    pub(in crate::modes) object: Option<Named>,
    /// The first and the last line behind it, from 1.
    pub(in crate::modes) lines: Option<(u32, u32)>,
}

/// An object as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modes) struct Named {
    /// The kind, its plural or a short name of it, as typed.
    pub(in crate::modes) kind: String,
    /// The namespace.
    pub(in crate::modes) namespace: String,
    /// The name.
    pub(in crate::modes) name: String,
}

/// Why a text names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::modes) enum SubjectError {
    /// The lines behind it are none.
    #[error("lines count from 1, and the first comes first; write PATH:LINE or PATH:LINE-LINE")]
    Lines,
    /// It can be neither a path nor an object.
    #[error("it can be neither a path of the repository nor an object; write PATH, KIND/NAME or KIND/NAMESPACE/NAME")]
    Neither,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&object_name(&self.kind, &self.namespace, &self.name))
    }
}

impl Subject {
    /// Reads what was typed.
    pub(in crate::modes) fn parse(typed: &[u8]) -> Result<Self, SubjectError> {
        let (text, lines) = match lines_behind(typed) {
            Some((text, lines)) => (text, Some(lines.ok_or(SubjectError::Lines)?)),
            None => (typed, None),
        };
        let (path, object) = (path(text), Named::parse(text));
        if path.is_none() && object.is_none() {
            return Err(SubjectError::Neither);
        }
        Ok(Self { path, object, lines })
    }
}

/// The kind, the namespace and the name in `KIND/NAME`, `KIND/NAMESPACE/NAME` or `KIND/NAMESPACE_NAME`.
pub(in crate::modes) fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (kind, rest) = text.split_once('/')?;
    // No name has an underscore: it parts a namespace from a name in managed/.
    let (namespace, name) = rest.split_once('/').or_else(|| rest.split_once('_')).unwrap_or((DEFAULT_NAMESPACE, rest));
    (!name.contains('/')).then_some((kind, namespace, name))
}

impl Named {
    /// Reads an object's name.
    fn parse(text: &[u8]) -> Option<Self> {
        let (kind, namespace, name) = parts(std::str::from_utf8(text).ok()?)?;
        let is_kind = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_name = |part: &str| !matches!(part, "" | "." | "..");
        (is_kind && is_name(namespace) && is_name(name)).then(|| Self {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The name of an object, whatever its version.
    pub(in crate::modes) fn of(object: &ObjectRef) -> Self {
        Self { kind: object.kind.clone(), namespace: object.namespace.clone(), name: object.name.clone() }
    }

    /// Whether an object is called so.
    pub(in crate::modes) fn is_name_of(&self, object: &ObjectRef) -> bool {
        *self == Self::of(object)
    }

    /// The kinds that are meant, letter case aside: several where groups share a name.
    pub(in crate::modes) fn kinds<'k>(&self, kinds: &'k Kinds) -> Vec<&'k Kind> {
        kinds.called(&self.kind).collect()
    }

    /// Whether an object is the one that is meant.
    pub(in crate::modes) fn is(&self, identity: &Identity, kinds: &Kinds) -> bool {
        (&self.namespace, &self.name) == (&identity.namespace, &identity.name) && self.is_of_kind(identity, kinds)
    }

    /// Whether an object is of the kind that is meant.
    pub(in crate::modes) fn is_of_kind(&self, identity: &Identity, kinds: &Kinds) -> bool {
        let known = self.kinds(kinds);
        let same = |kind: &&Kind| kind.kind == identity.kind && kind.group == identity.group;
        known.iter().any(same) || known.is_empty() && identity.kind.eq_ignore_ascii_case(&self.kind)
    }

    /// Where the object belongs, below managed/.
    pub(in crate::modes) fn places(&self, kinds: &Kinds) -> Vec<RepoPath> {
        let path = |kind: &Kind| Some(managed_path(kind, &self.namespace, &self.name).ok()?.path().clone());
        self.kinds(kinds).into_iter().filter_map(path).collect()
    }
}

/// What stands before `:LINE` or `:LINE-LINE`, and the lines, if they are any.
#[expect(clippy::type_complexity, reason = "a text, and lines that may be none")]
fn lines_behind(typed: &[u8]) -> Option<(&[u8], Option<(u32, u32)>)> {
    let colon = typed.iter().rposition(|byte| *byte == b':')?;
    let (text, behind) = (&typed[..colon], std::str::from_utf8(&typed[colon + 1..]).ok()?);
    let is_lines = behind.starts_with(|c: char| c.is_ascii_digit())
        && behind.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !is_lines {
        return None;
    }
    let (first, last) = behind.split_once('-').unwrap_or((behind, behind));
    let lines = first.parse().ok().zip(last.parse().ok());
    Some((text, lines.filter(|(first, last): &(u32, u32)| *first > 0 && first <= last)))
}

/// A path as people type it: `./` before it and a slash behind it do no harm.
fn path(text: &[u8]) -> Option<RepoPath> {
    let mut bytes = text;
    while let Some(shorter) = bytes.strip_prefix(b"./") {
        bytes = shorter;
    }
    while let Some(shorter) = bytes.strip_suffix(b"/").filter(|shorter| !shorter.is_empty()) {
        bytes = shorter;
    }
    if bytes == b"." {
        return Some(RepoPath::root());
    }
    RepoPath::new(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(kind: &str, namespace: &str, name: &str) -> Option<Named> {
        Some(Named { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() })
    }

    #[test]
    fn objects_and_paths_are_read_with_the_lines_behind_them() {
        let read = |text: &str| Subject::parse(text.as_bytes()).expect("a subject");
        let path = |text: &str| RepoPath::new(text).ok();
        let lines = Some((3, 3));
        assert_eq!(
            read("VPC/web"),
            Subject { path: path("VPC/web"), object: named("VPC", "default", "web"), lines: None }
        );
        assert_eq!(
            read("vpcs/ns/web:3"),
            Subject { path: path("vpcs/ns/web"), object: named("vpcs", "ns", "web"), lines }
        );
        assert_eq!(read("./f/managed/vpcs/web.yaml:3-8").lines, Some((3, 8)));
        assert_eq!(
            read("f/raw/x.yaml"),
            Subject { path: path("f/raw/x.yaml"), object: named("f", "raw", "x.yaml"), lines: None }
        );
        assert_eq!(read("vpcs/ns_web").object, named("vpcs", "ns", "web"));
        assert_eq!(read("./f/raw/").path, path("f/raw"));
        assert_eq!(read("a/b:c").path, path("a/b:c"), "a colon is a letter like any other");
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for bad in ["a/b:0", "a/b:5-3", "a/b:1-2-3", "a/b:99999999999"] {
            assert_eq!(Subject::parse(bad.as_bytes()), Err(SubjectError::Lines), "{bad}");
        }
        for bad in ["../x", "/etc/passwd", "a//b", "a/..", ".git/x"] {
            assert_eq!(Subject::parse(bad.as_bytes()), Err(SubjectError::Neither), "{bad}");
        }
    }

    #[test]
    fn a_kind_is_known_by_its_plural_and_short_names_in_any_letter_case() {
        let kinds = Kinds::builtin();
        for kind in ["Switch", "switch", "switches", "sw", "SW"] {
            let switch = named(kind, "default", "leaf-1").expect("named");
            assert_eq!(switch.places(&kinds), [RepoPath::new("switches/leaf-1.yaml").expect("a path")], "{kind}");
        }
        assert_eq!(named("nothing", "default", "x").expect("named").places(&kinds), Vec::new());
    }
}
