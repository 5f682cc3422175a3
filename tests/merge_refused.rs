//! What `hhgit merge` refuses: nothing has changed then, and all that is wrong is named, with what to do.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "merge/site.rs"]
mod site;
mod support;

use site::{at, edit, merge, on, refused, site, vpc};
use support::{Ended, TempRepo, hhgit};

#[test]
fn every_contradiction_is_named_at_once_with_line_values_and_who() {
    let repo = site();
    on(&repo, "feature", "Move web and db", |repo| {
        edit(repo, &at("web"), "1001", "1501");
        edit(repo, &at("db"), "1002", "1502");
        repo.put("README", "theirs\n");
    });
    on(&repo, "main", "Move web elsewhere", |repo| edit(repo, &at("web"), "1001", "1601"));
    on(&repo, "main", "Drop db", |repo| drop(repo.git(&["rm", "--quiet", &at("db")])));
    on(&repo, "main", "Say so", |repo| repo.put("README", "ours\n"));
    let short = |rev: &str| repo.git(&["rev-parse", "--short=7", rev]);
    let day = "2023-11-14 Tester";
    let (main, theirs) = (["main~2", "main~1", "main"].map(short), short("feature"));
    let expected = format!(
        "README
  file: both sides added it, each with other lines
    main     {} {day}: Say so
    feature  {theirs} {day}: Move web and db

f/managed/vpcs/db.yaml (VPC db)
  object: our side deleted it, their side changed it
    main     deleted it; {} {day}: Drop db
    feature  has it, line 2; {theirs} {day}: Move web and db

f/managed/vpcs/web.yaml (VPC web)
  spec.subnets.default.vlan: both sides changed this field, each to another value
    was      1001
    main     1601, line 10; {} {day}: Move web elsewhere
    feature  1501, line 10; {theirs} {day}: Move web and db

main: 3 conflicts: nothing was changed
",
        main[2], main[1], main[0]
    );
    let said = refused(&repo);
    assert!(said.starts_with(&expected), "{said}\n{expected}");
}

#[test]
fn who_changed_a_field_is_found_through_moves_merges_and_syncs() {
    let repo = site();
    on(&repo, "feature", "From raw", |repo| repo.put("f/raw/again.yaml", &vpc("web", 1).replace("1001", "1501")));
    repo.git(&["switch", "--quiet", "feature"]);
    assert_eq!(hhgit(repo.dir(), &["sync"]).code, Some(0));
    repo.git(&["switch", "--quiet", "main"]);
    on(&repo, "main", "Move it", |repo| edit(repo, &at("web"), "1001", "1601"));
    on(&repo, "main", "Rename it", |repo| drop(repo.git(&["mv", &at("web"), "f/managed/vpcs/w.yaml"])));
    let said = refused(&repo);
    for words in ["Tester: From raw\n", "f/managed/vpcs/w.yaml (VPC web)", "Tester: Move it\n"] {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
}

/// What only shows when both sides are there: the same object in two files, and a name that leads nowhere.
fn hidden(repo: &TempRepo) {
    on(repo, "feature", "theirs", |repo| {
        repo.put("f/managed/more.yaml", &(vpc("new", 3) + "---\n" + &vpc("more", 4)));
        repo.put(
            &at("far"),
            &vpc("far", 5).replace("spec:", "spec:\n  ipv4Namespace: other").replace("10.0.", "10.9."),
        );
    });
    on(repo, "main", "ours", |repo| {
        repo.put(&at("new"), &vpc("new", 3));
        repo.git(&["rm", "--quiet", "f/managed/ipv4namespaces/other.yaml"]);
    });
}

#[test]
fn doubled_objects_and_broken_references_that_no_line_shows_are_refused() {
    let repo = site();
    hidden(&repo);
    let said = refused(&repo);
    assert!(said.contains("error[duplicate-identity]: VPC/new is also in f/managed/more.yaml"), "{said}");
    assert!(
        said.contains("error[missing-reference]: there is no IPv4Namespace/other\n --> f/managed/vpcs/far.yaml:7:18"),
        "{said}"
    );
    assert!(said.contains("that neither side has: nothing was changed"), "{said}");
}

#[test]
fn what_is_wrong_in_one_fabric_is_refused_also_where_another_is_named() {
    let repo = site();
    on(&repo, "main", "another", |repo| {
        repo.put("g/.hnp/manifest.yaml", "version: '1.0'\n");
        repo.put("g/raw/.gitkeep", "");
    });
    repo.git(&["branch", "--force", "feature", "main"]);
    hidden(&repo);
    let before = repo.state();
    let ended = hhgit(repo.dir(), &["--fabric", "g", "merge", "feature"]);
    assert_eq!((ended.code, repo.state()), (Some(1), before), "{ended:?}");
    assert!(ended.stdout.contains("error[duplicate-identity]"), "{ended:?}");
}

#[test]
fn what_a_forge_merges_check_finds() {
    let repo = site();
    hidden(&repo);
    let before = repo.git(&["rev-parse", "main"]);
    repo.git(&["merge", "--quiet", "--no-edit", "feature"]);
    for range in [format!("{before}..main"), "feature..main".to_owned()] {
        let ended = hhgit(repo.dir(), &["check", &range]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stdout.contains("error[duplicate-identity]"), "{range}: {}", ended.stdout);
        let broken = ["error[missing-reference]", "error[still-referred]"];
        assert!(broken.iter().any(|words| ended.stdout.contains(words)), "{range}: {}", ended.stdout);
    }
}

#[test]
fn an_update_that_waits_in_raw_does_not_run_over_what_the_other_side_changed() {
    let repo = site();
    let update = vpc("web", 1).replace("10.0.1.0/24", "10.0.31.0/24");
    on(&repo, "feature", "An update", |repo| repo.put("f/raw/web.yaml", &update));
    on(&repo, "main", "Move web", |repo| edit(repo, &at("web"), "1001", "1501"));
    let said = refused(&repo);
    let words = "f/managed/vpcs/web.yaml (VPC web)
  object: an update waits in raw/ on their side, and our side changed it; sync their side first
    main     has it, line 2; ";
    assert!(said.starts_with(words), "{said}");
    assert!(said.contains("    feature  has it, f/raw/web.yaml:2; "), "{said}");
    assert_eq!(hhgit(repo.dir(), &["sync", "feature"]).code, Some(0));
    assert_eq!(merge(&repo).code, Some(0));
    assert_eq!(repo.git(&["show", &format!("main:{}", at("web"))]) + "\n", update.replace("1001", "1501"));
}

#[test]
fn an_update_among_others_in_a_file_of_raw_waits_too() {
    let repo = site();
    on(&repo, "feature", "Updates", |repo| {
        repo.put("f/raw/more.yaml", &(vpc("new", 3) + "---\n" + &vpc("web", 1).replace("1001", "1501")));
    });
    on(&repo, "main", "Drop web", |repo| drop(repo.git(&["rm", "--quiet", &at("web")])));
    let said = refused(&repo);
    let words = "an update waits in raw/ on their side, and our side deleted it; sync their side first";
    assert!(said.contains(words), "{said}");
    assert!(said.contains("    feature  has it, f/raw/more.yaml:13; "), "{said}");
}

#[test]
fn an_update_that_one_side_has_sorted_already_waits_no_more() {
    let repo = site();
    let update = vpc("web", 1).replace("1001", "1501");
    on(&repo, "feature", "An update", |repo| repo.put("f/raw/web.yaml", &update));
    assert_eq!(merge(&repo).code, Some(0));
    on(&repo, "main", "Move web again", |repo| edit(repo, &at("web"), "1501", "1601"));
    on(&repo, "feature", "More", |repo| repo.put("README", "x\n"));
    assert_eq!(merge(&repo).code, Some(0));
    assert_eq!(repo.git(&["show", &format!("main:{}", at("web"))]) + "\n", vpc("web", 1).replace("1001", "1601"));
}

#[test]
fn errors_that_one_side_has_already_refuse_nothing_and_are_told() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| {
        repo.put(&at("far"), &vpc("far", 5).replace("spec:", "spec:\n  ipv4Namespace: none"))
    });
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "1001", "1501"));
    let ended = merge(&repo);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("note: 1 error comes with it; hhgit check main..feature shows them.\n"), "{ended:?}");
    assert!(repo.files("main").contains_key(&at("far")));
}

#[test]
fn what_cannot_be_merged_at_all_is_said_with_its_exit_code() {
    let repo = site();
    let ended = |args: &[&str]| hhgit(repo.dir(), &[&["merge"], args].concat());
    let of = |ended: Ended| (ended.code, ended.stderr);
    assert_eq!(of(ended(&["nope"])).0, Some(2));
    assert_eq!(of(ended(&["feature", "--into", "nope"])).0, Some(2));
    assert_eq!(of(ended(&[])).0, Some(2));
    assert_eq!(of(ended(&["feature", "--output", "sarif"])).0, Some(2));
    repo.git(&["checkout", "--quiet", "--orphan", "alien"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--message=alien"]);
    repo.git(&["switch", "--quiet", "--force", "main"]);
    let (code, words) = of(ended(&["alien"]));
    assert_eq!(code, Some(3));
    assert!(words.contains("main and alien have no commit in common"), "{words}");
    repo.git(&["switch", "--quiet", "--detach", "main"]);
    let (code, words) = of(ended(&["feature"]));
    assert_eq!(code, Some(2));
    assert!(words.contains("hhgit merge FEATURE --into main"), "{words}");
}

#[test]
fn more_deletions_than_allowed_are_refused_and_listed() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| drop(repo.git(&["rm", "--quiet", &at("web"), &at("db")])));
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    let before = repo.state();
    let ended = hhgit(repo.dir(), &["merge", "feature", "--max-deletions", "1"]);
    assert_eq!((ended.code, repo.state()), (Some(3), before), "{ended:?}");
    assert!(ended.stdout.contains("leave managed:\n  VPC db (f)\n  VPC web (f)\n"), "{ended:?}");
    assert!(ended.stdout.contains("more than --max-deletions 1; nothing was changed."), "{ended:?}");
    assert_eq!(hhgit(repo.dir(), &["merge", "feature", "--max-deletions", "2"]).code, Some(0));
}

#[test]
fn local_changes_in_the_way_are_named_and_nothing_moves() {
    let repo = site();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    edit(&repo, &at("web"), "# which", "# not committed");
    let before = repo.state();
    let ended = merge(&repo);
    assert_eq!((ended.code, repo.state()), (Some(3), before), "{ended:?}");
    assert!(ended.stderr.contains("local changes stand in the way: f/managed/vpcs/web.yaml"), "{ended:?}");
}
