//! Finding and opening a repository, and refusing those hhgit would not handle soundly; moves and writes nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gix::bstr::{BString, ByteSlice};

use super::bounds::bounded;
use super::commit::Person;
use super::damaged;
use super::environment::Environment;
use super::keep::share;
use super::odd;
use super::shared::shared_permissions;
use crate::ids::HashKind;
use crate::memory::journal::Journal;
use crate::memory::own::Own;
use crate::memory::store::Store;

pub use super::open_error::OpenError;

/// The repository extensions that hhgit knows to handle, in lower case.
const EXTENSIONS: [&str; 7] =
    ["objectformat", "worktreeconfig", "partialclone", "noop", "preciousobjects", "relativeworktrees", "refstorage"];
/// Extensions that git obeys in version 0 too; others need version 1.
const VERSION_0: [&str; 4] = ["worktreeconfig", "partialclone", "noop", "preciousobjects"];
/// How many packs an object database can come to know: gix fixes the number when it opens one, by what is there then, and
/// fails when more appear. Beside people who push and other syncs they do.
pub(super) const SLOTS: gix::odb::store::init::Slots =
    gix::odb::store::init::Slots::AsNeededByDiskState { multiplier: 2.0, minimum: 1024 };
/// How long a busy lock is waited for where the configuration does not say.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How long a busy lock is waited for at most.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(30);

/// An opened repository that passed the gate.
pub struct Repo {
    pub(super) gix: gix::Repository,
    pub(super) environment: Environment,
    /// The shared git directory, without the `..` that leads there from a linked work tree.
    common_dir: PathBuf,
}

impl Repo {
    /// Opens the repository that `dir` is in, as git finds it, in this process' environment.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Self::open_in(dir, Environment::of_process())
    }

    /// Opens the repository that `dir` is in, in the given environment.
    pub fn open_in(dir: &Path, environment: Environment) -> Result<Self, OpenError> {
        if environment.namespace.is_some() {
            return Err(OpenError::Namespace);
        }
        let mut gix = discover(dir, &environment)?;
        gix.make_paths_absolute().map_err(|source| open_error(dir, source))?;
        take_named_work_tree(&mut gix, dir, &environment).map_err(|source| open_error(dir, source))?;
        if gix.git_dir_trust() != gix::sec::Trust::Full {
            return Err(OpenError::Untrusted { dir: gix.workdir().unwrap_or(gix.git_dir()).to_owned() });
        }
        if environment.git_dir.is_none() && is_guarded_bare(&gix) {
            return Err(OpenError::FoundBare { dir: gix.git_dir().to_owned() });
        }
        gate(gix.common_dir(), gix.config_snapshot().plumbing())?;
        let common_dir = match gix.common_dir() == gix.git_dir() {
            // Without the `.` of the directory the search began in, for people who read the path in a message.
            true => gix.common_dir().components().collect(),
            false => gix.common_dir().canonicalize().unwrap_or_else(|_| gix.common_dir().to_owned()),
        };
        Ok(Self { gix, environment, common_dir })
    }

    /// This work tree's own git directory (that of the repository, but for linked work trees).
    pub fn git_dir(&self) -> &Path {
        self.gix.git_dir()
    }

    /// The git directory that all work trees share: objects, refs, configuration.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The work tree's root; none in a bare repository.
    pub fn work_tree(&self) -> Option<PathBuf> {
        self.gix.workdir().map(Path::to_owned)
    }

    /// The kind of hash that names objects.
    pub fn hash_kind(&self) -> HashKind {
        self.gix.object_hash()
    }

    /// Whether objects may be missing by design.
    pub fn is_partial_clone(&self) -> bool {
        let config = self.gix.config_snapshot();
        config.string("extensions.partialClone").is_some()
            || config.plumbing().sections_by_name("remote").is_some_and(|mut sections| {
                sections.any(|s| s.value("promisor").is_some() || s.value("partialclonefilter").is_some())
            })
    }

    /// Whether history is cut off somewhere.
    pub fn is_shallow(&self) -> bool {
        self.gix.is_shallow().unwrap_or(false)
    }

    /// Whether a push is being judged right now, so that no ref may move.
    pub fn in_quarantine(&self) -> bool {
        self.environment.quarantine.is_some()
    }

    /// The last value of a configuration key such as `hhgit.author`.
    pub fn config(&self, key: &str) -> Option<String> {
        self.gix.config_snapshot().string(key).map(|value| value.to_str_lossy().into_owned())
    }

    /// All values of a configuration key, in the order of their files.
    pub fn config_all(&self, key: &str) -> Vec<String> {
        let values = self.gix.config_snapshot().plumbing().strings(key).unwrap_or_default();
        values.iter().map(|value| value.to_str_lossy().into_owned()).collect()
    }

    /// A configuration key as yes or no; none if it is not set or is neither.
    pub fn config_bool(&self, key: &str) -> Option<bool> {
        self.gix.config_snapshot().boolean(key)
    }

    /// The author that git itself would name here, if it knows one.
    pub fn git_author(&self) -> Option<Person> {
        self.gix.author().and_then(Result::ok).map(|who| Person::of(who.name, who.email))
    }

    /// The committer that git itself would name here, if it knows one.
    pub fn git_committer(&self) -> Option<Person> {
        self.gix.committer().and_then(Result::ok).map(|who| Person::of(who.name, who.email))
    }

    /// The mode bits that `core.sharedRepository` asks for, in git's own encoding: positive to add, negative to set.
    pub(super) fn shared_permissions(&self) -> i32 {
        let config = self.gix.config_snapshot();
        let value: Option<Option<BString>> = config.plumbing().string_implicit("core.sharedRepository");
        match value {
            None => 0,
            Some(value) => shared_permissions(value.as_ref().map(|v| v.as_slice())),
        }
    }

    /// Where hhgit keeps what it remembers of this repository's trees.
    pub fn memory(&self) -> Store {
        Store::new(&self.common_dir, user(), share, self.shared_permissions())
    }

    /// Where hhgit keeps what this user alone is to know of this repository's trees.
    pub fn own_memory(&self) -> Own {
        Own::new(&self.common_dir, user(), share, self.shared_permissions())
    }

    /// Where hhgit keeps what it found of commits, under the name of all that this depends on besides them.
    pub fn journal(&self, name: &str) -> Journal {
        Journal::new((&self.common_dir, name), user(), share, self.shared_permissions())
    }

    /// How long a lock of a single ref is waited for.
    pub(super) fn ref_lock_wait(&self) -> Duration {
        match self.gix.config_snapshot().integer("core.filesRefLockTimeout") {
            None => LOCK_WAIT,
            Some(millis) => u64::try_from(millis).map_or(LOCK_WAIT_MAX, Duration::from_millis).min(LOCK_WAIT_MAX),
        }
    }
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repo").field("git_dir", &self.git_dir()).finish_non_exhaustive()
    }
}

/// The user that this process acts as.
pub(super) fn user() -> u32 {
    #[cfg(unix)]
    {
        rustix::process::geteuid().as_raw()
    }
    #[cfg(not(unix))]
    0
}

fn discover(dir: &Path, environment: &Environment) -> Result<gix::Repository, OpenError> {
    use gix::ThreadSafeRepository as Repository;
    // Trust is judged by the caller, with an error of its own.
    let permissions = if environment.isolated { gix::open::Permissions::isolated() } else { Default::default() };
    let options = bounded(permissions).strict_config(true).bail_if_untrusted(false).object_store_slots(SLOTS);
    let mapping = gix::sec::trust::Mapping { full: options.clone(), reduced: options.clone() };
    let dir = environment.git_dir.as_deref().unwrap_or(dir);
    // Searched from its full path, and with the root as the place to be relative to: a repository found as `../../.git` would be
    // lost as soon as a sync takes away the last file of the folder that it was started in.
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let dir = dir.as_path();
    odd::refuse(dir, environment)?;
    let current_dir = dir.ancestors().last().filter(|root| root.has_root());
    let search =
        gix::discover::upwards::Options { match_ceiling_dir_or_error: false, current_dir, ..Default::default() };
    let found = match &environment.git_dir {
        // Opened by its full path: gix does not take the `.` that git names it by in hooks of a repository with a work tree.
        Some(named) => Repository::open_opts(named, options.open_path_as_is(true)),
        None if environment.isolated => Repository::discover_opts(dir, search, mapping),
        None => Repository::discover_with_environment_overrides_opts(dir, search, mapping),
    };
    found.map(|repo| repo.to_thread_local()).map_err(|source| match gix::discover::upwards(dir) {
        Err(_) if !dir.is_dir() => OpenError::NoDirectory { dir: dir.to_owned() },
        Err(_) if source.is_not_found() => damaged::not_found(dir),
        Err(_) => open_error(dir, source),
        // gix refuses some formats by itself; the gate says why in words of its own.
        Ok((found, _)) => match gate_file(&found.into_repository_and_work_tree_directories().0) {
            Err(refusal) => refusal,
            Ok(()) => open_error(dir, source),
        },
    })
}

/// The gate for a repository that gix did not open.
fn gate_file(git_dir: &Path) -> Result<(), OpenError> {
    let common = odd::common(git_dir);
    match gix::config::File::from_path_no_includes(common.join("config"), gix::config::Source::Local) {
        Ok(config) => gate(&common, &config),
        Err(_) => Ok(()),
    }
}

fn open_error(dir: &Path, source: gix::Error) -> OpenError {
    OpenError::Open { dir: dir.to_owned(), source: Box::new(source) }
}

/// Where a git directory lies apart and is named, as in hooks, git takes the directory it is run in for the work tree.
fn take_named_work_tree(gix: &mut gix::Repository, dir: &Path, environment: &Environment) -> Result<(), gix::Error> {
    let has_one = gix.config_snapshot().boolean("core.bare") == Some(false);
    if environment.git_dir.is_none() || gix.workdir().is_some() || !has_one {
        return Ok(());
    }
    let work_tree = environment.work_tree.as_deref().unwrap_or(dir);
    let work_tree = work_tree.canonicalize().unwrap_or_else(|_| work_tree.to_owned());
    // A server's hooks run in the git directory itself.
    if work_tree.is_dir() && work_tree != gix.git_dir().canonicalize().unwrap_or_else(|_| gix.git_dir().to_owned()) {
        gix.set_workdir(work_tree)?;
    }
    Ok(())
}

/// Whether this is a bare repository and the user's or system's configuration says that none may be used by being found.
/// What lies inside a work tree may be somebody else's, and its configuration names programs to run.
fn is_guarded_bare(gix: &gix::Repository) -> bool {
    use gix::config::Source::{Local, Worktree};
    let outside = |meta: &gix::config::file::Metadata| !matches!(meta.source, Local | Worktree);
    let setting = gix.config_snapshot().plumbing().string_filter("safe.bareRepository", outside);
    let in_dot_git = gix.git_dir().components().any(|part| part.as_os_str() == ".git");
    gix.workdir().is_none() && !in_dot_git && setting.is_some_and(|value| value.eq_ignore_ascii_case(b"explicit"))
}

/// Refuses formats and extensions that hhgit does not know. As git does, it looks at the repository's own file alone.
fn gate(common_dir: &Path, config: &gix::config::File) -> Result<(), OpenError> {
    let dir = || common_dir.components().collect();
    let own = |meta: &gix::config::file::Metadata| meta.source == gix::config::Source::Local && meta.level == 0;
    let version = config.string_filter("core.repositoryFormatVersion", own).unwrap_or_else(|| "0".into());
    let is_v0 = match version.as_slice() {
        b"0" | b"" => true,
        b"1" => false,
        _ => return Err(OpenError::Version { dir: dir(), version: version.to_str_lossy().into_owned() }),
    };
    for section in config.sections_by_name("extensions").into_iter().flatten() {
        if !own(section.meta()) || section.header().subsection_name().is_some() {
            continue;
        }
        for name in section.value_names() {
            let key = name.to_ascii_lowercase();
            match (EXTENSIONS.contains(&key.as_str()), is_v0) {
                (false, true) => continue,
                (false, false) => return Err(OpenError::Extension { dir: dir(), name }),
                (true, true) if !VERSION_0.contains(&key.as_str()) => {
                    return Err(OpenError::ExtensionNeedsVersion { dir: dir(), name });
                }
                (true, _) => {}
            }
            let value = section.value(&name).unwrap_or_default();
            if key == "refstorage" && !value.eq_ignore_ascii_case(b"files") {
                return Err(OpenError::RefStorage { dir: dir(), storage: value.to_str_lossy().into_owned() });
            }
        }
    }
    Ok(())
}
