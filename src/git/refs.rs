//! Branch names by type, and what HEAD and branches hold, always read afresh from the files; moves nothing.

use std::io;
use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice};

use super::open::Repo;
use super::run::Git;
use crate::files::{odd, read_start};
use crate::ids::{CommitId, HashKind, ObjectId};
use crate::path::quote;

/// The longest file of a ref, well over what a name can be.
const LONGEST: u64 = 1 << 20;
/// How many symbolic refs are followed in a row, as many as git follows.
pub(super) const MAX_FOLLOW: usize = 5;

/// The full name of a branch, `refs/heads/...`, that git would accept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchName(String);

/// Where HEAD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On a branch.
    Branch {
        /// The branch.
        name: BranchName,
        /// Its tip.
        commit: CommitId,
    },
    /// On a branch that has no commit yet.
    Unborn {
        /// The branch to be born.
        name: BranchName,
    },
    /// On a commit, and no branch.
    Detached {
        /// The commit.
        commit: CommitId,
    },
}

/// What a ref's file or line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An object.
    Object(ObjectId),
    /// The name of another ref.
    Symbolic(Vec<u8>),
}

/// Why a branch or HEAD could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RefError {
    /// A name stands for no commit.
    #[error(
        "{} names neither a commit nor a file; give a branch, a tag, a commit id or a file that is there",
        quote(name)
    )]
    NoCommit {
        /// The name.
        name: Vec<u8>,
    },
    /// The word is no branch name.
    #[error("{} is not the name of a branch; give one as `main` or `refs/heads/main`", quote(name))]
    BadName {
        /// The word.
        name: Vec<u8>,
    },
    /// The branch is only a name for another one.
    #[error("{branch} is a symbolic ref to {}; name that branch instead", quote(target))]
    Symbolic {
        /// The branch.
        branch: BranchName,
        /// What it stands for.
        target: Vec<u8>,
    },
    /// HEAD leads to something that is no branch.
    #[error("HEAD leads to {}, which is no branch; name the branch", quote(target))]
    OddHead {
        /// Where it leads.
        target: Vec<u8>,
    },
    /// What a ref names is no commit.
    #[error("{} names {id}, which is {found}, not a commit; look with: git fsck", quote(name))]
    NotACommit {
        /// The ref.
        name: Vec<u8>,
        /// What it names.
        id: ObjectId,
        /// What that is.
        found: String,
    },
    /// A ref's file holds neither an id nor a name.
    #[error("{} is damaged; look with: git fsck", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The list of packed refs or the object behind a ref could not be read.
    #[error("{} cannot be looked up; look with: git fsck", quote(name))]
    Lookup {
        /// The ref.
        name: Vec<u8>,
        /// What gix said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl BranchName {
    /// A branch by its short or full name; only names that git would give a branch.
    pub fn parse(name: &str) -> Result<Self, RefError> {
        let refuse = || RefError::BadName { name: name.as_bytes().to_vec() };
        let short = name.strip_prefix("refs/heads/").unwrap_or(name);
        if short.starts_with('-') || short.starts_with("refs/") || short == "HEAD" {
            return Err(refuse());
        }
        let full = format!("refs/heads/{short}");
        match gix::validate::reference::name(BStr::new(&full)) {
            Ok(_) => Ok(Self(full)),
            Err(_) => Err(refuse()),
        }
    }

    /// A branch by its full name alone.
    fn full(name: &[u8]) -> Option<Self> {
        let text = name.to_str().ok().filter(|text| text.starts_with("refs/heads/"))?;
        Self::parse(text).ok()
    }

    /// The full name, `refs/heads/main`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without `refs/heads/`.
    pub fn short(&self) -> &str {
        self.0.strip_prefix("refs/heads/").unwrap_or(&self.0)
    }
}

impl std::fmt::Display for BranchName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&quote(self.0.as_bytes()))
    }
}

impl std::fmt::Debug for BranchName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BranchName({self})")
    }
}

impl Repo {
    /// Where HEAD is.
    pub fn head(&self) -> Result<Head, RefError> {
        match self.head_target(self.git_dir())? {
            Target::Object(id) => Ok(Head::Detached { commit: self.commit_at(b"HEAD", id)? }),
            Target::Ref(target, id) => {
                let name = BranchName::full(&target).ok_or(RefError::OddHead { target: target.clone() })?;
                match id {
                    Some(id) => Ok(Head::Branch { name, commit: self.commit_at(&target, id)? }),
                    None => Ok(Head::Unborn { name }),
                }
            }
        }
    }

    /// The branch that HEAD names, which may have no commit yet; none where HEAD is detached. No object is looked at: the
    /// index of a pack of a million costs more to open than all else of a sync with nothing to do.
    pub fn head_branch(&self) -> Result<Option<BranchName>, RefError> {
        match self.head_target(self.git_dir())? {
            Target::Object(_) => Ok(None),
            Target::Ref(target, _) => BranchName::full(&target).ok_or(RefError::OddHead { target }).map(Some),
        }
    }

    /// The tip of a branch, read afresh; none if there is no such branch.
    pub fn tip(&self, branch: &BranchName) -> Result<Option<CommitId>, RefError> {
        match self.read_ref(branch.as_str().as_bytes())? {
            None => Ok(None),
            Some(Value::Object(id)) => self.commit_at(branch.as_str().as_bytes(), id).map(Some),
            Some(Value::Symbolic(target)) => Err(RefError::Symbolic { branch: branch.clone(), target }),
        }
    }

    /// What a branch's ref says, read afresh and not looked into: as little as can be asked. None if there is no such branch.
    pub fn glance(&self, branch: &BranchName) -> Result<Option<ObjectId>, RefError> {
        Ok(match self.read_ref(branch.as_str().as_bytes())? {
            Some(Value::Object(id)) => Some(id),
            Some(Value::Symbolic(_)) | None => None,
        })
    }

    /// The commit that a name stands for, in any way git can spell one.
    pub fn commit_named(&self, name: &str) -> Result<CommitId, RefError> {
        if let Some(commit) = self.commit_plainly_named(name) {
            return Ok(commit);
        }
        let unknown = || RefError::NoCommit { name: name.as_bytes().to_vec() };
        let git = Git::new(self, "rev-parse", &[]).args(["--verify", "--quiet", "--end-of-options"]);
        self.refuse_odd(name)?;
        let output = git.arg(format!("{name}^{{commit}}")).run().map_err(|_| unknown())?;
        parse_id(self.hash_kind(), output.trim_ascii()).map(CommitId::new).ok_or_else(unknown)
    }

    /// The commit of a full id, or of a ref that names one straight, looked for where git looks and in git's order, as long as
    /// nothing about the name asks for more; git itself is asked then.
    fn commit_plainly_named(&self, name: &str) -> Option<CommitId> {
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'));
        let own = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];
        if !is_plain || own.iter().any(|own| name.starts_with(own)) {
            return None;
        }
        let id = match parse_id(self.hash_kind(), name.as_bytes()) {
            Some(id) => id,
            None if name == "HEAD" => match self.head_target(self.git_dir()).ok()? {
                Target::Object(id) | Target::Ref(_, Some(id)) => id,
                Target::Ref(_, None) => return None,
            },
            None if !name.starts_with("refs/") && self.git_dir().join(name).exists() => return None,
            None => {
                let places = ["", "refs/", "refs/tags/", "refs/heads/"].map(|place| format!("{place}{name}"));
                let is_ref = |place: &&String| {
                    place.starts_with("refs/") && gix::validate::reference::name(BStr::new(place.as_bytes())).is_ok()
                };
                let mut values = places.iter().filter(is_ref).map(|place| self.read_ref(place.as_bytes()));
                match values.find(|value| !matches!(value, Ok(None)))?.ok()?? {
                    Value::Object(id) => id,
                    Value::Symbolic(_) => return None,
                }
            }
        };
        self.commit_at(name.as_bytes(), id).ok()
    }

    /// Refuses a name, with whatever follows it, at whose refs git would wait without end.
    fn refuse_odd(&self, name: &str) -> Result<(), RefError> {
        let bare = name.split(['^', '~', ':']).next().unwrap_or(name).split("@{").next().unwrap_or(name);
        let places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map(|place| format!("{place}{bare}"));
        let paths = places.iter().map(|place| self.common_dir().join(to_path(place.as_bytes())));
        match paths.into_iter().find(|path| !path.is_dir() && odd(path, LONGEST).is_some()) {
            Some(path) => Err(RefError::Damaged { path }),
            None => Ok(()),
        }
    }

    /// The value of a shared ref, read afresh: the file first, then the packed list, as git itself looks.
    pub(super) fn read_ref(&self, name: &[u8]) -> Result<Option<Value>, RefError> {
        let lookup = |source: gix::Error| RefError::Lookup { name: name.to_vec(), source: Box::new(source) };
        if let Some(value) = read_file(self.hash_kind(), &self.common_dir().join(to_path(name)))? {
            return Ok(Some(value));
        }
        let full: &gix::refs::FullNameRef = match BStr::new(name).try_into() {
            Ok(full) => full,
            Err(_) => return Ok(None),
        };
        let Some(packed) = self.gix.refs.open_packed_buffer().map_err(lookup)? else { return Ok(None) };
        let found = packed.try_find(full).map_err(lookup)?;
        Ok(found.filter(|found| found.name == full).map(|found| Value::Object(found.target())))
    }

    /// Where the HEAD in this git directory leads in the end.
    pub(super) fn head_target(&self, git_dir: &Path) -> Result<Target, RefError> {
        let path = git_dir.join("HEAD");
        let mut value = read_file(self.hash_kind(), &path)?.ok_or(RefError::Damaged { path: path.clone() })?;
        for _ in 0..MAX_FOLLOW {
            let name = match value {
                Value::Object(id) => return Ok(Target::Object(id)),
                Value::Symbolic(name) => name,
            };
            value = match self.read_ref(&name)? {
                None => return Ok(Target::Ref(name, None)),
                Some(Value::Object(id)) => return Ok(Target::Ref(name, Some(id))),
                Some(next) => next,
            };
        }
        Err(RefError::Damaged { path })
    }

    fn commit_at(&self, name: &[u8], id: ObjectId) -> Result<CommitId, RefError> {
        let not = |found: String| RefError::NotACommit { name: name.to_vec(), id, found };
        let lookup = |source| RefError::Lookup { name: name.to_vec(), source };
        let kind = match self.gix.try_find_header(id).map_err(|source| lookup(Box::new(source)))? {
            Some(header) => Some(header.kind()),
            None => self.look_anew(id).map_err(|source| lookup(Box::new(source)))?,
        };
        match kind {
            Some(gix::objs::Kind::Commit) => Ok(CommitId::new(id)),
            Some(kind) => Err(not(format!("a {kind}"))),
            None => Err(not("missing".to_owned())),
        }
    }
}

/// Where HEAD leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Straight to an object.
    Object(ObjectId),
    /// To a ref, which may not exist yet.
    Ref(Vec<u8>, Option<ObjectId>),
}

/// A full hexadecimal id of this kind of hash.
pub(super) fn parse_id(hash: HashKind, hex: &[u8]) -> Option<ObjectId> {
    (hex.len() == hash.len_in_hex()).then(|| ObjectId::from_hex(hex).ok()).flatten()
}

/// A ref's name as a path below the git directory.
pub(super) fn to_path(name: &[u8]) -> PathBuf {
    gix::path::from_byte_slice(name).map_or_else(|_| PathBuf::from("refs/none"), Path::to_owned)
}

/// What a loose ref's file says; none where no file is.
pub(super) fn read_file(hash: HashKind, path: &Path) -> Result<Option<Value>, RefError> {
    let failed = |source| RefError::Read { path: path.to_owned(), source };
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => return Ok(None),
        Ok(meta) if meta.file_type().is_symlink() => {
            // The oldest symbolic refs are symbolic links.
            let target = std::fs::read_link(path).map_err(failed)?;
            if target.starts_with("refs") {
                return Ok(Some(Value::Symbolic(target.as_os_str().as_encoded_bytes().to_vec())));
            }
        }
        Ok(_) => {}
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    let bytes = match read_start(path, LONGEST) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let text = bytes.trim_end();
    let value = match text.strip_prefix(b"ref:") {
        Some(name) => Some(Value::Symbolic(name.trim().to_vec()))
            .filter(|_| gix::validate::reference::name(name.trim().as_bstr()).is_ok()),
        None => parse_id(hash, text).map(Value::Object),
    };
    value.map(Some).ok_or_else(|| RefError::Damaged { path: path.to_owned() })
}

/// Whether the error says that there is no such file, a file in a folder's place included.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_words_are_no_branch_names() {
        for bad in [
            "",
            "-x",
            "--upload-pack=x",
            "refs/heads/-x",
            "refs/tags/v1",
            "HEAD",
            "a..b",
            "a b",
            "@{-1}",
            "a.lock",
            "/a",
            "a/",
            "../x",
            "a\nb",
            "refs/heads/",
            "refs/heads",
            "a/.b",
        ] {
            assert!(BranchName::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn a_branch_is_named_short_or_in_full() {
        for good in ["main", "refs/heads/main"] {
            assert_eq!(BranchName::parse(good).map(|b| b.as_str().to_owned()).ok(), Some("refs/heads/main".to_owned()));
        }
        assert_eq!(BranchName::parse("feature/ü").map(|b| b.short().to_owned()).ok(), Some("feature/ü".to_owned()));
    }
}
