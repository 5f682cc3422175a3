//! Reading objects: each way of failing has its own name, and a push's quarantine is seen.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

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
