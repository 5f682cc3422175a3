//! `hhgit merge` on real repositories: what both sides did is there, or nothing was changed and all that contradicts is named.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "merge/site.rs"]
mod site;
mod support;

use site::{at, edit, file, merge, merged, on, refused, site, site_of, vpc};
use support::{TempRepo, hhgit, hhgit_command, leftovers, run};

/// Main's commits that the other branches and the base do not have, newest first.
fn subjects(repo: &TempRepo, since: &str) -> String {
    repo.git(&["log", "--first-parent", "--format=%s", &format!("{since}..main")])
}

#[test]
fn fields_of_one_object_that_the_sides_changed_on_neighbouring_lines_are_both_there_with_all_comments() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001 # which", "1501 # moved"));
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "10.0.1.0/24", "10.0.31.0/24"));
    let base = repo.git(&["rev-parse", "main"]);
    let ended = merged(&repo);
    assert!(ended.stdout.contains("f/managed/vpcs/web.yaml: their spec.subnets.default.vlan\n"), "{ended:?}");
    let expected = vpc("web", 1).replace("10.0.1.0/24", "10.0.31.0/24").replace("1001", "1501");
    assert_eq!(file(&repo, &at("web")), expected);
    assert_eq!(
        repo.git(&["log", "-1", "--format=%P|%s", "main"]),
        format!("{base} {}|Merge branch 'feature'", repo.git(&["rev-parse", "feature"]))
    );
    assert!(ended.stdout.ends_with("(merged feature)\n"), "{ended:?}");
}

#[test]
fn the_merge_commit_names_who_asked_and_says_what_was_asked() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    let mut command = hhgit_command(repo.dir());
    command.args(["merge", "feature", "-m", "Take the move"]);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ann").env(format!("GIT_{role}_EMAIL"), "ann@localhost");
        command.env(format!("GIT_{role}_DATE"), "@1800000000 +0200");
    }
    assert_eq!(run(&mut command).code, Some(0));
    let said = repo.git(&["log", "-1", "--format=%an <%ae> %cn %ct %cd|%B", "--date=format:%z", "main"]);
    assert_eq!(said, "Ann <ann@localhost> Ann 1800000000 +0200|Take the move");
}

#[test]
fn what_comes_into_raw_is_sorted_and_one_move_of_the_branch_brings_merge_and_sync() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| repo.put("f/raw/new.yaml", &vpc("new", 3)));
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1501"));
    let base = repo.git(&["rev-parse", "main"]);
    repo.put("untracked.txt", "mine\n");
    let ended = merge(&repo);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.ends_with("(merged feature, synced)\n"), "{ended:?}");
    assert_eq!(subjects(&repo, &base), "hhgit: sync 1 object into f\nMerge branch 'feature'");
    assert_eq!(file(&repo, &at("new")), vpc("new", 3));
    assert_eq!(repo.git(&["rev-parse", "main@{1}"]), base, "the branch moved once");
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? untracked.txt");
}

#[test]
fn a_dry_run_writes_nothing_and_tells_the_tree_that_the_real_run_makes() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| {
        repo.put("f/raw/new.yaml", &vpc("new", 3));
        edit(repo, &at("web"), "1001", "1501");
    });
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "10.0.1.0/24", "10.0.31.0/24"));
    let objects = || repo.git(&["count-objects", "-v"]);
    let before = (repo.state(), objects());
    let ended = hhgit(repo.dir(), &["merge", "feature", "--dry-run", "--output", "json"]);
    assert_eq!((ended.code, repo.state(), objects()), (Some(0), before.0, before.1), "{ended:?}");
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["schema"], "hhgit.merge/1");
    assert_eq!(json["outcome"], "planned");
    merged(&repo);
    assert_eq!(json["result"]["tree"], repo.git(&["rev-parse", "main^{tree}"]));
    assert_eq!(json["merge"]["tree"], repo.git(&["rev-parse", "main^^{tree}"]));
}

#[test]
fn an_object_deleted_on_one_side_is_gone_unless_the_other_changed_its_value() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("db"), "# which", "# of the comments only"));
    on(&repo, "main", "ours", |repo| {
        repo.git(&["rm", "--quiet", &at("db"), &at("web")]);
    });
    on(&repo, "feature", "theirs too", |repo| drop(repo.git(&["rm", "--quiet", &at("web")])));
    merged(&repo);
    assert_eq!(repo.git(&["ls-files", "f/managed/vpcs"]), "f/managed/vpcs/.gitkeep");
}

#[test]
fn a_file_moved_on_one_side_and_changed_on_the_other_is_changed_where_it_is_now() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| {
        repo.git(&["mv", &at("web"), "f/managed/w.yaml"]);
        edit(repo, "f/managed/w.yaml", "10.0.1.0/24", "10.0.31.0/24");
    });
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1501"));
    assert_eq!(merge(&repo).code, Some(0));
    let expected = vpc("web", 1).replace("10.0.1.0/24", "10.0.31.0/24").replace("1001", "1501");
    assert_eq!(file(&repo, "f/managed/w.yaml"), expected);
    assert!(!repo.files("main").contains_key(&at("web")));
}

#[test]
fn objects_that_change_places_are_not_taken_for_each_other() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| {
        repo.put(&at("web"), &vpc("db", 2));
        repo.put(&at("db"), &vpc("web", 1));
    });
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1501"));
    assert_eq!(merge(&repo).code, Some(0));
    assert_eq!(file(&repo, &at("db")), vpc("web", 1).replace("1001", "1501"));
    assert_eq!(file(&repo, &at("web")), vpc("db", 2));
}

#[test]
fn an_object_that_both_sides_add_is_one_object_if_it_says_the_same_and_a_contradiction_if_not() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| repo.put("f/managed/vpcs/n.yaml", &vpc("new", 3).replace("# where", "")));
    on(&repo, "main", "ours", |repo| repo.put(&at("new"), &vpc("new", 3)));
    merged(&repo);
    assert_eq!(file(&repo, &at("new")), vpc("new", 3));
    assert!(!repo.files("main").contains_key("f/managed/vpcs/n.yaml"));
    on(&repo, "feature", "theirs", |repo| repo.put(&at("more"), &vpc("more", 4)));
    on(&repo, "main", "ours", |repo| repo.put(&at("more"), &vpc("more", 5)));
    let said = refused(&repo);
    for field in ["spec.subnets.default.subnet", "spec.subnets.default.vlan"] {
        assert!(said.contains(&format!("{field}: both sides added it, with another value in this field")), "{said}");
    }
}

#[test]
fn an_object_still_in_raw_on_one_side_is_the_one_that_the_other_has_sorted() {
    let repo = site();
    on(&repo, "main", "new", |repo| repo.put("f/raw/new.yaml", &vpc("new", 3)));
    repo.git(&["branch", "--force", "feature", "main"]);
    assert_eq!(hhgit(repo.dir(), &["sync"]).code, Some(0));
    on(&repo, "feature", "theirs", |repo| edit(repo, "f/raw/new.yaml", "1003", "1503"));
    merged(&repo);
    assert_eq!(file(&repo, &at("new")), vpc("new", 3).replace("1003", "1503"));
    assert!(!repo.files("main").contains_key("f/raw/new.yaml"));
}

#[test]
fn a_branch_without_anything_of_its_own_is_moved_and_then_sorted() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| repo.put("f/raw/new.yaml", &vpc("new", 3)));
    let (base, theirs) = (repo.git(&["rev-parse", "main"]), repo.git(&["rev-parse", "feature"]));
    let ended = merged(&repo);
    assert!(ended.stdout.ends_with("(fast-forward to feature, synced)\n"), "{ended:?}");
    assert_eq!(subjects(&repo, &base), "hhgit: sync 1 object into f\ntheirs");
    assert_eq!(repo.git(&["rev-parse", "main^"]), theirs);
    on(&repo, "feature", "nothing", |_| {});
    repo.git(&["branch", "--force", "feature", "main"]);
    on(&repo, "feature", "readme", |repo| repo.put("README", "x\n"));
    let ended = merged(&repo);
    assert!(ended.stdout.ends_with("(fast-forward to feature)\n"), "{ended:?}");
    assert_eq!(repo.git(&["rev-parse", "main"]), repo.git(&["rev-parse", "feature"]));
    let ended = merged(&repo);
    assert_eq!(ended.stdout, "main: already up to date, it holds all of feature\n");
}

#[test]
fn a_bare_repository_and_any_branch_can_be_merged_into() {
    let source = site();
    on(&source, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&source, "main", "ours", |repo| edit(repo, &at("web"), "10.0.1.0/24", "10.0.31.0/24"));
    let bare = TempRepo::bare();
    bare.git(&["fetch", "--quiet", source.dir().to_str().unwrap(), "refs/heads/*:refs/heads/*"]);
    bare.git(&["branch", "release", "main"]);
    let ended = hhgit(bare.dir(), &["merge", "feature", "--into", "release"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(bare.git(&["log", "-1", "--format=%s", "release"]), "Merge branch 'feature' into release");
    assert_eq!(hhgit(bare.dir(), &["merge", "feature"]).code, Some(0));
    let tree = |branch: &str| bare.git(&["rev-parse", &format!("{branch}^{{tree}}")]);
    assert_eq!(tree("main"), tree("release"));
    assert_eq!(leftovers(&bare), Vec::<String>::new());
    bare.fsck();
}

#[test]
fn files_of_several_objects_kustomizations_and_all_else_are_merged_as_git_does() {
    let repo = site();
    on(&repo, "main", "start", |repo| {
        repo.put("f/managed/kustomization.yaml", "resources:\n- vpcs/web.yaml\n# a\n# b\n# c\n- vpcs/db.yaml\n");
        repo.put("f/managed/both.yaml", &(vpc("a", 10) + "---\n" + &vpc("b", 11)));
        repo.put("list", "x\n");
        repo.put(".gitattributes", "list merge=union\nran merge=evil filter=evil diff=evil\n");
        repo.put("ran", "1\n2\n3\n4\n5\n");
    });
    repo.git(&["branch", "--force", "feature", "main"]);
    on(&repo, "feature", "theirs", |repo| {
        edit(repo, "f/managed/kustomization.yaml", "- vpcs/db", "- ipv4namespaces/default.yaml\n- vpcs/db");
        edit(repo, "f/managed/both.yaml", "1011", "1511");
        repo.put("list", "x\ntheirs\n");
        repo.put("ran", "1\n2\n3\n4\n6\n");
    });
    on(&repo, "main", "ours", |repo| {
        edit(repo, "f/managed/kustomization.yaml", "resources:\n", "resources:\n- vlannamespaces/default.yaml\n");
        edit(repo, "f/managed/both.yaml", "1010", "1510");
        repo.put("list", "x\nours\n");
        repo.put("ran", "0\n2\n3\n4\n5\n");
    });
    let bare = TempRepo::bare();
    bare.git(&["fetch", "--quiet", repo.dir().to_str().unwrap(), "refs/heads/*:refs/heads/*"]);
    let witness = repo.beside("witness");
    let evil = format!("touch {}; false", witness.display());
    for key in ["merge.evil.driver", "filter.evil.process", "filter.evil.clean", "diff.evil.textconv", "merge.default"]
    {
        bare.git(&["config", key, &evil]);
    }
    bare.git(&["config", "merge.renormalize", "true"]);
    repo.git(&["config", "merge.evil.driver", &evil]);
    repo.git(&["config", "merge.default", "evil"]);
    assert_eq!(merge(&bare).code, Some(0));
    assert_eq!(merge(&repo).code, Some(0));
    assert!(!witness.exists(), "a program that the repository names was run");
    assert_eq!(bare.git(&["rev-parse", "main^{tree}"]), repo.git(&["rev-parse", "main^{tree}"]));
    assert_eq!(file(&repo, "list"), "x\nours\ntheirs\n");
    assert_eq!(file(&repo, "ran"), "0\n2\n3\n4\n6\n");
    assert_eq!(file(&repo, "f/managed/both.yaml").matches("1510").count(), 1);
    assert_eq!(file(&repo, "f/managed/both.yaml").matches("1511").count(), 1);
    assert_eq!(file(&repo, "f/managed/kustomization.yaml").lines().count(), 8);
}

#[test]
fn histories_merged_crosswise_contradict_only_where_it_is_not_known_what_a_field_was() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1601"));
    repo.git(&["branch", "old"]);
    let resolve = |branch: &str, other: &str, vlan: &str, more: (&str, &str)| {
        repo.git(&["switch", "--quiet", branch]);
        assert!(!repo.git_succeeds(&["merge", "--quiet", other]));
        repo.put(&at("web"), &vpc("web", 1).replace("1001", vlan).replace(more.0, more.1));
        repo.git(&["commit", "--quiet", "--all", "--message=crosswise"]);
    };
    resolve("main", "feature", "1700", ("# web", "# our web"));
    resolve("feature", "old", "1700", ("10.0.1.0/24", "10.0.31.0/24"));
    repo.git(&["switch", "--quiet", "main"]);
    assert_eq!(repo.git(&["merge-base", "--all", "main", "feature"]).lines().count(), 2);
    let said = refused(&repo);
    assert!(said.contains("spec.subnets.default.subnet: both sides changed this field"), "{said}");
    assert!(!said.contains("vlan"), "both sides have the same: {said}");
    on(&repo, "main", "agree", |repo| edit(repo, &at("web"), "10.0.1.0/24", "10.0.31.0/24"));
    merged(&repo);
    assert!(file(&repo, &at("web")).contains("vlan: 1700"));
}

#[test]
fn no_name_of_a_branch_is_taken_for_what_histories_merged_crosswise_came_from() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| repo.put("theirs", "1\n"));
    on(&repo, "main", "ours", |repo| repo.put("ours", "1\n"));
    repo.git(&["branch", "old"]);
    repo.git(&["merge", "--quiet", "--no-edit", "feature"]);
    repo.git(&["switch", "--quiet", "feature"]);
    repo.git(&["merge", "--quiet", "--no-edit", "old"]);
    on(&repo, "feature", "theirs", |repo| repo.put("theirs", "2\n"));
    on(&repo, "main", "ours", |repo| repo.put("ours", "2\n"));
    assert_eq!(repo.git(&["merge-base", "--all", "main", "feature"]).lines().count(), 2);
    for (number, (branch, called)) in
        [("base", "heads/base"), ("heads/base", "heads/heads/base"), ("base/x", "base/x")].into_iter().enumerate()
    {
        let (into, full) = (format!("b{number}"), format!("refs/heads/{branch}"));
        repo.git(&["branch", &into, "main"]);
        repo.git(&["update-ref", &full, "feature"]);
        let ended = hhgit(repo.dir(), &["merge", called, "--into", &into]);
        assert_eq!(ended.code, Some(0), "{called}: {ended:?}");
        assert_eq!(repo.git(&["show", &format!("{into}:theirs"), &format!("{into}:ours")]), "2\n2", "{called}");
        repo.git(&["update-ref", "-d", &full]);
    }
}

#[test]
fn an_object_of_which_it_is_not_known_what_it_was_is_not_deleted_or_brought_back_wherever_it_was_moved() {
    for (mover, deleter) in [("main", "feature"), ("feature", "main")] {
        let repo = site();
        on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
        on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1601"));
        repo.git(&["branch", "old"]);
        for (branch, other) in [("main", "feature"), ("feature", "old")] {
            repo.git(&["switch", "--quiet", branch]);
            assert!(!repo.git_succeeds(&["merge", "--quiet", other]));
            repo.git(&["checkout", "--quiet", "--ours", &at("web")]);
            repo.git(&["commit", "--quiet", "--all", "--message=crosswise"]);
        }
        on(&repo, mover, "move", |repo| drop(repo.git(&["mv", &at("web"), "f/managed/w.yaml"])));
        on(&repo, deleter, "delete", |repo| drop(repo.git(&["rm", "--quiet", &at("web")])));
        let said = refused(&repo);
        let words = if mover == "main" { "their side deleted it, our side" } else { "our side deleted it, their side" };
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn an_object_that_lies_where_anothers_folder_must_be_goes_to_its_own_path() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| repo.put("f/managed/vpcs/x.yaml/new.yaml", &vpc("new", 3)));
    on(&repo, "main", "ours", |repo| drop(repo.git(&["mv", &at("web"), "f/managed/vpcs/x.yaml"])));
    assert_eq!(merge(&repo).code, Some(0));
    let files = repo.files("main");
    let both = [at("web"), "f/managed/vpcs/x.yaml/new.yaml".to_owned()];
    assert!(both.iter().all(|path| files.contains_key(path)), "{files:?}");
    repo.git(&["branch", "--force", "feature", "main"]);
    on(&repo, "feature", "theirs", |repo| drop(repo.git(&["mv", &at("db"), "f/managed/y.yaml"])));
    on(&repo, "main", "ours", |repo| repo.put("f/managed/y.yaml/more.yaml", &vpc("more", 4)));
    assert_eq!(merge(&repo).code, Some(0));
    let files = repo.files("main");
    assert!(["f/managed/y.yaml", &at("more")].iter().all(|path| files.contains_key(*path)), "{files:?}");
}

#[test]
fn merges_at_the_same_time_all_come_in() {
    let source = site();
    let branches: Vec<String> = (0..4).map(|n| format!("b{n}")).collect();
    for (n, branch) in (20..).zip(&branches) {
        source.git(&["branch", branch]);
        on(&source, branch, branch, |repo| repo.put(&format!("f/raw/{branch}.yaml"), &vpc(branch, n)));
    }
    on(&source, "main", "ours", |repo| repo.put("README", "x\n"));
    let bare = TempRepo::bare();
    bare.git(&["fetch", "--quiet", source.dir().to_str().unwrap(), "refs/heads/*:refs/heads/*"]);
    let codes: Vec<Option<i32>> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            branches.iter().map(|branch| scope.spawn(|| hhgit(bare.dir(), &["merge", branch]).code)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(codes, [Some(0); 4]);
    let files = bare.files("main");
    assert!(branches.iter().all(|branch| files.contains_key(&at(branch))), "{files:?}");
    assert_eq!(leftovers(&bare), Vec::<String>::new());
    bare.fsck();
}

#[test]
fn sides_that_say_the_same_are_joined_by_a_commit_that_changes_nothing() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001 # which", "1501 # theirs"));
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1501"));
    let tree = repo.git(&["rev-parse", "main^{tree}"]);
    merged(&repo);
    assert_eq!(repo.git(&["rev-parse", "main^{tree}"]), tree);
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "main"]), "1");
}

#[test]
fn the_merge_commit_says_what_was_merged_as_git_says_it() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    repo.git(&["tag", "v1", "feature"]);
    repo.git(&["update-ref", "refs/remotes/origin/main", "feature"]);
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    let id = repo.git(&["rev-parse", "feature"]);
    for (number, (name, said)) in [
        ("refs/heads/feature", "Merge branch 'feature' into b0".to_owned()),
        ("v1", "Merge tag 'v1' into b1".to_owned()),
        ("origin/main", "Merge remote-tracking branch 'origin/main' into b2".to_owned()),
        (id.as_str(), format!("Merge commit '{id}' into b3")),
    ]
    .into_iter()
    .enumerate()
    {
        let branch = format!("b{number}");
        repo.git(&["branch", &branch, "main"]);
        assert_eq!(hhgit(repo.dir(), &["merge", name, "--into", &branch]).code, Some(0));
        assert_eq!(repo.git(&["log", "-1", "--format=%s", &branch]), said);
    }
}

#[test]
fn a_name_that_git_reads_as_something_else_is_merged_as_the_branch_it_is() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    for plain in ["config", "objects", "abc1234", "v1.0-1-gabc1234", "other/x"] {
        repo.git(&["branch", plain, "feature"]);
        let ended = hhgit(repo.dir(), &["merge", &format!("refs/heads/{plain}"), "--dry-run", "--output", "json"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let ended = hhgit(repo.dir(), &["merge", plain, "--into", "main", "--dry-run", "--output", "json"]);
        let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(json["objects"][0]["how"], "theirs", "{plain}: {ended:?}");
    }
}

#[test]
fn a_repository_of_sha256_is_merged_like_any_other() {
    let repo = site_of(TempRepo::init(&["--object-format=sha256"]));
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "10.0.1.0/24", "10.0.31.0/24"));
    merged(&repo);
}
