//! The pure core's view of a repository's objects, by gix; reads only, and by type cannot write or move a ref.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::objs::{Find, Kind};
use gix::odb::Header;

use super::bounds;
use super::commit::{CommitMeta, People, encode, parse_time, unsigned};
use super::open::{OpenError, Repo};
use super::refs::parse_id;
use super::tree_bytes;
use super::unseen::unseen;
use crate::ids::{BlobId, CommitId, HashKind, ObjectId, TreeId};
use crate::snapshot::{Commit, Objects, ReadError, Time, TreeDiff, TreeEntry, unordered};

/// How many bytes of unpacked objects each thread keeps, as bases for others.
const PACK_CACHE: usize = 16 << 20;

/// Read access to a repository's objects. Objects are taken as they are: `refs/replace` and grafts do not count, so that
/// the same commit reads the same everywhere. In a partial clone a reader sees the packs that were there when it was made;
/// after a fetch, make a new one.
pub struct Reader {
    odb: RefCell<gix::OdbHandle>,
    /// Where the objects are.
    objects: PathBuf,
    hash: HashKind,
    partial: bool,
    shallow: Arc<BTreeSet<ObjectId>>,
    buffer: RefCell<Vec<u8>>,
    /// The directory that joins a push's quarantine and the repository, for as long as somebody reads from it.
    joined: Option<Arc<tempfile::TempDir>>,
}

impl Reader {
    /// A reader of the repository, and of what a push holds in quarantine if the environment names one.
    pub fn new(repo: &Repo) -> Result<Self, OpenError> {
        Self::joining(repo, repo.environment.object_directory.as_deref())
    }

    /// A reader of the repository and of the objects in this directory besides.
    pub(super) fn joining(repo: &Repo, objects: Option<&Path>) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Open { dir: repo.git_dir().to_owned(), source };
        let partial = repo.is_partial_clone();
        let joined = join(repo, objects).map_err(|source| failed(Box::new(source)))?.map(Arc::new);
        let own = || repo.common_dir().join("objects");
        let objects = joined.as_ref().map_or_else(own, |joined| joined.path().to_owned());
        let mut odb = match joined.is_none() && !partial {
            // The packs' indexes are opened once for both; a large one takes its time.
            true => with_cache(repo.gix.objects.clone()),
            false => open_objects(&objects, repo.hash_kind()).map_err(|source| failed(Box::new(source)))?,
        };
        if partial {
            // Misses are by design here; looking at the disk again for each would cost more than all reads.
            odb.refresh_never();
        }
        let shallow = repo.gix.shallow_commits().map_err(|source| failed(Box::new(source)))?;
        let shallow = shallow.map(|list| list.iter().copied().collect()).unwrap_or_default();
        Ok(Self {
            odb: RefCell::new(odb),
            objects,
            hash: repo.hash_kind(),
            partial,
            shallow: Arc::new(shallow),
            buffer: RefCell::default(),
            joined,
        })
    }

    /// The commit that an object is, or that a tag leads to; otherwise what was found.
    pub fn peel(&self, id: ObjectId) -> Result<Peeled, ReadError> {
        const LONGEST: usize = 32;
        let mut at = id;
        for _ in 0..LONGEST {
            match self.look(at, Kind::Commit, |odb| odb.try_header(&at))?.kind() {
                Kind::Commit if at == id => return Ok(Peeled::Commit(CommitId::new(at))),
                Kind::Commit => return Ok(Peeled::Tagged(CommitId::new(at))),
                Kind::Tag => at = self.find(at, Kind::Tag, |bytes| tag_target(self.hash, bytes))?,
                other => return Ok(Peeled::Other(name(other))),
            }
        }
        let reason = "a chain of tags that is too long starts at it".to_owned();
        Err(ReadError::Corrupt { kind: name(Kind::Tag), id: id.to_string(), reason })
    }

    /// What the reader put beside the repository, for who must end before the reader can be dropped.
    pub fn scratch(&self) -> Scratch {
        Scratch(self.joined.clone())
    }

    fn find<T>(
        &self,
        id: ObjectId,
        expected: Kind,
        decode: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, ReadError> {
        let mut buffer = self.buffer.borrow_mut();
        let mut decode = Some(decode);
        let decoded = self.look(id, expected, |odb| {
            let data = match odb.try_find(&id, &mut buffer) {
                Ok(Some(data)) => data,
                Ok(None) => return Ok(None),
                Err(source) if source.classify().has(bounds::LIMIT) => {
                    return Ok(odb.try_header(&id)?.map(|header| Err((header.kind(), header.size()))));
                }
                Err(source) => return Err(source),
            };
            let unfit = (data.kind, data.data.len() as u64);
            let decode = decode.take().filter(|_| data.kind == expected && unfit.1 <= bounds::most(expected));
            Ok(Some(decode.map_or(Err(unfit), |decode| Ok(decode(data.data)))))
        })?;
        let decoded = decoded.map_err(|unfit| match unfit {
            (kind, size) if kind == expected => bounds::too_large(id, (kind, name(kind)), size),
            (kind, _) => wrong_type(id, expected, kind),
        })?;
        decoded.map_err(|reason| ReadError::Corrupt { kind: name(expected), id: id.to_string(), reason })
    }

    /// Looks for an object, and where it is not to be seen once more with new eyes: when git packs anew what was packed before, the
    /// old packs may go between the moment they were listed and the one they are read in.
    fn look<T>(
        &self,
        id: ObjectId,
        expected: Kind,
        mut look: impl FnMut(&gix::OdbHandle) -> Result<Option<T>, gix::Error>,
    ) -> Result<T, ReadError> {
        let failed = |source| failed(id, expected, source);
        let seen = look(&self.odb.borrow()).map_err(failed)?;
        if let Some(found) = seen {
            return Ok(found);
        }
        // In a partial clone misses are by design.
        if self.partial {
            return Err(self.missing(id, expected));
        }
        let io = |source| ReadError::Io { kind: name(expected), id: id.to_string(), source: Box::new(source) };
        *self.odb.borrow_mut() = open_objects(&self.objects, self.hash).map_err(io)?;
        match look(&self.odb.borrow()).map_err(failed)? {
            Some(found) => Ok(found),
            None => Err(unseen(&self.objects, id).map_or_else(|| self.missing(id, expected), io)),
        }
    }

    /// Whether a commit is just this, a signature aside: its tree and message with these parents, people and dates, and nothing more.
    pub fn is_made_as(&self, commit: &Commit, meta: &CommitMeta) -> Result<bool, ReadError> {
        let Ok(message) = std::str::from_utf8(&commit.message) else { return Ok(false) };
        let expected = encode(commit.tree, meta, message);
        self.find(commit.id.object(), Kind::Commit, |bytes| Ok(unsigned(bytes) == expected))
    }

    /// Who wrote and who made a commit, as it says itself.
    pub fn people(&self, id: CommitId) -> Result<People, ReadError> {
        self.find(id.object(), Kind::Commit, |bytes| Ok(People::of(bytes)))
    }

    /// The names of a commit's headers that no commit of hhgit's has, as they are spelled there.
    pub fn extra_headers(&self, id: CommitId) -> Result<Vec<String>, ReadError> {
        const KNOWN: [&str; 5] = ["tree", "parent", "author", "committer", ""];
        self.find(id.object(), Kind::Commit, |bytes| {
            let bare = unsigned(bytes);
            let header = &bare[..bare.find(b"\n\n").unwrap_or(bare.len())];
            let name = |line: &[u8]| String::from_utf8_lossy(line.split(|b| *b == b' ').next().unwrap_or(line)).into();
            let names = header.split(|b| *b == b'\n').map(name);
            Ok(names.filter(|name: &String| !KNOWN.contains(&name.as_str())).collect())
        })
    }

    /// A blob that is larger than what is commonly unpacked, or is packed as a change of what is.
    fn large_blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError> {
        let io = |source| ReadError::Io { kind: name(Kind::Blob), id: id.to_string(), source: Box::new(source) };
        let odb = bounds::objects_of_a_file(&self.objects, self.hash, self.blob_size(id)?).map_err(io)?;
        let other = Self { odb: RefCell::new(with_cache(odb)), ..self.same() };
        other.find(id.object(), Kind::Blob, |bytes| Ok(bytes.to_vec()))
    }

    /// The same reader once more.
    fn same(&self) -> Self {
        Self {
            odb: RefCell::new(self.odb.borrow().clone()),
            objects: self.objects.clone(),
            hash: self.hash,
            partial: self.partial,
            shallow: Arc::clone(&self.shallow),
            buffer: RefCell::default(),
            joined: self.joined.clone(),
        }
    }

    fn missing(&self, id: ObjectId, kind: Kind) -> ReadError {
        ReadError::Missing { kind: name(kind), id: id.to_string(), partial: self.partial }
    }
}

impl Repo {
    /// Looks for an object with new eyes, and says what kind it is; an error where the system does not let one look.
    pub(super) fn look_anew(&self, id: ObjectId) -> std::io::Result<Option<Kind>> {
        let objects = self.common_dir().join("objects");
        let odb = open_objects(&objects, self.hash_kind())?;
        let header = odb.try_header(&id).map_err(std::io::Error::other)?;
        match (header, unseen(&objects, id)) {
            (None, Some(refused)) if !self.is_partial_clone() => Err(refused),
            (header, _) => Ok(header.map(|header| header.kind())),
        }
    }
}

impl Objects for Reader {
    fn hash_kind(&self) -> HashKind {
        self.hash
    }

    fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        self.find(id.object(), Kind::Commit, |bytes| decode_commit(id, bytes))
    }

    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        if id == TreeId::empty(self.hash) {
            return Ok(Vec::new());
        }
        let entries = self.find(id.object(), Kind::Tree, |bytes| tree_bytes::decode(self.hash, bytes))?;
        if entries.len() > bounds::MOST_ENTRIES { Err(bounds::too_many(id)) } else { Ok(entries) }
    }

    fn tree_diff(&self, old: TreeId, new: TreeId) -> Result<TreeDiff, ReadError> {
        let bytes = |tree: TreeId| match tree == TreeId::empty(self.hash) {
            true => Ok(Vec::new()),
            false => self.find(tree.object(), Kind::Tree, |bytes| Ok(bytes.to_vec())),
        };
        let corrupt =
            |(tree, reason): (TreeId, String)| ReadError::Corrupt { kind: "tree", id: tree.to_string(), reason };
        tree_bytes::diff(self.hash, (old, &bytes(old)?), (new, &bytes(new)?))
            .map_err(corrupt)?
            .map_err(|_| unordered(new))
    }

    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError> {
        let found = self.find(id.object(), Kind::Blob, |bytes| Ok(bytes.to_vec()));
        if let Err(ReadError::TooLarge { .. }) = found {
            return self.large_blob(id);
        }
        found
    }

    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError> {
        let (id, expected) = (id.object(), Kind::Blob);
        let header = self.look(id, expected, |odb| odb.try_header(&id))?;
        if header.kind() != expected {
            return Err(wrong_type(id, expected, header.kind()));
        }
        Ok(header.size())
    }

    fn is_shallow_boundary(&self, id: CommitId) -> Result<bool, ReadError> {
        Ok(self.shallow.contains(&id.object()))
    }

    fn fork(&self) -> Box<dyn Objects + Send + '_> {
        Box::new(self.same())
    }
}

/// What an object leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peeled {
    /// It is a commit.
    Commit(CommitId),
    /// It is a tag that leads to a commit.
    Tagged(CommitId),
    /// It is neither, but a tree or a blob, or a tag that leads to one.
    Other(&'static str),
}

/// A directory of a reader's own that outlives this process unless it is taken away.
#[derive(Debug)]
pub struct Scratch(Option<Arc<tempfile::TempDir>>);

impl Scratch {
    /// Takes it away, although somebody may still be reading through it; what they then miss is nobody's business.
    pub fn remove(self) {
        if let Some(dir) = self.0 {
            drop(std::fs::remove_dir_all(dir.path()));
        }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("partial", &self.partial).finish_non_exhaustive()
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Commit => "commit",
        Kind::Tree => "tree",
        Kind::Blob => "blob",
        Kind::Tag => "tag",
    }
}

fn wrong_type(id: ObjectId, expected: Kind, actual: Kind) -> ReadError {
    ReadError::WrongType { id: id.to_string(), expected: name(expected), actual: name(actual).to_owned() }
}

fn failed(id: ObjectId, kind: Kind, source: gix::Error) -> ReadError {
    let (kind, id) = (name(kind), id.to_string());
    if source.is_corrupted() {
        ReadError::Corrupt { kind, id, reason: source.to_string() }
    } else {
        ReadError::Io { kind, id, source: Box::new(source) }
    }
}

fn open_objects(dir: &Path, hash: HashKind) -> std::io::Result<gix::OdbHandle> {
    bounds::objects(dir, hash).map(with_cache)
}

fn with_cache(odb: gix::OdbHandle) -> gix::OdbHandle {
    let mut odb = odb.with_write_passthrough();
    odb.ignore_replacements = true;
    // Without it each blob of a delta chain would be unpacked from the chain's start. Chains do not follow the order of paths,
    // so what was unpacked is worth keeping for long.
    odb.set_pack_cache(|| Box::new(gix_pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE)));
    odb
}

/// An object database over the push's quarantine and the repository: gix knows no `GIT_OBJECT_DIRECTORY`, so a private
/// directory names both as alternates. Nothing is written into either.
fn join(repo: &Repo, first: Option<&Path>) -> std::io::Result<Option<tempfile::TempDir>> {
    let Some(first) = first else { return Ok(None) };
    let own = repo.common_dir().join("objects");
    let dir = tempfile::Builder::new().prefix("hhgit-objects-").tempdir()?;
    let mut list = Vec::new();
    let named = repo.environment.object_directory.iter().filter(|named| named.as_path() != first);
    let others = named.chain(&repo.environment.alternates).chain([&own]).map(PathBuf::as_path);
    for path in std::iter::once(first).chain(others) {
        // Quoted in full, since an alternate may hold a line break or start with a hash sign.
        list.push(b'"');
        for byte in path.as_os_str().as_encoded_bytes() {
            list.extend_from_slice(format!("\\{byte:03o}").as_bytes());
        }
        list.extend_from_slice(b"\"\n");
    }
    std::fs::create_dir(dir.path().join("info"))?;
    std::fs::write(dir.path().join("info/alternates"), list)?;
    Ok(Some(dir))
}

/// Reads what hhgit needs of a commit, forgiving what git forgives: a date that means nothing is 1970.
fn decode_commit(id: CommitId, bytes: &[u8]) -> Result<Commit, String> {
    let (header, message) = match bytes.find(b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &b""[..]),
    };
    let mut lines = header.split(|b| *b == b'\n').peekable();
    let field = |line: &[u8], key: &[u8]| line.strip_prefix(key).map(<[u8]>::to_vec);
    let tree = lines.next().and_then(|line| field(line, b"tree ")).ok_or("it names no tree")?;
    let hash = id.object().kind();
    let tree = parse_id(hash, &tree).ok_or("its tree is no object id")?;
    let mut parents = Vec::new();
    while let Some(parent) = lines.peek().and_then(|line| field(line, b"parent ")) {
        parents.push(CommitId::new(parse_id(hash, &parent).ok_or("a parent is no object id")?));
        lines.next();
    }
    let committed = lines.find_map(|line| field(line, b"committer ")).and_then(|line| parse_time(&line));
    let committed = committed.unwrap_or(Time { seconds: 0, offset: 0 });
    Ok(Commit { id, tree: TreeId::new(tree), parents, committed, message: message.to_vec() })
}

/// What a tag names.
fn tag_target(hash: HashKind, bytes: &[u8]) -> Result<ObjectId, String> {
    let line = bytes.lines().next().and_then(|line| line.strip_prefix(b"object "));
    line.and_then(|id| parse_id(hash, id)).ok_or_else(|| "it names no object".to_owned())
}
