//! The repository to work in: the one around, or, where there is none, a temporary one that goes away.
//!
//! A killed run leaves its temporary repository behind. Each is marked by a file that its process holds locked, so a later
//! run knows those that nobody uses any more, and takes them away.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{Remote, RemoteError};
use crate::git::environment::Environment;
use crate::git::open::{OpenError, Repo};
use crate::git::refs::BranchName;
use crate::ids::HashKind;
use crate::options::remote::Remote as Asked;

/// How the directories of temporary repositories begin.
const PREFIX: &str = "hhgit-remote-";
/// The file in them that their process holds locked.
const MARK: &str = "in-use";

/// A repository to fetch into and push from.
pub struct Place {
    repo: Repo,
    temporary: Option<Temporary>,
    main: Option<BranchName>,
}

/// A directory that goes away, marked for as long as it is used.
struct Temporary {
    dir: tempfile::TempDir,
    _mark: File,
}

impl Place {
    /// The repository that `directory` is in, else, or where that is asked, a temporary one that fits the remote.
    pub fn find(directory: &Path, asked: &Asked) -> Result<Self, RemoteError> {
        if asked.apart {
            return Self::temporary(directory, asked);
        }
        match Repo::open(directory) {
            Ok(repo) => Ok(Self { repo, temporary: None, main: None }),
            Err(OpenError::NotFound { .. }) => Self::temporary(directory, asked),
            Err(error) => Err(error.into()),
        }
    }

    /// The repository.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// Whether it goes away afterwards, so that what it holds is worth nothing.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// The remote's main branch, where that came to be known by making the place.
    pub fn main_branch(&self) -> Option<BranchName> {
        self.main.clone()
    }

    fn temporary(directory: &Path, asked: &Asked) -> Result<Self, RemoteError> {
        let failed = |dir: &Path, source: Box<dyn std::error::Error + Send + Sync>| RemoteError::Place {
            dir: dir.to_owned(),
            source,
        };
        let place = std::env::temp_dir();
        let temporary = Temporary::make(&place).map_err(|source| failed(&place, source.into()))?;
        clean(&place, temporary.dir.path());
        let make = |name: &str, hash| {
            let dir = temporary.dir.path().join(name);
            let options = gix::create::Options { object_hash: Some(hash), ..Default::default() };
            std::fs::create_dir(&dir).map_err(|source| failed(&dir, source.into()))?;
            gix::create::into(&dir, gix::create::Kind::Bare, options).map_err(|source| failed(&dir, source.into()))?;
            let git_dir = Some(dir.canonicalize().unwrap_or_else(|_| dir.clone()));
            Ok::<Repo, RemoteError>(Repo::open_in(&dir, Environment { git_dir, ..Environment::default() })?)
        };
        let repo = make("repo", HashKind::Sha1)?;
        let remote = Remote::find(&repo, asked, directory)?;
        let listed = remote.list(&["HEAD"])?;
        // Where HEAD names a branch that is not there, any other ref shows the hash.
        let hash =
            listed.hash_kind().map_or_else(|| remote.list(&[]).map(|all| all.hash_kind()), |hash| Ok(Some(hash)))?;
        let repo = match hash.filter(|hash| *hash != repo.hash_kind()) {
            Some(hash) => make("other", hash)?,
            None => repo,
        };
        Ok(Self { repo, temporary: Some(temporary), main: listed.head() })
    }
}

impl Temporary {
    fn make(place: &Path) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        // Locked before it has its name, so that nobody takes it for a dead run's.
        let new = dir.path().join("new");
        let mark = File::create_new(&new)?;
        drop(mark.try_lock());
        std::fs::rename(&new, dir.path().join(MARK))?;
        Ok(Self { dir, _mark: mark })
    }
}

/// Takes away what killed runs of this user left beside `own`. What cannot be taken away stays.
fn clean(place: &Path, own: &Path) {
    let entries = std::fs::read_dir(place).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes())) {
        let path = entry.path();
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_dir && same_owner(&path, own) && is_left(&path.join(MARK)) {
            drop(std::fs::remove_dir_all(&path));
        }
    }
}

/// Whether there is a mark that nobody holds.
fn is_left(mark: &Path) -> bool {
    File::open(mark).is_ok_and(|mark| matches!(mark.try_lock(), Ok(())))
}

#[cfg(unix)]
fn same_owner(path: &Path, own: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| std::fs::symlink_metadata(path).map(|meta| meta.uid()).ok();
    owner(path).is_some() && owner(path) == owner(own)
}

#[cfg(not(unix))]
fn same_owner(_path: &Path, _own: &Path) -> bool {
    true
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("repo", &self.repo).field("temporary", &self.is_temporary()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_taken_away_and_a_living_ones_is_not() {
        let place = tempfile::tempdir().expect("a directory");
        let own = Temporary::make(place.path()).expect("a directory");
        let living = Temporary::make(place.path()).expect("a directory");
        let dead = place.path().join("hhgit-remote-dead");
        std::fs::create_dir(&dead).expect("a directory");
        std::fs::write(dead.join(MARK), "").expect("a file");
        let unmarked = place.path().join("hhgit-remote-unmarked");
        std::fs::create_dir(&unmarked).expect("a directory");
        clean(place.path(), own.dir.path());
        assert!(!dead.exists() && unmarked.exists() && living.dir.path().exists() && own.dir.path().exists());
    }
}
