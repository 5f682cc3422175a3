//! What a word on the command line means: a fabric directory, an object, or a path.

use std::collections::BTreeSet;

use crate::fabric::changes::changes;
use crate::fabric::inventory::leaves;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, HNP, MANAGED, MANIFEST, RAW, UNMANAGED, entry_at, is_yaml_name, tree_at};
use crate::fabric::manifest::Manifest;
use crate::fabric::survey::survey;
use crate::finding::ObjectRef;
use crate::git::Reader;
use crate::ids::TreeId;
use crate::modes::ModeError;
use crate::modes::history::subject::{Named, parts};
use crate::path::RepoPath;
use crate::verdict::identity::{is_dns_label, is_dns_subdomain};

use super::documents::Documents;
use super::error::LogError;
use super::held::both;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// All of it.
    All,
    /// One fabric directory.
    Fabric(RepoPath),
    /// An object, in one fabric directory or all.
    Object(Named, Option<RepoPath>),
    /// Files at or below these paths.
    Paths(Vec<RepoPath>),
}

/// The commit that words are understood by.
pub(super) struct Place<'a> {
    pub(super) reader: &'a Reader,
    pub(super) root: TreeId,
    pub(super) dirs: &'a [FabricDir],
    pub(super) kinds: Kinds,
    pub(super) reference: &'a str,
}

impl<'a> Place<'a> {
    /// A commit with these fabric directories, whose CRDs may bring kinds.
    pub(super) fn new(
        reader: &'a Reader,
        root: TreeId,
        dirs: &'a [FabricDir],
        reference: &'a str,
    ) -> Result<Self, ModeError> {
        let mut kinds = Kinds::builtin();
        for dir in dirs {
            for kind in survey(reader, dir)?.kinds.iter() {
                // A plural that two fabrics use for two kinds means the first.
                drop(kinds.with(kind.clone()));
            }
        }
        Ok(Self { reader, root, dirs, kinds, reference })
    }

    /// What a word means here, and what it means if the history does not know that.
    pub(super) fn targets(&self, word: &str) -> Result<(Target, Option<Target>), ModeError> {
        let trimmed = word.trim_end_matches('/');
        let named: Vec<RepoPath> =
            self.names()?.into_iter().filter(|(_, name)| name == word).map(|(path, _)| path).collect();
        let path = match trimmed.strip_prefix("./").unwrap_or(trimmed) {
            "." => Ok(RepoPath::root()),
            "" => return Err(self.unknown(word)?),
            text => RepoPath::new(text),
        };
        if let Some(dir) = path.as_ref().ok().and_then(|path| self.dirs.iter().find(|dir| dir.path == *path)) {
            return Ok((Target::Fabric(dir.path.clone()), None));
        }
        match named.as_slice() {
            [only] => return Ok((Target::Fabric(only.clone()), None)),
            [] => {}
            _ => return Err(LogError::Ambiguous { word: word.to_owned(), paths: named }.into()),
        }
        if let Some(name) = self.object(word) {
            return Ok((Target::Object(name, None), None));
        }
        match path {
            Ok(path) => self.path(path),
            Err(_) => Err(self.unknown(word)?),
        }
    }

    /// An object as people type it: `VPC/web`, `vpc/ns/web`, `vpcs/web`, `vpcs/ns_web.yaml`.
    fn object(&self, word: &str) -> Option<Named> {
        let (first, namespace, name) = parts(word)?;
        let kind = match self.kinds.called(first).next() {
            Some(kind) => kind.kind.clone(),
            // Of kinds that are not known here, as another tool may have put them there, the name is enough.
            None if first.starts_with(|c: char| c.is_ascii_uppercase()) && is_word(first) => first.to_owned(),
            None => return None,
        };
        let name = name.strip_suffix(".yaml").filter(|_| self.kinds.is_plural(first)).unwrap_or(name);
        let sound = is_dns_label(namespace) && is_dns_subdomain(name);
        sound.then(|| Named { kind, namespace: namespace.to_owned(), name: name.to_owned() })
    }

    /// A path of the repository, or of a fabric directory.
    fn path(&self, path: RepoPath) -> Result<(Target, Option<Target>), ModeError> {
        let is_there = |path: &RepoPath| Ok::<_, ModeError>(entry_at(self.reader, self.root, path)?.is_some());
        let inside = |path: &RepoPath| self.dirs.iter().find(|dir| path.starts_with(&dir.path));
        let starts_inside = |path: &RepoPath| {
            let first = path.components().next().unwrap_or_default();
            [RAW, MANAGED, UNMANAGED, HNP].iter().any(|folder| first == folder.as_bytes())
        };
        let mut all = Vec::new();
        if inside(&path).is_none() && starts_inside(&path) {
            all.extend(self.dirs.iter().map(|dir| dir.path.join_path(&path)));
        }
        if inside(&path).is_none() && all.is_empty() && is_there(&path)? {
            let holds = self.dirs.iter().any(|dir| dir.path.starts_with(&path));
            return if holds { Ok((Target::Paths(vec![path]), None)) } else { Err(LogError::Outside { path }.into()) };
        }
        let mut there = Vec::new();
        for path in &all {
            if is_there(path)? {
                there.push(path.clone());
            }
        }
        let paths = match (all.is_empty(), there.is_empty()) {
            (true, _) => vec![path],
            (false, false) => there,
            (false, true) => all,
        };
        if let [only] = paths.as_slice()
            && let Some(dir) = inside(only)
            && let Some(name) = self.managed(only, dir)?
        {
            let object = Target::Object(name, Some(dir.path.clone()));
            return Ok((object, Some(Target::Paths(paths))));
        }
        Ok((Target::Paths(paths), None))
    }

    /// The object that a managed file holds, or by its path would hold; none where that is not just one.
    fn managed(&self, path: &RepoPath, dir: &FabricDir) -> Result<Option<Named>, ModeError> {
        let Some(below) = path.strip_prefix(&dir.path.child(MANAGED)) else { return Ok(None) };
        if !is_yaml_name(below.file_name()) {
            return Ok(None);
        }
        match entry_at(self.reader, self.root, path)?.and_then(|entry| entry.as_file()) {
            Some(blob) => {
                let docs = Documents::new(self.reader, None).of(blob)?;
                let objects: Vec<&ObjectRef> = docs.iter().filter_map(|doc| doc.object.as_ref()).collect();
                let identities: BTreeSet<_> = docs.iter().filter_map(|doc| doc.identity.as_ref()).collect();
                let only = objects.first().filter(|_| identities.len() == 1);
                Ok(only.map(|object| Named::of(object)))
            }
            None => Ok(below.as_clean_str().and_then(|text| self.object(text))),
        }
    }

    /// The fabric directories with their names.
    fn names(&self) -> Result<Vec<(RepoPath, String)>, ModeError> {
        let name = |dir: &FabricDir| Ok((dir.path.clone(), name_of(self.reader, &dir.path, Some(dir.tree))?));
        self.dirs.iter().map(name).collect()
    }

    /// Whether what is meant is there, wherever in its fabric directory.
    pub(super) fn holds(&self, target: &Target) -> Result<bool, ModeError> {
        let (name, within) = match target {
            Target::All | Target::Fabric(_) => return Ok(true),
            Target::Paths(paths) => {
                for path in paths {
                    if entry_at(self.reader, self.root, path)?.is_some() {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            Target::Object(name, within) => (name, within),
        };
        let documents = Documents::new(self.reader, Some(&name.name));
        for dir in self.dirs.iter().filter(|dir| within.as_ref().is_none_or(|within| *within == dir.path)) {
            let (_, held) = both(&documents, &changes(self.reader, None, Some(dir.tree), &dir.path)?)?;
            if held.iter().any(|held| held.object().is_some_and(|object| name.is_name_of(object))) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// That nothing is called so, with what may have been meant.
    pub(super) fn unknown(&self, word: &str) -> Result<ModeError, ModeError> {
        let fabrics = self.names()?;
        let mut words: Vec<String> = fabrics.iter().map(|(_, name)| name.clone()).collect();
        words.extend(fabrics.iter().map(|(path, _)| path.to_string()));
        let is_path = word.starts_with(MANAGED) || fabrics.iter().any(|(path, _)| word.starts_with(&path.to_string()));
        for dir in self.dirs {
            let folder = dir.path.child(MANAGED);
            let Some(tree) = tree_at(self.reader, self.root, &folder)? else { continue };
            for path in leaves(self.reader, tree, &folder)?.keys() {
                let Some(text) = path.as_clean_str() else { continue };
                words.extend(self.object(text).filter(|_| !is_path).map(|name| name.to_string()));
                words.push(if is_path {
                    folder.join_path(path).to_string()
                } else {
                    text.trim_end_matches(".yaml").to_owned()
                });
            }
        }
        Ok(LogError::Unknown {
            word: word.to_owned(),
            reference: self.reference.to_owned(),
            near: nearest(word, &words),
            fabrics,
        }
        .into())
    }
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The words that a misspelt one is nearest to, at most three, if they are near at all.
fn nearest(word: &str, words: &[String]) -> Vec<String> {
    const MOST: usize = 3;
    let wanted = word.to_lowercase();
    let near = words.iter().map(|known| (strsim::osa_distance(&known.to_lowercase(), &wanted), known));
    let near: BTreeSet<(usize, &String)> = near.filter(|(edits, _)| *edits <= wanted.chars().count() / 3).collect();
    let least = near.first().map(|(edits, _)| *edits).unwrap_or_default();
    near.into_iter().filter(|(edits, _)| *edits == least).take(MOST).map(|(_, known)| known.clone()).collect()
}

/// The name that a fabric directory's manifest gives it, else that of its folder.
pub(super) fn name_of(reader: &Reader, path: &RepoPath, tree: Option<TreeId>) -> Result<String, ModeError> {
    use crate::snapshot::Objects as _;
    const LARGEST: u64 = 1 << 20;
    let at = RepoPath::root().child(HNP).child(MANIFEST);
    let entry = tree.map(|tree| entry_at(reader, tree, &at)).transpose()?.flatten();
    let blob = match entry.and_then(|entry| entry.as_file()) {
        Some(blob) if reader.blob_size(blob)? <= LARGEST => Some(reader.blob(blob)?),
        _ => None,
    };
    let read = blob.and_then(|bytes| crate::fabric::manifest::read(&bytes, &path.join_path(&at), path).0);
    Ok(read.unwrap_or_else(|| Manifest::absent(path)).name)
}
