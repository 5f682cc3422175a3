//! Git's own merge of two trees, in a place of its own: nothing of it reaches the repository, and nothing there is run.
//!
//! `git merge-tree` works in an empty bare repository that goes away, whose objects are the repository's and those made here.
//! So no configuration but git's own defaults counts: no merge driver, filter, textconv or hook can be named. Attributes
//! are read from the tree that is asked for, and choose among what is built in (`binary`, `union`, `-merge`); a driver that they name
//! by any other word is git's usual merge of lines.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gix::bstr::ByteSlice;
use gix::objs::{Kind, Write};

use super::commit::{CommitMeta, encode};
use super::environment::Environment;
use super::open::{OpenError, Repo};
use super::read::Reader;
use super::refs::{BranchName, parse_id};
use super::run::{Git, GitError};
use super::sign::quoted;
use super::tree::NewTree;
use crate::ids::{BlobId, Collision, CommitId, Mode, ObjectId, TreeId};
use crate::path::{PathError, RepoPath};
use crate::plan::{Content, Edit};
use crate::snapshot::Commit;

/// Where trees are merged that nobody may see yet.
pub struct Merging<'r> {
    temp: tempfile::TempDir,
    of: &'r Repo,
    own: Repo,
}

/// What git's merge of two commits came to.
#[derive(Debug, Clone)]
pub struct Combined {
    /// The tree; where there are conflicts, with git's marks in its files.
    pub tree: TreeId,
    /// What could not be merged, as an index would hold it; empty if all could.
    pub stages: Vec<Stage>,
    /// What git says of each conflict: the paths it is about, and the words.
    pub said: Vec<Said>,
}

/// One side of a path that could not be merged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage {
    /// The path.
    pub path: RepoPath,
    /// Which side: 1 is the base, 2 ours, 3 theirs.
    pub number: u8,
    /// Its mode.
    pub mode: Mode,
    /// Its object.
    pub id: ObjectId,
}

/// What git says of one conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The paths it is about.
    pub paths: Vec<RepoPath>,
    /// Its kind, as git names it: `CONFLICT (contents)`.
    pub kind: String,
    /// The words.
    pub message: String,
}

/// Why trees could not be merged. The repository is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MergingError {
    /// A temporary file could not be made.
    #[error("{} cannot be written; look at the disk's space and the directory's permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The place could not be made, or an object not be put there.
    #[error("{} cannot be written; look at the disk's space and the directory's permissions", path.display())]
    Object {
        /// The directory.
        path: PathBuf,
        /// What gix said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The place or the repository could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Git could not be asked, or could not merge.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Git is too old, or its answer means nothing.
    #[error("git merge-tree gave no answer that can be read ({words}); hhgit merges with git 2.38 or newer")]
    Answer {
        /// What it said.
        words: String,
    },
    /// A path that git named cannot be one.
    #[error("git merge-tree named a path that git itself does not check out")]
    Path(#[from] PathError),
    /// An object's hash cannot be trusted.
    #[error(transparent)]
    Collision(#[from] Collision),
}

impl<'r> Merging<'r> {
    /// Makes the place.
    pub fn begin(repo: &'r Repo) -> Result<Self, MergingError> {
        let temp = tempfile::Builder::new().prefix("hhgit-merge-").tempdir();
        let temp = temp.map_err(|source| MergingError::Io { path: std::env::temp_dir(), source })?;
        let (dir, objects) = (temp.path().join("git"), temp.path().join("objects"));
        for path in [&dir, &objects] {
            std::fs::create_dir(path).map_err(|source| MergingError::Io { path: path.clone(), source })?;
        }
        let options = gix::create::Options { object_hash: Some(repo.hash_kind()), ..Default::default() };
        gix::create::into(&dir, gix::create::Kind::Bare, options)
            .map_err(|source| MergingError::Object { path: dir.clone(), source: source.into() })?;
        let git_dir = Some(dir.canonicalize().unwrap_or_else(|_| dir.clone()));
        let own = Repo::open_in(&dir, Environment { git_dir, ..Environment::isolated() })?;
        // History that is cut off in the repository is cut off here.
        let cut = repo.common_dir().join("shallow");
        if cut.is_file() {
            std::fs::copy(&cut, dir.join("shallow")).map_err(|source| MergingError::Io { path: cut, source })?;
        }
        Ok(Self { temp, of: repo, own })
    }

    /// A reader of the repository that sees what was made here besides.
    pub fn reader(&self) -> Result<Reader, OpenError> {
        Reader::joining(self.of, Some(&self.objects()))
    }

    /// Keeps the new objects of a tree here.
    pub fn keep<'e>(&self, edits: impl Iterator<Item = &'e Edit>, tree: &NewTree) -> Result<(), MergingError> {
        for edit in edits {
            if let Some(Content::New { bytes, .. }) = edit.to.as_ref().map(|to| &to.content) {
                self.blob(bytes)?;
            }
        }
        tree.objects.iter().try_for_each(|(_, bytes)| self.object(Kind::Tree, bytes))
    }

    /// Keeps a file here.
    pub fn blob(&self, bytes: &[u8]) -> Result<BlobId, MergingError> {
        self.object(Kind::Blob, bytes)?;
        Ok(BlobId::of(self.of.hash_kind(), bytes)?)
    }

    /// A commit that is here alone.
    pub fn commit(&self, tree: TreeId, meta: &CommitMeta, message: &str) -> Result<Commit, MergingError> {
        let bytes = encode(tree, meta, message);
        let id = CommitId::of(self.of.hash_kind(), &bytes)?;
        self.object(Kind::Commit, &bytes)?;
        let (parents, committed) = (meta.parents.clone(), meta.committer.time);
        Ok(Commit { id, tree, parents, committed, message: message.as_bytes().to_vec() })
    }

    /// Git's own merge of two commits with what they came from, by the attributes of a tree. Its marks name our side HEAD and
    /// their side as `label` says, if a branch can be called so; both by their ids where there is no label.
    pub fn combine(
        &self,
        (ours, theirs): (CommitId, CommitId),
        label: Option<&str>,
        attributes: TreeId,
    ) -> Result<Combined, MergingError> {
        let attributes = attributes.to_string();
        // A folder whose files a sync sorted was not renamed: what is put into it later belongs there.
        let config = [("attr.tree", attributes.as_ref()), ("merge.directoryRenames", "false".as_ref())];
        let names = match label {
            Some(label) => {
                self.name("HEAD", ours)?;
                ["HEAD".to_owned(), self.label(label, theirs)?]
            }
            None => [ours.to_string(), theirs.to_string()],
        };
        let git = Git::new(&self.own, "merge-tree", &config).env("GIT_OBJECT_DIRECTORY", self.objects());
        let git = git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted(&self.of.common_dir().join("objects")));
        let git = git.args(["--write-tree", "-z", "--messages", "--allow-unrelated-histories"]);
        let answer = git.args(names.each_ref().map(String::as_str)).ask()?;
        let read = read(self.of, &answer.output).transpose()?;
        read.ok_or_else(|| MergingError::Answer { words: answer.words })
    }

    /// Gives a commit a name that git's marks can use; its id where the one wanted cannot be a branch's or means something else.
    fn label(&self, wanted: &str, commit: CommitId) -> Result<String, MergingError> {
        // What git reads as something else than a branch: an id, HEAD's other name, a file of the git directory.
        let is_other = wanted == "@"
            || wanted.bytes().all(|byte| byte.is_ascii_hexdigit())
            || self.own.git_dir().join(wanted).exists();
        match BranchName::parse(wanted) {
            Ok(branch) if !is_other && branch.short() == wanted => {
                self.name(branch.as_str(), commit)?;
                Ok(if self.is_named(wanted, commit)? { wanted.to_owned() } else { commit.to_string() })
            }
            _ => Ok(commit.to_string()),
        }
    }

    /// Whether git takes a name for this commit and no other.
    fn is_named(&self, name: &str, commit: CommitId) -> Result<bool, MergingError> {
        let git = Git::new(&self.own, "rev-parse", &[]).args(["--verify", "--quiet", "--end-of-options"]);
        let answer = git.arg(name).ask()?;
        // Some gits repeat the option that ends the options.
        let line = answer.output.lines().next_back();
        Ok(line.and_then(|line| parse_id(self.of.hash_kind(), line)) == Some(commit.object()))
    }

    fn name(&self, name: &str, commit: CommitId) -> Result<(), MergingError> {
        let path = self.own.git_dir().join(name);
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder
            .and_then(|()| std::fs::write(&path, format!("{commit}\n")))
            .map_err(|source| MergingError::Io { path, source })
    }

    fn objects(&self) -> PathBuf {
        self.temp.path().join("objects")
    }

    fn object(&self, kind: Kind, bytes: &[u8]) -> Result<(), MergingError> {
        let loose = gix::odb::loose::Store::at(self.objects(), self.of.hash_kind());
        let failed = |source: gix::Error| MergingError::Object { path: self.objects(), source: Box::new(source) };
        loose.write_buf(kind, bytes).map(drop).map_err(failed)
    }
}

/// The answer of `git merge-tree --write-tree -z --messages`: the tree, the sides of what could not be merged, and the words.
fn read(repo: &Repo, output: &[u8]) -> Option<Result<Combined, PathError>> {
    let mut fields = output.split(|byte| *byte == 0);
    let tree = TreeId::new(parse_id(repo.hash_kind(), fields.next()?)?);
    let mut stages = Vec::new();
    for line in fields.by_ref().take_while(|line| !line.is_empty()) {
        let (entry, path) = line.split_once_str(b"\t")?;
        let mut words = entry.to_str().ok()?.split(' ');
        let mode = Mode::new(u16::from_str_radix(words.next()?, 8).ok()?);
        let id = parse_id(repo.hash_kind(), words.next()?.as_bytes())?;
        let number = words.next()?.parse().ok()?;
        match RepoPath::new(path) {
            Ok(path) => stages.push(Stage { path, number, mode, id }),
            Err(error) => return Some(Err(error)),
        }
    }
    let mut said = Vec::new();
    while let Some(count) = fields.next().and_then(|field| field.to_str().ok()?.parse::<usize>().ok()) {
        let paths = fields.by_ref().take(count).filter_map(|path| RepoPath::new(path).ok()).collect();
        let mut words = || fields.next().map(|words| words.to_str_lossy().trim_end().to_owned());
        let (kind, message) = (words()?, words()?);
        if kind.starts_with("CONFLICT") {
            said.push(Said { paths, kind, message });
        }
    }
    Some(Ok(Combined { tree, stages, said }))
}

impl Combined {
    /// The paths that could not be merged.
    pub fn conflicted(&self) -> BTreeSet<&RepoPath> {
        self.stages.iter().map(|stage| &stage.path).collect()
    }
}

impl Repo {
    /// The full name of the ref that a name stands for, if it is one.
    pub fn full_name(&self, name: &str) -> Option<String> {
        let git = Git::new(self, "rev-parse", &[]).args(["--symbolic-full-name", "--verify", "--quiet"]);
        let output = git.arg("--end-of-options").arg(name).run().ok()?;
        // Some gits repeat the option that ends the options.
        let line = output.lines().find(|line| line.starts_with(b"refs/"))?;
        line.to_str().ok().map(str::to_owned)
    }

    /// The last commits that two have in common: none for unrelated histories, several where they were merged crosswise.
    pub fn merge_bases(&self, one: CommitId, other: CommitId) -> Result<Vec<CommitId>, GitError> {
        let git = Git::new(self, "merge-base", &[]).arg("--all").arg(one.to_string()).arg(other.to_string());
        let answer = git.ask()?;
        let ids = answer.output.lines().map(|line| parse_id(self.hash_kind(), line).map(CommitId::new));
        match ids.collect::<Option<Vec<_>>>() {
            // With none in common git ends with 1 and has nothing to say.
            Some(ids) if answer.success || answer.words.is_empty() => Ok(ids),
            _ => Err(GitError::Failed { command: "merge-base".to_owned(), status: answer.status, words: answer.words }),
        }
    }
}

impl std::fmt::Debug for Merging<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merging").field("of", self.of).finish_non_exhaustive()
    }
}
