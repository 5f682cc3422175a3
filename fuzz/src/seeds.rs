//! What each target starts from, a folder each. Made of the project's own test repositories and of what hhgit
//! writes itself, so nothing has to be kept; a corpus that is there already is added to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use hhgit::fabric::kinds::Kinds;
use hhgit::fabric::layout::FabricDir;
use hhgit::fabric::search::Searched;
use hhgit::ids::{BlobId, Entry, HashKind, Mode, TreeId, sha256_hex};
use hhgit::memory::Row;
use hhgit::memory::known::{Known, Settled};
use hhgit::memory::own::Own;
use hhgit::memory::store::Store;
use hhgit::memory::verdicts::Verdicts;
use hhgit::path::RepoPath;
use hhgit::rules::ties::{KEY_BYTES, Key};
use hhgit::verdict::file::judge;
use hhgit::verdict::judge::Judge;
use hhgit::yaml::Limits;

use crate::memory::{CHANGES, KNOWN, TABLE, VERDICTS};
use crate::parts::join;
use crate::world::SNIPPETS;

/// The largest file that makes a seed.
const LARGEST: usize = 3000;
/// How many repositories of no plan at all the transform starts from, and how long the longest is.
const WORLDS: (u64, u64) = (60, 1500);

/// Writes the seeds of all targets below a folder.
pub fn write(corpus: &Path) -> io::Result<()> {
    let corpus = corpus.to_owned();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seeds = Seeds { corpus };
    let mut files = Vec::new();
    for folder in ["testrepos", "testrepos-check"] {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    files.dedup();
    texts(&mut seeds, &files)?;
    small_files(&mut seeds, &files)?;
    worlds(&mut seeds)?;
    lines(&mut seeds)?;
    remembered(&mut seeds)
}

/// Where seeds go; each is named after what it holds.
struct Seeds {
    corpus: PathBuf,
}

impl Seeds {
    fn add(&mut self, target: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&sha256_hex(bytes)[..16]), bytes)
    }
}

/// The bytes of all small files below a folder.
fn collect(folder: &Path, into: &mut Vec<Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), into)?;
        } else if entry.metadata()?.len() <= LARGEST as u64 {
            into.push(fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Files of test repositories, as YAML of any kind; one in seven where inputs of all kinds are read.
fn texts(seeds: &mut Seeds, files: &[Vec<u8>]) -> io::Result<()> {
    for (at, file) in files.iter().enumerate().filter(|(_, file)| !file.is_empty()) {
        for target in ["yaml", "second", "verdict"] {
            seeds.add(target, file)?;
        }
        if at % 7 == 0 {
            seeds.add("separator", file)?;
            let others = [&files[(at + 1) % files.len()], &files[(at + 2) % files.len()]];
            seeds.add("write", &join(&[file, file, others[0]]))?;
            seeds.add("write", &join(&[file, others[0], others[1]]))?;
        }
    }
    for (base, ours, theirs) in [
        ("a: 1\nb: {c: 2}\n", "a: 1\nb: {c: 3}\n", "a: 2\nb: {c: 2}\n"),
        ("l: [a, b, c]\n", "l: [x, b, c]\n", "l: [a, b, y]\n"),
        ("a:\n  b: 1 # one\n", "a:\n  b: 1 # one\n  c: 2 # two\n", "a:\n  b: 3\nd: |\n  text\n"),
    ] {
        seeds.add("write", &join(&[base.as_bytes(), ours.as_bytes(), theirs.as_bytes()]))?;
    }
    for odd in [
        "{a: &a [1, 2], b: *a}\n",
        "<<: {a: 1}\nb: ~\n",
        "? a\n: b\n",
        "- !!str 1\n- !!int '2'\n",
        "a: >-\n  b\n  c\n",
        "\"\\x41\": 'it''s'\n",
        "n: [0x1F, 0o17, 1_000, .5e3, -.inf, y, NO]\n",
    ] {
        for target in ["yaml", "second", "verdict"] {
            seeds.add(target, odd.as_bytes())?;
        }
    }
    Ok(())
}

/// Manifests, fab.yaml, sidecars and CRDs, and objects for those.
fn small_files(seeds: &mut Seeds, files: &[Vec<u8>]) -> io::Result<()> {
    let manifest = "version: '1.0'\nfabric_name: f\npolicy: {level: schema, on-existing: replace}\nsettings:\n  gateway: true\n  vpc-irb-vlans: [{from: 5, to: 9}]\nruleset: {only: false}\nperiodic: {enabled: true, interval: 60m, validate-only: true}\n";
    let fab = "kind: Fabricator\nspec:\n  config:\n    fabric: {mode: collapsed-core, vpcIRBVLANs: [{from: 5, to: 9}], eslagMACBase: 'f2:00:00:00:01:00'}\n    gateway: {enable: true}\n";
    let texts = "10.0.0.0/8\n::1/64\n60m\n1.2.3.4\n\"a\\303\\251\"\n00:11:22:33:44:55\n";
    let all: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let is_manifest = |file: &&&[u8]| file.starts_with(b"version:");
    for file in [manifest.as_bytes()].iter().chain(all.iter().filter(is_manifest).take(20)) {
        seeds.add("settings", &join(&[file, fab.as_bytes(), texts.as_bytes()]))?;
    }
    for sidecar in files.iter().filter_map(|file| file.strip_prefix(b"# hhgit sidecar")).take(20) {
        let body = sidecar.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
        seeds.add("settings", &join(&[manifest.as_bytes(), fab.as_bytes(), body]))?;
    }
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: x.githedgehog.com\n  names: {kind: Own, plural: owns, shortNames: [o]}\n  versions:\n  - name: v1\n    served: true\n    subresources: {status: {}}\n    schema:\n      openAPIV3Schema:\n        type: object\n        required: [spec]\n        properties:\n          spec:\n            type: object\n            properties:\n              a: {type: integer, format: int32, minimum: 1, maximum: 5, default: 2}\n              b: {type: string, pattern: '^a+$', enum: [a, aa], maxLength: 3}\n              c: {type: array, items: {type: string}, minItems: 1}\n              d: {type: object, additionalProperties: {type: boolean}}\n              e: {x-kubernetes-int-or-string: true}\n              f: {x-kubernetes-preserve-unknown-fields: true, nullable: true}\n";
    let object = "apiVersion: x.githedgehog.com/v1\nkind: Own\nmetadata: {name: a}\nspec: {a: 3, b: aa, c: [x], d: {e: true}, e: 1, f: {g: 1}}\n";
    seeds.add("crds", &join(&[crd.as_bytes(), object.as_bytes(), object.replace("3", "9").as_bytes()]))?;
    let is_crd = |file: &&&[u8]| file.windows(24).any(|window| window == b"CustomResourceDefinition");
    for file in all.iter().filter(is_crd).take(20) {
        seeds.add("crds", &join(&[file, object.as_bytes()]))?;
    }
    Ok(())
}

/// Repositories of no plan: bytes of a generator that is always the same.
fn worlds(seeds: &mut Seeds) -> io::Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..WORLDS.0 {
        let length = roll() % WORLDS.1;
        let bytes: Vec<u8> = (0..length).map(|_| roll().to_be_bytes()[0]).collect();
        seeds.add("tree", &bytes)?;
        seeds.add("spread", &bytes)?;
        seeds.add("forge", &bytes[..bytes.len().min(300)])?;
        seeds.add("memory", &[&[1], &bytes[..bytes.len().min(200)]].concat())?;
    }
    // Bytes that are texts too, so that what stands in files is not noise alone.
    for text in SNIPPETS {
        let bytes: Vec<u8> =
            text.bytes().chain((0..400).map(|_| roll().to_be_bytes()[0])).chain(text.bytes()).collect();
        seeds.add("tree", &bytes)?;
        seeds.add("spread", &bytes)?;
    }
    Ok(())
}

/// What git prints and hears, addresses, lists and records.
fn lines(seeds: &mut Seeds) -> io::Result<()> {
    for push in [
        "@a @b refs/heads/main\n",
        "@a @c refs/heads/main\n",
        "@g @b refs/heads/new\n@a @g refs/heads/main\n",
        "@a @d refs/heads/main\n@g @e refs/tags/v1\n@g @f refs/heads/x\n@b @h refs/heads/y\n",
        "@b @c refs/heads/a b\n",
    ] {
        seeds.add("hook", push.as_bytes())?;
    }
    let id = "0123456789abcdef0123456789abcdef01234567";
    let listed = format!("ref: refs/heads/x\tHEAD\n{id}\tHEAD\n{id}\trefs/heads/x\n");
    let pushed = "To /x\n \tx:refs/heads/main\ta..b\n!\tx:refs/heads/main\t[rejected] (stale info)\nDone\n";
    let addresses = "https://x:s3cr3t@h/x?token=1\nssh://git:pass@h:22/x\ngit@h:x\next::sh -c x\n/a/b\nhttp://[::1]:9/x\nhttps://h/a%20b.git\n";
    seeds.add("remote", &join(&[listed.as_bytes(), addresses.as_bytes()]))?;
    seeds.add("remote", &join(&[pushed.as_bytes(), addresses.as_bytes()]))?;
    let message = format!(
        "hhgit: sync 1 object into f\n\nf (f): 1 to managed\n\nHhgit-Version: 0.1.0\nHhgit-Ruleset: r sha256:1\nHhgit-Options: --fabric=f --repair --retry=\"a b\" --max-file-size=5\nHhgit-Input-Tree: {id}\nHhgit-Fabric: f\n"
    );
    let replayed = "2 0 46 40 3 3 1 error:missing-reference=7 info:empty=1\nnone\n";
    let list = "# fleet\n/srv/a.git main\nhttps://me:pw@h/x.git\n\"a b\" x\n";
    let asked = "hhgit-0.1.0 sync";
    let record = format!("1700000000\t{asked}\t/srv/a.git\tmain\nbroken\n");
    seeds.add(
        "records",
        &join(&[message.as_bytes(), replayed.as_bytes(), list.as_bytes(), record.as_bytes(), b"a b\0c"]),
    )
}

/// What hhgit itself writes into a git directory, each as the body that the target puts under a first line of its own.
fn remembered(seeds: &mut Seeds) -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let share = |_: &Path, _: i32| Ok(());
    let id = |text: &str| BlobId::of(HashKind::Sha1, text.as_bytes()).expect("no collision").object();
    let path = |text: &str| RepoPath::new(text).expect("a path");
    let row = |at: &str, key: u8| Row {
        path: path(at),
        entry: Entry { mode: Mode::FILE, id: id(at) },
        keys: vec![Key::from_bytes([key; KEY_BYTES])],
    };
    #[cfg(unix)]
    let user = std::os::unix::fs::MetadataExt::uid(&fs::metadata(dir.path())?);
    #[cfg(not(unix))]
    let user = 0;
    let store = Store::new(dir.path(), user, share, 0);
    let tree = store.keep_all("t", vec![row("vpcs/a.yaml", 1), row("vpcs/b.yaml", 2)])?;
    let table = fs::read(dir.path().join("hhgit/index/t.table"))?;
    assert!(table.starts_with(TABLE.as_bytes()), "fuzz/src/memory.rs writes tables of another version");
    seeds.add("memory", &[&[0, 2, 2, 1, 0], table.get(25..).unwrap_or_default()].concat())?;
    store.keep("u", &tree.after([(path("vpcs/a.yaml"), None), (path("vpcs/c.yaml"), Some(row("vpcs/c.yaml", 3)))]))?;
    let changes = fs::read(dir.path().join("hhgit/index/u.changes"))?;
    // Before what has changed stand the file's own name and the table's.
    seeds.add("memory", &[&[2], body(&changes, CHANGES).get(10..).unwrap_or_default()].concat())?;
    seeds.add("memory", &[&[3], format!("{} none\n{} 1 0 0 0 0 0 0\n", id("a"), id("b")).as_bytes()].concat())?;
    let own = Own::new(dir.path(), user, share, 0);
    let fabric = FabricDir { path: path("f"), tree: TreeId::new(id("tree")) };
    let settled =
        Settled { dir: fabric.clone(), name: "f".to_owned(), kept: vec![path(".gitkeep")], ruleset: "r".into() };
    let searched = Searched { dirs: vec![fabric], folders: vec![(path("g"), TreeId::new(id("g")))] };
    let (root, settled) = (Some(TreeId::new(id("root"))), vec![settled.into()]);
    let known = Known { root, searched: searched.into(), settled, ..Known::default() };
    known.keep(&own, "k")?;
    let kinds = Kinds::builtin();
    let text = SNIPPETS[0].as_bytes();
    let file = judge(text, &path("managed/vpcs/a.yaml"), &Judge::new(&kinds), &Limits::default());
    let blob = BlobId::of(HashKind::Sha1, text).expect("no collision");
    Verdicts::default().keep((&own, "k"), [(blob, &file)].into_iter(), &kinds)?;
    let ways = BTreeMap::from([("tree", (4, KNOWN)), ("verdicts", (5, VERDICTS))]);
    for entry in fs::read_dir(dir.path().join(format!("hhgit/known/{user}")))? {
        let file = entry?.path();
        let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        let bytes = fs::read(&file)?;
        let Some((way, magic)) = ways.get(kind).copied() else { continue };
        // The key and its length stand before what is known.
        seeds.add("memory", &[&[way], body(&bytes, magic).get(5..).unwrap_or_default()].concat())?;
    }
    Ok(())
}

/// What stands under a file's first line, which starts as the target writes it: else that reads nothing any more.
fn body<'b>(bytes: &'b [u8], magic: &str) -> &'b [u8] {
    assert!(bytes.starts_with(magic.as_bytes()), "fuzz/src/memory.rs writes {magic:?}, and hhgit something else");
    bytes.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default()
}
