//! What is known of a branch's tree: where its fabric directories are, and which of them have nothing to sort and nothing to say.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::fabric::layout::FabricDir;
use crate::fabric::search::Searched;
use crate::ids::{CommitId, TreeId};
use crate::path::RepoPath;
use crate::snapshot::Time;

use super::bytes::{put, put_number, take, take_array, take_id, take_number, take_text};
use super::own::Own;

/// What a file starts with: a name and the version of this layout.
const MAGIC: &[u8] = b"hhgit known 2 ";
/// What a file's name ends in.
const KIND: &str = "tree";
/// How many folders are remembered at most; of a repository with more none are.
const FOLDERS: usize = 200_000;

/// A fabric directory in which nothing is to be done, and of which nothing is to be said but its name and what stays in raw/.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Where it is, and its tree.
    pub dir: FabricDir,
    /// Its name.
    pub name: String,
    /// What stays in raw/, by paths below it.
    pub kept: Vec<RepoPath>,
    /// The ruleset in force in it.
    pub ruleset: Arc<str>,
}

/// A commit in whose tree a run found nothing to do and nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// The commit.
    pub commit: CommitId,
    /// When it was committed.
    pub committed: Time,
}

/// What is known of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The tree; none where nothing is known.
    pub root: Option<TreeId>,
    /// What a search for fabric directories found in it.
    pub searched: Arc<Searched>,
    /// Its settled fabric directories, in path order.
    pub settled: Vec<Arc<Settled>>,
    /// A commit that has this tree, where all its fabric directories are settled.
    pub passed: Option<Passed>,
}

impl Known {
    /// What is remembered under a key: all that the answers depend on besides the tree.
    pub fn read(own: &Own, key: &str) -> Option<Self> {
        own.get(key, KIND, MAGIC, Self::take)
    }

    fn take(mut bytes: &[u8]) -> Option<Self> {
        let known = Self {
            root: Some(TreeId::new(take_id(&mut bytes)?)),
            searched: Arc::new(Searched {
                dirs: rows(&mut bytes, |bytes| {
                    let (path, tree) = row(bytes)?;
                    Some(FabricDir { path, tree })
                })?,
                folders: rows(&mut bytes, row)?,
            }),
            settled: {
                let rulesets: Vec<Arc<str>> = rows(&mut bytes, |bytes| Some(take_text(bytes)?.into()))?;
                rows(&mut bytes, |bytes| {
                    let (path, tree) = row(bytes)?;
                    let name = take_text(bytes)?.to_owned();
                    let kept = rows(bytes, take_path)?;
                    let ruleset = Arc::clone(rulesets.get(take_number(bytes)? as usize)?);
                    Some(Arc::new(Settled { dir: FabricDir { path, tree }, name, kept, ruleset }))
                })?
            },
            passed: rows(&mut bytes, take_passed)?.pop(),
        };
        let is_sound = known.settled.is_sorted_by(|one, next| one.dir.path < next.dir.path)
            && (known.passed.is_none() || known.is_settled());
        (bytes.is_empty() && is_sound && known.searched.is_plain()).then_some(known)
    }

    /// Remembers this under a key; not what no git wrote, nor what is too much.
    pub fn keep(&self, own: &Own, key: &str) -> io::Result<()> {
        let Some(root) = self.root else { return Ok(()) };
        if !self.searched.is_plain() || self.searched.folders.len() > FOLDERS {
            return Ok(());
        }
        let mut out = Vec::new();
        put(&mut out, root.object().as_bytes());
        put_rows(&mut out, &self.searched.dirs, |out, dir| put_row(out, &dir.path, dir.tree));
        put_rows(&mut out, &self.searched.folders, |out, (path, tree)| put_row(out, path, *tree));
        let mut rulesets: BTreeMap<&str, u32> = self.settled.iter().map(|settled| (&*settled.ruleset, 0)).collect();
        (0..).zip(rulesets.values_mut()).for_each(|(number, place)| *place = number);
        put_number(&mut out, u32::try_from(rulesets.len()).unwrap_or(u32::MAX));
        rulesets.keys().for_each(|ruleset| put(&mut out, ruleset.as_bytes()));
        put_rows(&mut out, &self.settled, |out, settled| {
            put_row(out, &settled.dir.path, settled.dir.tree);
            put(out, settled.name.as_bytes());
            put_rows(out, &settled.kept, |out, path| put(out, path.as_bytes()));
            put_number(out, rulesets.get(&*settled.ruleset).copied().unwrap_or(u32::MAX));
        });
        put_rows(&mut out, self.passed.as_slice(), |out, passed| {
            put(out, passed.commit.object().as_bytes());
            out.extend_from_slice(&passed.committed.seconds.to_be_bytes());
            out.extend_from_slice(&passed.committed.offset.to_be_bytes());
        });
        own.put(key, KIND, MAGIC, &out)
    }

    /// Whether all fabric directories of the tree are settled.
    pub fn is_settled(&self) -> bool {
        !self.searched.dirs.is_empty() && self.searched.dirs.iter().eq(self.settled.iter().map(|settled| &settled.dir))
    }

    /// A fabric directory, if it is known to be settled.
    pub fn settled(&self, dir: &FabricDir) -> Option<&Arc<Settled>> {
        let at = self.settled.binary_search_by(|settled| settled.dir.path.cmp(&dir.path)).ok()?;
        self.settled.get(at).filter(|settled| settled.dir.tree == dir.tree)
    }
}

fn take_passed(bytes: &mut &[u8]) -> Option<Passed> {
    let commit = CommitId::new(take_id(bytes)?);
    let seconds = i64::from_be_bytes(take_array(bytes)?);
    let offset = i32::from_be_bytes(take_array(bytes)?);
    Some(Passed { commit, committed: Time { seconds, offset } })
}

fn row(bytes: &mut &[u8]) -> Option<(RepoPath, TreeId)> {
    Some((take_path(bytes)?, TreeId::new(take_id(bytes)?)))
}

fn take_path(bytes: &mut &[u8]) -> Option<RepoPath> {
    RepoPath::new(take(bytes)?).ok()
}

fn put_row(out: &mut Vec<u8>, path: &RepoPath, tree: TreeId) {
    put(out, path.as_bytes());
    put(out, tree.object().as_bytes());
}

/// Takes rows off. Each begins with a number, so that no more than a fourth of the bytes can be rows.
fn rows<T>(bytes: &mut &[u8], mut row: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let count = take_number(bytes)? as usize;
    let mut rows = Vec::with_capacity(count.min(bytes.len() / 4));
    for _ in 0..count {
        rows.push(row(bytes)?);
    }
    Some(rows)
}

fn put_rows<T>(out: &mut Vec<u8>, rows: &[T], put_row: impl Fn(&mut Vec<u8>, &T)) {
    put_number(out, u32::try_from(rows.len()).unwrap_or(u32::MAX));
    rows.iter().for_each(|row| put_row(out, row));
}
