//! The full name of any ref as a push gives it, checked before anything is done with it.

use std::collections::BTreeSet;

use gix::bstr::BStr;

use super::open::Repo;
use super::refs::{BranchName, MAX_FOLLOW, RefError, Value, read_file, to_path};
use super::run::{Git, GitError};
use crate::path::quote;

/// The full name of a ref, `refs/...`, that git would accept; bytes, since git asks for no encoding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefName(Vec<u8>);

impl RefName {
    /// A ref by its full name; none if git would not take it.
    pub fn parse(name: &[u8]) -> Option<Self> {
        let is_sound = name.starts_with(b"refs/") && gix::validate::reference::name(BStr::new(name)).is_ok();
        is_sound.then(|| Self(name.to_vec()))
    }

    /// The name's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is a branch's.
    pub fn is_branch(&self) -> bool {
        self.0.starts_with(b"refs/heads/")
    }

    /// The branch, if it is one that hhgit can name.
    pub fn branch(&self) -> Option<BranchName> {
        let name = std::str::from_utf8(&self.0).ok().filter(|_| self.is_branch())?;
        BranchName::parse(name).ok()
    }
}

impl Repo {
    /// All refs that are there; symbolic ones are not, for what they lead to may be gone.
    pub fn ref_names(&self) -> Result<BTreeSet<RefName>, GitError> {
        let format = "--format=%(if)%(symref)%(then)%(else)%(refname)%(end)";
        let output = Git::new(self, "for-each-ref", &[]).arg(format).run()?;
        Ok(output.split(|byte| *byte == b'\n').filter_map(RefName::parse).collect())
    }

    /// The ref that moves when a ref of this name is moved: itself, or where it leads as a symbolic ref.
    pub fn moved_with(&self, name: &RefName) -> Result<RefName, RefError> {
        let mut name = name.clone();
        for _ in 0..MAX_FOLLOW {
            // Only the file is read: no symbolic ref is among the packed ones.
            let file = self.common_dir().join(to_path(name.as_bytes()));
            let Some(Value::Symbolic(target)) = read_file(self.hash_kind(), &file)? else { return Ok(name) };
            let Some(target) = RefName::parse(&target) else { return Ok(name) };
            name = target;
        }
        Ok(name)
    }
}

impl std::fmt::Display for RefName {
    /// The name as git shows it: of a branch without `refs/heads/`, C-quoted where it is not clean text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&quote(self.0.strip_prefix(b"refs/heads/").unwrap_or(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_has_a_full_name_that_git_takes() {
        for good in [&b"refs/heads/main"[..], b"refs/heads/-x", b"refs/tags/v1", b"refs/for/main", b"refs/heads/\xff"] {
            assert!(RefName::parse(good).is_some(), "{good:?}");
        }
        for bad in [&b""[..], b"main", b"HEAD", b"refs/", b"refs/heads/a b", b"refs/heads/../x", b"refs/heads/a\n"] {
            assert_eq!(RefName::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_shown_so_that_it_cannot_steer_a_terminal() {
        let shown = |name: &[u8]| RefName::parse(name).map(|name| name.to_string());
        assert_eq!(shown(b"refs/heads/a/b"), Some("a/b".to_owned()));
        assert_eq!(shown(b"refs/tags/v1"), Some("refs/tags/v1".to_owned()));
        assert_eq!(shown("refs/heads/\u{202e}x".as_bytes()), Some("\"\\342\\200\\256x\"".to_owned()));
    }
}
