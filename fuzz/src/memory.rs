//! Files of hhgit/ in a git directory, with any bytes in them: damage is told, or counts for nothing, and what is whole is read as it
//! was written.
//!
//! Files that carry a digest are given the right one, as somebody who may write there could; what is read must then still be sound.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use hhgit::fabric::kinds::Kinds;
use hhgit::ids::{BlobId, CommitId, Entry, HashKind, Mode, ObjectId, sha256, sha256_hex};
use hhgit::memory::journal::{Journal, Lines};
use hhgit::memory::known::Known;
use hhgit::memory::own::Own;
use hhgit::memory::store::Store;
use hhgit::memory::verdicts::Verdicts;
use hhgit::memory::{Remembered, Row};
use hhgit::path::RepoPath;
use hhgit::rules::ties::{KEY_BYTES, Key};

use crate::parts::path;

/// What the first lines of such files start with. The seeds are what hhgit writes, and hold these against it.
pub const KNOWN: &str = "hhgit known 2 ";
/// The same of remembered verdicts.
pub const VERDICTS: &str = "hhgit verdicts 1 ";
/// The same of what has changed since a table.
pub const CHANGES: &str = "hhgit changes 2 ";
/// The same of a table.
pub const TABLE: &str = "hhgittb2";

static KINDS: LazyLock<Kinds> = LazyLock::new(Kinds::builtin);

fn no_sharing(_: &Path, _: i32) -> std::io::Result<()> {
    Ok(())
}

/// Puts what an input says where hhgit looks for what it remembers, and looks.
pub fn check(data: &[u8]) {
    let Some((way, rest)) = data.split_first() else { return };
    let git_dir = tempfile::tempdir().expect("a temporary folder");
    match way % 6 {
        0 => a_table_of_any_bytes(git_dir.path(), rest),
        1 => drop(a_table_as_written(git_dir.path(), &mut Unstructured::new(rest))),
        2 => changes_of_any_bytes(git_dir.path(), rest),
        3 => a_journal_of_any_bytes(git_dir.path(), rest),
        4 => known_of_any_bytes(git_dir.path(), rest),
        _ => verdicts_of_any_bytes(git_dir.path(), rest),
    }
}

/// Puts a file below the git directory, each folder on the way its maker's alone.
fn put(git_dir: &Path, below: &str, bytes: &[u8]) -> PathBuf {
    let path = git_dir.join(below);
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(&path, bytes).expect("a file can be written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("its own folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its own file");
    }
    path
}

/// A body under its first line, with its digest.
fn sealed(magic: &str, body: &[u8]) -> Vec<u8> {
    [magic.as_bytes(), sha256_hex(body).as_bytes(), b"\n", body].concat()
}

/// A table of this name with the digests that prove it: what is behind them is to be met, and not only their absence.
fn sealed_table(name: &str, body: &[u8]) -> Vec<u8> {
    let list = |bytes: &[u8]| bytes.chunks(4096).flat_map(|block| sha256(block)[..16].to_vec()).collect::<Vec<u8>>();
    let (digests, top) = (list(body), list(&list(body)));
    let end = sha256(&[format!("hhgit sealed 1 {name} {}\n", body.len()).as_bytes(), &top].concat());
    [body, &digests, &top, &(body.len() as u64).to_be_bytes(), &end].concat()
}

/// The user who runs this.
fn me(git_dir: &Path) -> u32 {
    #[cfg(unix)]
    let user = std::os::unix::fs::MetadataExt::uid(&fs::metadata(git_dir).expect("the folder is there"));
    #[cfg(not(unix))]
    let user = 0;
    user
}

/// The path of what one user remembers under a key.
fn own(git_dir: &Path, key: &str, kind: &str, magic: &str, body: &[u8]) -> Own {
    let user = me(git_dir);
    let length = u32::try_from(key.len()).expect("a short key").to_be_bytes();
    let whole = [&length[..], key.as_bytes(), body].concat();
    let name = format!("hhgit/known/{user}/{}.{kind}", &sha256_hex(key.as_bytes())[..32]);
    put(git_dir, &name, &sealed(magic, &whole));
    Own::new(git_dir, user, no_sharing, 0)
}

/// Every question that is asked of a remembered tree; an error is an answer.
fn asked(tree: &Remembered, paths: &[RepoPath]) {
    let (least, most) = (Key::from_bytes([0; KEY_BYTES]), Key::from_bytes([255; KEY_BYTES]));
    let holders = tree.holders(&least, &most);
    drop(tree.holders(&most, &least));
    drop(tree.first((least, most), 2, &BTreeSet::new()));
    drop(tree.below(&RepoPath::root()));
    for path in holders.unwrap_or_default().iter().chain(paths).take(50) {
        drop(tree.entry(path));
        drop(tree.below(path));
    }
}

fn a_table_of_any_bytes(git_dir: &Path, bytes: &[u8]) {
    // The numbers of the header are as wide as they are; those of an input are small, so that some of them are right.
    let mut whole = TABLE.as_bytes().to_vec();
    let (head, rest) = bytes.split_at(bytes.len().min(4));
    let number = |at: usize| head.get(at).copied().unwrap_or(0);
    whole.extend_from_slice(&[0, 0, number(3) / 64, number(0)]);
    whole.extend_from_slice(&[0, 0, number(3) % 2, number(1)]);
    let id = [0, 20, 32, number(2)][usize::from(number(2) % 4)];
    let fixed = 28 * (u64::from(number(1)) + 256 * u64::from(number(3) % 2));
    let rows = (u64::from(number(0)) + 256 * u64::from(number(3) / 64)) * (14 + u64::from(id));
    let names = (rest.len() as u64).saturating_sub(fixed + rows);
    whole.extend_from_slice(&names.to_be_bytes());
    whole.push(id);
    whole.extend_from_slice(rest);
    put(git_dir, "hhgit/index/x.table", &sealed_table("x", &whole));
    put(git_dir, "hhgit/index/y.table", bytes);
    let store = Store::new(git_dir, me(git_dir), no_sharing, 0);
    for tree in ["x", "y"].into_iter().filter_map(|name| store.get(name)) {
        asked(&tree, &[path("vpcs/a.yaml"), path("a")]);
        let changed = tree.after([(path("vpcs/a.yaml"), None)]);
        asked(&changed, &[path("vpcs/a.yaml")]);
        drop(store.keep("z", &changed));
        store.get("z").iter().for_each(|tree| asked(tree, &[]));
    }
}

fn row(u: &mut Unstructured<'_>) -> Result<Row> {
    const NAMES: [&[u8]; 6] = [b"a", b"vpcs/a.yaml", b"vpcs/b.yaml", b"vpcs/b.yaml/x", b"\xff", b"vpcs-a"];
    let path = RepoPath::new(*u.choose(&NAMES)?).expect("a path");
    let id = BlobId::of(HashKind::Sha1, &[u.arbitrary()?]).expect("no collision").object();
    let keys = (0..u.int_in_range(0..=2)?).map(|_| Ok(Key::from_bytes([u.arbitrary()?; KEY_BYTES])));
    Ok(Row {
        path,
        entry: Entry { mode: Mode::FILE, id },
        keys: keys.collect::<Result<BTreeSet<Key>>>()?.into_iter().collect(),
    })
}

/// What was put into a table, and changed since, is what it answers.
fn a_table_as_written(git_dir: &Path, u: &mut Unstructured<'_>) -> Result<()> {
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    for _ in 0..u.int_in_range(0..=6)? {
        let row = row(u)?;
        if seen.insert(row.path.clone()) {
            rows.push(row);
        }
    }
    let store = Store::new(git_dir, me(git_dir), no_sharing, 0);
    let tree = store.keep_all("t", rows.clone()).expect("room for a table");
    holds(&tree, &rows);
    let (gone, new) = (row(u)?.path, row(u)?);
    let changed = tree.after([(gone.clone(), None), (new.path.clone(), Some(new.clone()))]);
    rows.retain(|row| row.path != gone && row.path != new.path);
    rows.push(new);
    holds(&changed, &rows);
    store.keep("u", &changed).expect("room for changes");
    holds(&store.get("u").expect("it was just kept"), &rows);
    Ok(())
}

fn holds(tree: &Remembered, rows: &[Row]) {
    let mut expected: Vec<(RepoPath, Entry)> = rows.iter().map(|row| (row.path.clone(), row.entry)).collect();
    expected.sort();
    assert_eq!(tree.below(&RepoPath::root()).expect("it is whole"), expected);
    for row in rows {
        assert_eq!(tree.entry(&row.path).expect("it is whole"), Some(row.entry));
        for key in &row.keys {
            assert!(tree.holders(key, key).expect("it is whole").contains(&row.path));
        }
    }
    let all = (Key::from_bytes([0; KEY_BYTES]), Key::from_bytes([255; KEY_BYTES]));
    let with_keys: BTreeSet<&RepoPath> = rows.iter().filter(|row| !row.keys.is_empty()).map(|row| &row.path).collect();
    assert!(tree.holders(&all.0, &all.1).expect("it is whole").iter().collect::<BTreeSet<&RepoPath>>() == with_keys);
}

fn changes_of_any_bytes(git_dir: &Path, body: &[u8]) {
    let store = Store::new(git_dir, me(git_dir), no_sharing, 0);
    drop(store.keep_all("t", Vec::new()));
    // A file's own name, then that of the table, or what an input has there.
    let (of_x, of_y) = ([&b"\0\0\0\x01x\0\0\0\x01t"[..], body].concat(), [&b"\0\0\0\x01y"[..], body].concat());
    for (name, body) in [("x", &of_x), ("y", &of_y)] {
        put(git_dir, &format!("hhgit/index/{name}.changes"), &sealed(CHANGES, body));
        let Some(tree) = store.get(name) else { continue };
        asked(&tree, &[path("a")]);
        drop(store.keep("z", &tree));
    }
    put(git_dir, "hhgit/index/x.changes", body);
    assert!(store.get("x").is_none() || body.starts_with(CHANGES.as_bytes()));
}

fn a_journal_of_any_bytes(git_dir: &Path, body: &[u8]) {
    put(git_dir, "hhgit/replay/n/x.part", &sealed("hhgit journal 1 ", body));
    put(git_dir, "hhgit/replay/n/y.part", body);
    let journal = || Journal::new((git_dir, "n"), me(git_dir), no_sharing, 0);
    let first = journal();
    let lines = first.read();
    assert!(lines.values().all(|line| !line.contains('\n')));
    let new = CommitId::new(ObjectId::null(HashKind::Sha1));
    first.add(new, "said".to_owned());
    let own: Lines = [(new, "said".to_owned())].into_iter().collect();
    first.finish(own, lines.clone()).expect("room for a journal");
    let again = journal().read();
    assert_eq!(again.get(&new).map(String::as_str), Some("said"));
    assert!(
        lines.iter().all(|(commit, line)| *commit == new || again.get(commit) == Some(line)),
        "{lines:?} {again:?}"
    );
}

fn known_of_any_bytes(git_dir: &Path, body: &[u8]) {
    let own = own(git_dir, "k", "tree", KNOWN, body);
    let Some(known) = Known::read(&own, "k") else { return };
    known.settled.iter().for_each(|settled| assert_eq!(known.settled(&settled.dir), Some(settled)));
    known.keep(&own, "l").expect("room for what is known");
    assert_eq!(Known::read(&own, "l").as_ref(), Some(&known), "what is kept is not what was known");
}

fn verdicts_of_any_bytes(git_dir: &Path, body: &[u8]) {
    let own = own(git_dir, "k", "verdicts", VERDICTS, body);
    let verdicts = Verdicts::read(&own, "k");
    for at in 0..=body.len().saturating_sub(20) {
        let Ok(id) = ObjectId::try_from(&body[at..(at + 20).min(body.len())]) else { continue };
        let Some(file) = verdicts.get(BlobId::new(id), &KINDS) else { continue };
        let files = [(BlobId::new(id), &file)];
        Verdicts::default().keep((&own, "l"), files.into_iter(), &KINDS).expect("room for a verdict");
        let again = Verdicts::read(&own, "l").get(BlobId::new(id), &KINDS);
        assert!(again.is_none_or(|again| format!("{again:?}") == format!("{file:?}")), "{file:?}");
    }
}
