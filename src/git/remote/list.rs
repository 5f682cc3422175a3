//! What `git ls-remote --symref` prints, read; other lines than those it is known to print are passed by.

use gix::bstr::ByteSlice;

use crate::git::refs::{BranchName, parse_id};
use crate::ids::{HashKind, ObjectId};

/// A remote's refs, or those that were asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listed {
    refs: Vec<(String, ObjectId)>,
    head: Option<String>,
}

impl Listed {
    /// The refs in what was printed.
    pub fn of(output: &[u8]) -> Self {
        let mut listed = Self::default();
        for line in output.lines() {
            let Some((what, name)) = line.split_once_str("\t") else { continue };
            let Ok(name) = name.to_str() else { continue };
            if let Some(target) = what.strip_prefix(b"ref: ") {
                if name == "HEAD" {
                    listed.head = target.to_str().ok().map(str::to_owned);
                }
            } else if let Some(id) =
                [HashKind::Sha1, HashKind::Sha256].into_iter().find_map(|kind| parse_id(kind, what))
            {
                listed.refs.push((name.to_owned(), id));
            }
        }
        listed
    }

    /// The kind of hash, by the first id.
    pub fn hash_kind(&self) -> Option<HashKind> {
        self.refs.first().map(|(_, id)| id.kind())
    }

    /// The branch that HEAD names.
    pub fn head(&self) -> Option<BranchName> {
        let name = self.head.as_deref().filter(|name| name.starts_with("refs/heads/"))?;
        BranchName::parse(name).ok()
    }

    /// What a ref of this full name holds.
    pub fn id(&self, name: &str) -> Option<ObjectId> {
        self.refs.iter().find(|(listed, _)| listed == name).map(|(_, id)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_and_the_main_branch_are_read() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let text = format!("ref: refs/heads/x\tHEAD\n{id}\tHEAD\n{id}\trefs/heads/x\n");
        let listed = Listed::of(text.as_bytes());
        assert_eq!(listed.head().map(|name| name.short().to_owned()).as_deref(), Some("x"));
        assert_eq!(listed.id("refs/heads/x").map(|id| id.to_string()).as_deref(), Some(id));
        assert_eq!((listed.id("heads/x"), listed.hash_kind()), (None, Some(HashKind::Sha1)));
    }

    #[test]
    fn what_is_no_ref_is_passed_by() {
        for odd in ["", "\n\n", "x\ty", "ref: refs/tags/v1\tHEAD", "ref: -x\tHEAD", "\u{fffd}\t\u{fffd}", "ref: \tHEAD"]
        {
            let listed = Listed::of(odd.as_bytes());
            assert_eq!((listed.head(), listed.hash_kind()), (None, None), "{odd:?}");
        }
        assert_eq!(Listed::of(b"").head(), None);
    }
}
