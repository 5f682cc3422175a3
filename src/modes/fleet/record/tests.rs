//! A record of a run: what is left out by it, and what a kill at any byte of it costs.

use super::*;
use crate::modes::fleet::list;
use crate::options::remote::{Remote, TIMEOUT};
use crate::options::{FailOn, Given, Identities, Sync};
use crate::progress::Progress;

const NOW: Time = Time { seconds: 1_700_000_000, offset: 0 };
const LIST: &str = "a.git\nb.git main\nhttps://me:s3cret@h/c.git\n";

fn common() -> Common {
    Common {
        directory: PathBuf::from("/srv"),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: NOW,
        progress: Progress::default(),
    }
}

fn options(list: &str) -> Fleet {
    let remote = Remote { name: String::new(), timeout: TIMEOUT, tokens: Vec::new(), apart: true, propose: None };
    Fleet {
        list: Given { name: "fleet.txt".to_owned(), bytes: list.as_bytes().to_vec() },
        sync: Sync::default(),
        remote,
        check: false,
        fail_on: FailOn::Never,
        jobs: None,
        shard: None,
        resume: None,
        json: false,
    }
}

fn entries(list: &str) -> Vec<Entry> {
    list::read(&options(list).list, false).expect("a good list")
}

/// What is left to do of this list by this record.
fn left(path: &Path, common: &Common, options: &Fleet) -> Vec<String> {
    let record = Record::open(path, common, options).expect("a record");
    let mut entries = list::read(&options.list, false).expect("a good list");
    record.leave_out(&mut entries);
    entries.into_iter().map(|entry| entry.key).collect()
}

/// A record of a run that was cut short when all of the list was done.
fn filled(dir: &Path) -> PathBuf {
    let path = dir.join("record");
    let mut record = Record::open(&path, &common(), &options(LIST)).expect("a record");
    entries(LIST).iter().for_each(|entry| record.add(entry, NOW));
    path
}

#[test]
fn what_is_done_is_left_out_and_no_password_is_written() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = filled(dir.path());
    let longer = format!("x.git\n{LIST}");
    assert_eq!(left(&path, &common(), &options(&longer)), ["x.git"]);
    let text = std::fs::read_to_string(&path).expect("a record");
    assert!(text.contains("/srv/a.git") && !text.contains("s3cret"), "{text}");
    let record = Record::open(&path, &common(), &options(LIST)).expect("a record");
    let before = record.leave_out(&mut entries(LIST));
    assert_eq!(before, Some(Before { repositories: 3, since: NOW }));
}

#[test]
fn another_branch_another_place_and_other_options_are_not_done() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = filled(dir.path());
    let base = options(LIST);
    assert_eq!(left(&path, &common(), &options("a.git main\nb.git\nb.git dev\n")).len(), 3);
    let elsewhere = Common { directory: PathBuf::from("/srv2"), ..common() };
    assert_eq!(left(&path, &elsewhere, &base), ["a.git", "b.git"]);
    let narrowed = Common { fabrics: vec![crate::path::RepoPath::root()], ..common() };
    assert_eq!(left(&path, &narrowed, &base).len(), 3);
    for other in [
        Fleet { check: true, ..base.clone() },
        Fleet { fail_on: FailOn::Error, ..base.clone() },
        Fleet { sync: Sync { dry_run: true, ..Sync::default() }, ..base.clone() },
        Fleet { sync: Sync { repair: true, ..Sync::default() }, ..base.clone() },
        Fleet { sync: Sync { sign: true, ..Sync::default() }, ..base.clone() },
        Fleet { sync: Sync { max_deletions: Some(3), ..Sync::default() }, ..base.clone() },
        Fleet { sync: Sync { max_file_size: 3, ..Sync::default() }, ..base.clone() },
        Fleet { remote: Remote { propose: Some(Default::default()), ..base.remote.clone() }, ..base.clone() },
    ] {
        assert_eq!(left(&path, &common(), &other).len(), 3, "{}", asked(&common(), &other));
    }
    let jobs = Fleet { jobs: std::num::NonZeroUsize::new(9), json: true, ..base };
    assert_eq!(left(&path, &common(), &jobs), [""; 0]);
}

#[test]
fn a_kill_at_any_byte_costs_no_more_than_the_line_it_fell_into() {
    let dir = tempfile::tempdir().expect("a directory");
    let whole = std::fs::read(filled(dir.path())).expect("a record");
    for length in 0..=whole.len() {
        let path = dir.path().join(format!("cut-{length}"));
        std::fs::write(&path, &whole[..length]).expect("a written file");
        let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
        let whole_but_its_end = whole.get(length) == Some(&b'\n') && lines > 0;
        let done = lines.saturating_sub(1) + usize::from(whole_but_its_end);
        assert_eq!(left(&path, &common(), &options(LIST)).len(), 3 - done, "{length}");
        // What the next run adds counts, whatever the torn line was.
        let mut record = Record::open(&path, &common(), &options(LIST)).expect("a record");
        entries(LIST).iter().for_each(|entry| record.add(entry, NOW));
        drop(record);
        assert_eq!(left(&path, &common(), &options(LIST)), [""; 0], "{length}");
    }
}

#[test]
fn a_changed_byte_makes_a_line_count_for_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = filled(dir.path());
    let text = std::fs::read_to_string(&path).expect("a record").replace("/srv/a.git", "/srv/x.git");
    std::fs::write(&path, text).expect("a written file");
    assert_eq!(left(&path, &common(), &options("a.git\nx.git\nb.git main\n")), ["a.git", "x.git"]);
}

#[test]
fn a_run_that_came_to_its_end_leaves_nothing_to_be_gone_on_with() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = filled(dir.path());
    let end = |whole| Record::open(&path, &common(), &options(LIST)).expect("a record").end(whole);
    assert_eq!((end(false), left(&path, &common(), &options(LIST)).len()), (None, 0));
    assert_eq!((end(true), left(&path, &common(), &options(LIST)).len()), (None, 3));
}

#[test]
fn nothing_but_a_record_is_written_into_and_no_two_runs_keep_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let list = dir.path().join("fleet.txt");
    std::fs::write(&list, LIST).expect("a written file");
    for other in [&list, &dir.path().to_owned()] {
        let error = Record::open(other, &common(), &options(LIST)).expect_err("no record");
        assert!(matches!(error, FleetError::NoRecord { .. }), "{error}");
    }
    assert_eq!(std::fs::read_to_string(&list).expect("the list"), LIST);
    let nowhere = Record::open(&dir.path().join("no/record"), &common(), &options(LIST));
    assert!(matches!(nowhere, Err(FleetError::Record { .. })));
    let path = filled(dir.path());
    let _held = Record::open(&path, &common(), &options(LIST)).expect("a record");
    let second = Record::open(&path, &common(), &options(LIST));
    assert!(matches!(second, Err(FleetError::RecordInUse { .. })));
}
