//! Reading objects: each way of failing has its own name, and a push's quarantine is seen.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "hostile/bytes.rs"]
mod bytes;
mod support;

use bytes::{Packed, Part, change, number, put_loose, put_pack};
use hhgit::git::{Environment, Reader, Repo};
use hhgit::ids::{BlobId, ObjectId, TreeId};
use hhgit::snapshot::{Objects, ReadError};
use support::{TempRepo, git_command};

fn object(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.trim().as_bytes()).unwrap()
}

#[test]
fn missing_and_of_the_wrong_type_and_damaged_are_different_things() {
    let temp = TempRepo::bare();
    let commit = temp.commit("main", &[("a", "a")]);
    let blob = object(&temp.git(&["rev-parse", "main:a"]));
    let reader = Reader::new(&temp.open()).unwrap();
    let none = BlobId::new(object(&"1".repeat(40)));
    assert!(matches!(reader.blob(none), Err(ReadError::Missing { partial: false, kind: "blob", .. })));
    assert!(matches!(reader.blob_size(none), Err(ReadError::Missing { .. })));
    assert!(matches!(reader.tree(TreeId::new(blob)), Err(ReadError::WrongType { expected: "tree", .. })));
    assert!(matches!(reader.blob_size(BlobId::new(commit.object())), Err(ReadError::WrongType { .. })));
    let damaged = temp.git_with(&["hash-object", "-w", "--stdin"], b"soon damaged");
    let file = temp.dir().join("objects").join(&damaged[..2]).join(&damaged[2..]);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"no zlib").unwrap();
    let result = reader.blob(BlobId::new(object(&damaged)));
    assert!(matches!(result, Err(ReadError::Corrupt { .. })), "{result:?}");
}

#[test]
fn a_blob_a_partial_clone_lacks_is_named_with_the_remedy() {
    let temp = TempRepo::bare();
    temp.commit("main", &[("a", "content")]);
    temp.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = temp.beside("clone");
    let url = format!("file://{}", temp.dir().display());
    temp.git(&["clone", "--quiet", "--bare", "--filter=blob:none", &url, clone.to_str().unwrap()]);
    let repo = Repo::open_in(&clone, Environment::isolated()).unwrap();
    assert!(repo.is_partial_clone());
    let reader = Reader::new(&repo).unwrap();
    let id = temp.git(&["rev-parse", "main:a"]);
    let error = reader.blob(BlobId::new(object(&id))).unwrap_err();
    assert!(matches!(error, ReadError::Missing { partial: true, .. }), "{error:?}");
    assert!(error.to_string().contains(&id) && error.to_string().contains("git fetch"), "{error}");
}

#[test]
fn objects_of_a_push_are_seen_in_its_quarantine_and_only_there() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let quarantine = temp.dir().join("objects/tmp: \"quarantine\"");
    std::fs::create_dir(&quarantine).unwrap();
    std::fs::write(temp.beside("new"), "new").unwrap();
    let mut command = git_command(temp.dir());
    command.env("GIT_OBJECT_DIRECTORY", &quarantine).args(["hash-object", "-w"]).arg(temp.beside("new"));
    let id = BlobId::new(object(&String::from_utf8(command.output().unwrap().stdout).unwrap()));
    let environment = Environment {
        object_directory: Some(quarantine.clone()),
        alternates: vec![temp.dir().join("objects")],
        ..Environment::isolated()
    };
    let reader = Reader::new(&Repo::open_in(temp.dir(), environment).unwrap()).unwrap();
    assert_eq!(reader.blob(id).unwrap(), b"new");
    assert_eq!(reader.fork().blob_size(id).unwrap(), 3);
    assert_eq!(reader.commit(base).unwrap().id, base);
    assert!(!quarantine.join("info").exists(), "nothing is put into the quarantine");
    let outside = Reader::new(&temp.open()).unwrap();
    assert!(matches!(outside.blob(id), Err(ReadError::Missing { .. })));
}

#[test]
fn a_shallow_clones_end_of_history_is_known() {
    let temp = TempRepo::bare();
    let first = temp.commit("main", &[("a", "a")]);
    let second = temp.commit("main", &[("a", "b")]);
    let clone = temp.beside("clone");
    let url = format!("file://{}", temp.dir().display());
    temp.git(&["clone", "--quiet", "--bare", "--depth=1", &url, clone.to_str().unwrap()]);
    let repo = Repo::open_in(&clone, Environment::isolated()).unwrap();
    let reader = Reader::new(&repo).unwrap();
    assert!(repo.is_shallow() && !temp.open().is_shallow());
    assert!(reader.is_shallow_boundary(second).unwrap());
    assert_eq!(reader.commit(second).unwrap().parents, [first]);
    assert!(matches!(reader.commit(first), Err(ReadError::Missing { .. })));
}

#[test]
fn replacements_do_not_change_what_is_read() {
    let temp = TempRepo::bare();
    let first = temp.commit("main", &[("a", "a")]);
    let second = temp.commit("other", &[("b", "b")]);
    temp.git(&["replace", &first.to_string(), &second.to_string()]);
    let reader = Reader::new(&temp.open()).unwrap();
    let names: Vec<Vec<u8>> =
        reader.tree(reader.commit(first).unwrap().tree).unwrap().into_iter().map(|e| e.name).collect();
    assert_eq!(names, [b"a".to_vec()]);
}

#[test]
fn a_commit_is_read_whole_even_with_extra_headers_and_odd_dates() {
    let temp = TempRepo::bare();
    let tree = TreeId::empty(hhgit::ids::HashKind::Sha1);
    let text =
        format!("tree {tree}\nauthor A <a> 1 +0000\ncommitter B <b> 12 +0530\nencoding x\n y\n\nsubject\n\nbody");
    let id = temp.git_with(&["hash-object", "-w", "--literally", "-t", "commit", "--stdin"], text.as_bytes());
    let reader = Reader::new(&temp.open()).unwrap();
    let commit = reader.commit(support::commit_id(&id)).unwrap();
    assert_eq!((commit.tree, commit.parents.len()), (tree, 0));
    assert_eq!((commit.committed.seconds, commit.committed.offset), (12, 19800));
    assert_eq!(commit.message, b"subject\n\nbody");
    assert_eq!(reader.tree(tree).unwrap(), [], "git knows the empty tree without its being there");
}

#[test]
fn a_real_pre_receive_hook_reads_the_push_and_cannot_write() {
    const CHILD: &str = "HHGIT_TEST_CHILD";
    const NAME: &str = "a_real_pre_receive_hook_reads_the_push_and_cannot_write";
    if let Ok(new) = std::env::var(CHILD) {
        let repo = Repo::open(std::path::Path::new(".")).unwrap();
        let reader = Reader::new(&repo).unwrap();
        let commit = reader.commit(support::commit_id(&new)).unwrap();
        assert_eq!(reader.fork().tree(commit.tree).unwrap().len(), 1);
        assert!(repo.in_quarantine());
        let plan = support::plan(&reader, commit.tree, &[("b", Some("b"))]);
        let tree = hhgit::git::tree::apply(&reader, commit.tree, plan.edits()).unwrap();
        let refused = hhgit::git::write(&repo, Some(commit.id), &plan, &tree, &support::meta(&[commit.id]));
        assert!(matches!(refused, Err(hhgit::git::WriteError::Quarantine)));
        return;
    }
    let (server, pusher) = (TempRepo::bare(), TempRepo::bare());
    let commit = pusher.commit("main", &[("a", "a")]);
    let exe = std::env::current_exe().unwrap();
    let script = format!("#!/bin/sh\nread old new ref\n{CHILD}=$new exec '{}' --exact {NAME}\n", exe.display());
    let hook = server.dir().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, script).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    pusher.git(&["push", "--quiet", server.dir().to_str().unwrap(), "main"]);
    assert_eq!(server.tip("main"), Some(commit));
}

#[test]
fn packs_that_come_while_a_repository_is_open_are_found_however_many() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let (repo, writer) = (temp.open(), temp.open());
    let reader = Reader::new(&repo).unwrap();
    assert!(reader.commit(base).is_ok());
    for n in 0..40 {
        let last = support::written(&writer, base, &[("b", Some(&format!("{n}")))]).commit();
        temp.git(&["update-ref", "refs/heads/main", &last.to_string()]);
    }
    let tip = temp.tip("main").unwrap();
    assert_eq!(repo.tip(&support::branch("main")).unwrap(), Some(tip));
    assert_eq!(reader.commit(tip).unwrap().parents, [base]);
}

const GIBIBYTE: u64 = 1 << 30;

/// What a tree, a commit, and the tag that one asks a commit of, are read as by somebody who names this object.
fn said_of(temp: &TempRepo, kind: &str, id: ObjectId) -> ReadError {
    let reader = Reader::new(&temp.open()).unwrap();
    let tree = TreeId::new(id);
    match kind {
        "tree" => {
            let diff = reader.tree_diff(TreeId::empty(hhgit::ids::HashKind::Sha1), tree).unwrap_err();
            assert!(matches!(diff, ReadError::TooLarge { .. }), "{diff:?}");
            reader.fork().tree(tree).unwrap_err()
        }
        "commit" => reader.commit(hhgit::ids::CommitId::new(id)).unwrap_err(),
        _ => reader.peel(id).unwrap_err(),
    }
}

#[test]
fn a_tree_a_commit_and_a_tag_of_a_gigabyte_are_refused_before_they_are_unpacked() {
    for (kind, number) in [("commit", 1), ("tree", 2), ("tag", 4)] {
        // They say that they are so large, and are not: whoever unpacked them would find them damaged.
        let id = object(&format!("{number}").repeat(40));
        let body = || Part::Bytes(b"100644 a\0".to_vec());
        let loose = TempRepo::bare();
        put_loose(loose.dir(), id, &[Part::Bytes(format!("{kind} {GIBIBYTE}\0").into()), body()]);
        let packed = TempRepo::bare();
        put_pack(packed.dir(), &[(id, Packed::Whole(number, GIBIBYTE, vec![body()]))]);
        for temp in [&loose, &packed] {
            let said = said_of(temp, kind, id).to_string();
            let start = format!("{kind} {id} is larger than hhgit reads: it unpacks to {GIBIBYTE} bytes");
            assert!(said.starts_with(&start), "{said}");
        }
    }
}

#[test]
fn a_tree_that_is_packed_as_a_change_of_a_gigabyte_is_refused_before_it_is_unpacked() {
    let [id, base] = ["7", "8"].map(|digit| object(&digit.repeat(40)));
    let body = |bytes: &[u8]| vec![Part::Bytes(bytes.to_vec())];
    let small = [&b"40000 a\0"[..], &[7; 20]].concat();
    let makes = |to: u64| {
        let bytes = [number(small.len() as u64), number(to), b"\x01x".to_vec()].concat();
        Packed::Change(base, bytes.len() as u64, vec![Part::Bytes(bytes)])
    };
    let large = TempRepo::bare();
    put_pack(large.dir(), &[(base, Packed::Whole(2, small.len() as u64, body(&small))), (id, makes(GIBIBYTE))]);
    let said = said_of(&large, "tree", id).to_string();
    assert!(said.contains(&format!("it unpacks to {GIBIBYTE} bytes")), "{said}");
    // One that is small itself, and made of what is not.
    let bytes = [number(GIBIBYTE), number(1), b"\x01x".to_vec()].concat();
    let entry = Packed::Change(base, bytes.len() as u64, vec![Part::Bytes(bytes)]);
    let made = TempRepo::bare();
    put_pack(made.dir(), &[(base, Packed::Whole(2, GIBIBYTE, body(&small))), (id, entry)]);
    let said = said_of(&made, "tree", id).to_string();
    assert!(said.contains("packed as a change of something larger") && said.contains("git repack"), "{said}");
}

#[test]
fn a_tree_of_more_entries_than_a_walk_takes_is_refused() {
    let id = object(&"5".repeat(40));
    let entry = [&b"100644 a\0"[..], &[7; 20]].concat();
    for (count, fits) in [(2_000_000, true), (2_000_001, false)] {
        let temp = TempRepo::bare();
        let parts = vec![Part::Over(entry.clone(), count)];
        put_pack(temp.dir(), &[(id, Packed::Whole(2, entry.len() as u64 * count, parts))]);
        let read = Reader::new(&temp.open()).unwrap().tree(TreeId::new(id));
        match read {
            Ok(entries) => assert!(fits && entries.len() as u64 == count),
            Err(error) => assert!(!fits && error.to_string().contains("more than 2000000 entries"), "{error}"),
        }
    }
}

#[test]
fn a_file_that_somebody_wants_is_read_however_large_it_or_its_base_is() {
    const LARGE: u64 = 130 << 20;
    let [id, base] = ["7", "8"].map(|digit| object(&digit.repeat(40)));
    let temp = TempRepo::bare();
    let bytes = [number(LARGE), number(5), change(5, 5)[2..].to_vec()].concat();
    let entry = Packed::Change(base, bytes.len() as u64, vec![Part::Bytes(bytes)]);
    put_pack(temp.dir(), &[(base, Packed::Whole(3, LARGE, vec![Part::Over(b"#".to_vec(), LARGE)])), (id, entry)]);
    let reader = Reader::new(&temp.open()).unwrap();
    assert_eq!(reader.blob(BlobId::new(id)).unwrap(), b"#####");
    assert_eq!(reader.blob(BlobId::new(base)).unwrap().len() as u64, LARGE);
    assert_eq!(reader.blob_size(BlobId::new(base)).unwrap(), LARGE);
}
