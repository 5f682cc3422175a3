//! What hhgit wrote for itself and reads again: a commit's trailers, a replay's lines, a fleet's record; and the list of a fleet.

use std::collections::BTreeSet;
use std::io::Write;

use hhgit::ids::sha256_hex;
use hhgit::modes::asked::Asked;
use hhgit::modes::fleet::list;
use hhgit::modes::fleet::record::Record;
use hhgit::modes::history::trailers::claim;
use hhgit::modes::replay::line;
use hhgit::options::fleet::Fleet;
use hhgit::options::remote::Remote;
use hhgit::options::{Common, FailOn, Given, Identities, Retry, Sync};
use hhgit::path::RepoPath;
use hhgit::progress::Progress;
use hhgit::snapshot::Time;

use crate::parts::{cut, is_shown, is_told, path};

/// Reads the pieces of an input: a commit's message, a line of a replay, a list, and a record.
pub fn check(data: &[u8]) {
    let pieces = cut(data);
    let piece = |at: usize| pieces.get(at).copied().unwrap_or_default();
    message(piece(0));
    replayed(piece(1));
    let entries = listed(piece(2));
    recorded(piece(3), entries);
    asked(piece(4));
}

fn message(bytes: &[u8]) {
    let Some(claim) = claim(bytes) else { return };
    assert!(!claim.flags.contains('\n') && !claim.input_tree.contains('\n') && !claim.version.contains('\n'));
    if let Some(asked) = claim.asked() {
        let level = asked.level;
        assert_eq!(Asked::parse(&asked.flags().join(" ")).map(|again| Asked { level, ..again }), Some(asked));
    }
}

/// Options with these paths are read as they are written.
fn asked(bytes: &[u8]) {
    let paths: Vec<RepoPath> =
        bytes.split(|byte| *byte == 0).filter_map(|name| RepoPath::new(name).ok()).take(3).collect();
    let retry = paths.first().cloned().map_or(Retry::All, Retry::Below);
    for asked in [Asked { retry, ..Asked::default() }, Asked { fabrics: paths, repair: true, ..Asked::default() }] {
        assert_eq!(Asked::parse(&asked.flags().join(" ")).as_ref(), Some(&asked), "{:?}", asked.flags());
    }
}

fn replayed(bytes: &[u8]) {
    for text in String::from_utf8_lossy(bytes).lines().take(5) {
        let Some(said) = line::read(text) else { continue };
        let written = line::write(&said).expect("what was read was judged");
        assert_eq!(line::read(&written), Some(said), "{text:?} is written as {written:?}");
    }
}

/// The repositories of a list, each shown without what one signs in with.
fn listed(bytes: &[u8]) -> Vec<list::Entry> {
    let given = Given { name: "list".to_owned(), bytes: bytes.to_vec() };
    match list::read(&given, false) {
        Err(error) => {
            is_told(&error);
            Vec::new()
        }
        Ok(entries) => {
            let keys: BTreeSet<(&str, Option<&str>)> = entries
                .iter()
                .map(|entry| (entry.key.as_str(), entry.branch.as_ref().map(|branch| branch.short())))
                .collect();
            assert_eq!(keys.len(), entries.len(), "a repository is there twice");
            for entry in &entries {
                is_shown(&entry.shown());
                assert!(hhgit::git::remote::refusal(&entry.address).is_none());
            }
            entries
        }
    }
}

/// A record of any bytes, its lines with the digests they need: only what a line says whole is left out, and what is added is read again.
fn recorded(bytes: &[u8], entries: Vec<list::Entry>) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut whole = b"hhgit fleet record 1\n".to_vec();
    for line in bytes.split(|byte| *byte == b'\n') {
        // A line that begins with a digit gets its digest; others stay as they are.
        if line.first().is_some_and(u8::is_ascii_digit) {
            whole.extend_from_slice(format!("{}\t", &sha256_hex(line)[..16]).as_bytes());
        }
        whole.extend_from_slice(line);
        whole.push(b'\n');
    }
    file.write_all(&whole).expect("room for a record");
    let (common, fleet) = options();
    let open = || Record::open(file.path(), &common, &fleet);
    let mut record = open().expect("a record with the right first line");
    let (mut first, mut second) = (entries.clone(), entries);
    record.leave_out(&mut first);
    for entry in &first {
        record.add(entry, Time { seconds: 1_700_000_000, offset: 0 });
    }
    assert_eq!(record.end(false), None);
    let record = open().expect("a record that was written to");
    let before = record.leave_out(&mut second);
    assert!(second.is_empty(), "{second:?} was recorded and is not known");
    assert!(before.is_some() || first.is_empty());
    assert_eq!(record.end(true), None);
}

fn options() -> (Common, Fleet) {
    let common = Common {
        directory: std::path::PathBuf::from("/srv"),
        fabrics: vec![path("f")],
        identities: Identities::default(),
        now: Time { seconds: 1_700_000_000, offset: 0 },
        progress: Progress::default(),
    };
    let remote = Remote {
        name: String::new(),
        timeout: std::time::Duration::from_secs(1),
        tokens: Vec::new(),
        apart: false,
        propose: None,
    };
    let fleet = Fleet {
        list: Given { name: "list".to_owned(), bytes: Vec::new() },
        sync: Sync::default(),
        remote,
        check: false,
        fail_on: FailOn::Error,
        jobs: None,
        shard: None,
        resume: None,
        json: false,
    };
    (common, fleet)
}
