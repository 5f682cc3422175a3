//! `hhgit replay`: each commit is found to be what `hhgit check` finds it to be, and who was interrupted goes on.
//!
//! `HHGIT_CORPUS` (or `../shared/corpus`) may hold the predecessor's real history; without it the test of that says so and passes.
//! `HHGIT_HISTORY=all` replays all of it.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says when it is skipped")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use support::{NOW, TempRepo, hhgit, hhgit_command, real_history, vpc};

/// Of so many commits of the real history one is compared.
const SAMPLE: usize = 191;

/// What replay says of the commits, as JSON.
fn replay(repo: &TempRepo, args: &[&str]) -> Value {
    let ended = hhgit(repo.dir(), &[&["replay", "--output", "json"], args].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

/// The same without what tells of earlier runs.
fn found(mut replay: Value) -> Value {
    replay["summary"].as_object_mut().unwrap().remove("judged_before");
    replay.as_object_mut().unwrap().remove("notes");
    replay
}

/// What replay would say of a commit if check is right.
fn checked(repo: &TempRepo, commit: &str, args: &[&str]) -> Value {
    let ended = hhgit(repo.dir(), &[&["check", commit, "--output", "json"], args].concat());
    let mut said = serde_json::json!({ "commit": commit, "fabrics": 0, "left_alone": 0, "findings": [],
        "documents": {"managed": 0, "unmanaged": 0, "kept": 0}, "sync_would_change": false });
    if ended.stdout.is_empty() {
        let none = ["holds no fabric directory", "the commit has no folder"];
        assert!(none.iter().any(|words| ended.stderr.contains(words)), "{ended:?}");
        return said;
    }
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let fabrics = report["fabrics"].as_array().unwrap();
    said["fabrics"] = fabrics.len().into();
    said["left_alone"] = fabrics.iter().filter(|fabric| fabric["left_alone"] == true).count().into();
    for name in ["managed", "unmanaged", "kept"] {
        let number = |fabric: &Value| fabric["counts"][name].as_u64().unwrap();
        said["documents"][name] = fabrics.iter().map(number).sum::<u64>().into();
    }
    said["sync_would_change"] = (report["outcome"] == "planned").into();
    let mut tally: BTreeMap<(String, String), u64> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let word = |key: &str| finding[key].as_str().unwrap().to_owned();
        *tally.entry((word("code"), word("severity"))).or_default() += 1;
    }
    said["findings"] = tally
        .into_iter()
        .map(|((code, severity), count)| serde_json::json!({ "code": code, "severity": severity, "count": count }))
        .collect();
    said
}

/// A commit of a replay, with its findings in the order of their codes, without what check does not count.
fn comparable(commit: &Value) -> Value {
    let mut commit = commit.clone();
    let fields = commit.as_object_mut().unwrap();
    fields.remove("time");
    fields.remove("objects");
    let findings = commit["findings"].as_array_mut().unwrap();
    findings.sort_by_key(|finding| (finding["code"].to_string(), finding["severity"].to_string()));
    commit
}

fn commits(replay: &Value) -> &Vec<Value> {
    replay["commits"].as_array().unwrap()
}

fn agrees(repo: &TempRepo, args: &[&str], step: usize) {
    stretch_agrees(repo, "main", args, step);
}

fn stretch_agrees(repo: &TempRepo, stretch: &str, args: &[&str], step: usize) {
    let replay = replay(repo, &[&[stretch], args].concat());
    for commit in commits(&replay).iter().step_by(step) {
        let id = commit["commit"].as_str().unwrap();
        assert_eq!(comparable(commit), checked(repo, id, args), "{id}");
    }
}

const OTHER_VLANS: &str = "apiVersion: wiring.githedgehog.com/v1beta1\nkind: VLANNamespace\nmetadata: {name: default}\n\
    spec:\n  ranges: [{from: 3000, to: 3999}]\n";

/// A history in which raw/ holds something for long, syncs are taken back, fabrics come and go, and branches meet.
fn eventful() -> TempRepo {
    let repo = TempRepo::work_tree();
    repo.git(&["config", "user.name", "Tester"]);
    repo.git(&["config", "user.email", "tester@localhost"]);
    repo.commit_all(&[("README.md", "no fabric yet\n")]);
    repo.commit_all(&[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &vpc("a", "1"))]);
    assert_eq!(hhgit(repo.dir(), &["sync"]).code, Some(0));
    repo.git(&["revert", "--no-edit", "HEAD"]);
    for n in 0..12 {
        // The reverted file lies in raw/ all the while, beside one that is good and one that is broken.
        repo.commit_all(&[
            ("notes.txt", &n.to_string()),
            (&format!("f/raw/{}/b.yaml", n % 2), &vpc("b", &n.to_string())),
        ]);
    }
    repo.commit_all(&[("f/raw/a.yaml", &vpc("a", "2")), ("f/raw/broken.yaml", "kind: [\n")]);
    repo.commit_all(&[("f/managed/vlannamespaces/default.yaml", OTHER_VLANS), ("f/managed/x.yaml", "a: 1\n")]);
    repo.git(&["switch", "--quiet", "--create", "side", "HEAD~5"]);
    repo.commit_all(&[("g/.hnp/manifest.yaml", "version: [\n"), ("g/raw/c.yaml", &vpc("c", "1"))]);
    repo.git(&["switch", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-edit", "side"]);
    repo.commit_all(&[("g/.hnp/manifest.yaml", "version: '1.0'\npolicy: {level: identity}\n")]);
    repo.git(&["mv", "f", "moved"]);
    repo.commit_all(&[]);
    repo
}

#[test]
fn each_commit_is_what_check_finds_it_to_be() {
    let repo = eventful();
    agrees(&repo, &[], 1);
    agrees(&repo, &["--level", "identity"], 1);
    agrees(&repo, &["--fabric", "f"], 1000);
    std::fs::write(repo.beside("settings.yaml"), "version: '1.0'\nsettings: { gateway: false }\n").unwrap();
    agrees(&repo, &["--settings", "../settings.yaml"], 3);
}

#[test]
fn other_rules_find_other_things_and_what_was_found_by_one_is_not_taken_for_the_others() {
    let repo = eventful();
    let crds = repo.beside("crds");
    std::fs::create_dir(&crds).unwrap();
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: vpcs.vpc.githedgehog.com}\n\
        spec:\n  group: vpc.githedgehog.com\n  names: {kind: VPC, plural: vpcs}\n  scope: Namespaced\n  versions:\n  \
        - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n";
    std::fs::write(crds.join("vpcs.yaml"), crd).unwrap();
    let own = replay(&repo, &[]);
    let args = ["--crds", "../crds"];
    let others = replay(&repo, &args);
    assert_eq!(others["summary"]["judged_before"], 0);
    assert_ne!(own["table"], others["table"]);
    assert!(others["ruleset"].as_str().unwrap().starts_with("fabric-v0.129+crds sha256:"), "{}", others["ruleset"]);
    agrees(&repo, &args, 2);
    for (args, same) in [(&[][..], &own), (&args[..], &others)] {
        let again = replay(&repo, args);
        assert_eq!(again["summary"]["judged_before"], again["summary"]["commits"]);
        assert_eq!(found(again), found(same.clone()));
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let repo = eventful();
    let mut said = Vec::new();
    for threads in ["1", "2", "7"] {
        said.push(found(replay(&repo, &["--threads", threads])));
        std::fs::remove_dir_all(repo.git_dir().join("hhgit/replay")).unwrap();
    }
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_range_is_the_commits_that_lead_to_one_and_not_to_the_other() {
    let repo = eventful();
    let ids = |replay: &Value| commits(replay).iter().map(|commit| commit["commit"].to_string()).collect::<Vec<_>>();
    let listed = |args: &[&str]| {
        let list = repo.git(&[&["rev-list"], args].concat());
        let mut ids: Vec<String> = list.lines().map(|id| format!("\"{id}\"")).collect();
        ids.sort();
        ids
    };
    for (range, git) in [("main~4..main", "main~4..main"), ("side", "side"), ("HEAD~2..", "HEAD~2..HEAD")] {
        let mut found = ids(&replay(&repo, &[range]));
        found.sort();
        assert_eq!(found, listed(&[git]), "{range}");
    }
    let all = ids(&replay(&repo, &[]));
    repo.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(ids(&replay(&repo, &[])), all, "a detached HEAD is a history too");
    assert_eq!(ids(&replay(&repo, &["main..main"])), Vec::<String>::new());
    assert_eq!(hhgit(repo.dir(), &["replay", "a...b"]).code, Some(2));
    assert_eq!(hhgit(repo.dir(), &["replay", "nowhere"]).code, Some(2));
}

/// The files that hold what was found so far.
fn parts(repo: &TempRepo) -> Vec<PathBuf> {
    let names = std::fs::read_dir(repo.git_dir().join("hhgit/replay")).into_iter().flatten().flatten();
    let files = names.flat_map(|name| std::fs::read_dir(name.path()).into_iter().flatten().flatten());
    files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|kind| kind == "part")).collect()
}

#[test]
fn what_is_not_whole_counts_for_nothing() {
    let repo = eventful();
    let first = replay(&repo, &[]);
    let [part] = parts(&repo).try_into().unwrap();
    let good = std::fs::read(&part).unwrap();
    let mut wrong = good.clone();
    let at = wrong.len() - 2;
    wrong[at] ^= 1;
    let unreadable = [good[..good.len() / 2].to_vec(), wrong, Vec::new(), b"\xff\xfe".to_vec()];
    for bytes in unreadable {
        for old in parts(&repo) {
            std::fs::remove_file(old).unwrap();
        }
        std::fs::write(&part, bytes).unwrap();
        let again = replay(&repo, &[]);
        assert_eq!(again["summary"]["judged_before"], 0);
        assert_eq!(found(again), found(first.clone()));
        assert_eq!(parts(&repo).len(), 1, "the damaged file is gone");
    }
}

#[test]
fn where_nothing_can_be_kept_everything_is_judged_all_the_same() {
    let repo = eventful();
    drop(std::fs::remove_dir_all(repo.git_dir().join("hhgit")));
    std::fs::write(repo.git_dir().join("hhgit"), "no folder").unwrap();
    let said = replay(&repo, &[]);
    assert_eq!(said["summary"]["commits"], commits(&said).len());
    assert!(
        said["notes"][0].as_str().unwrap().starts_with("What was found could not be kept for the next run: "),
        "{said}"
    );
}

/// A history of so many commits, each with a change of one of twenty objects.
fn long(commits: usize) -> TempRepo {
    let repo = TempRepo::bare();
    let mut stream = String::new();
    let put = |path: &str, text: &str, out: &mut String| {
        let _ = write!(out, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
    };
    for n in 0..commits {
        let _ =
            write!(stream, "commit refs/heads/main\ncommitter T <t@localhost> {} +0000\ndata 1\nx\n", NOW + n as i64);
        if n == 0 {
            put(".hnp/manifest.yaml", "version: '1.0'\n", &mut stream);
            for vpc in 0..20 {
                put(&format!("managed/vpcs/v{vpc}.yaml"), &support::vpc(&format!("v{vpc}"), "0"), &mut stream);
            }
        }
        let name = format!("v{}", n % 20);
        put(&format!("managed/vpcs/{name}.yaml"), &support::vpc(&name, &n.to_string()), &mut stream);
    }
    repo.git_with(&["fast-import", "--quiet"], stream.as_bytes());
    repo
}

#[test]
fn a_run_that_was_killed_is_taken_up_by_the_next() {
    let repo = long(1000);
    let mut killed = hhgit_command(repo.dir());
    let mut killed = killed.args(["replay"]).stdout(Stdio::null()).spawn().unwrap();
    // Turns without rest until the first of what was found lies there.
    while parts(&repo).is_empty() {
        assert!(killed.try_wait().unwrap().is_none(), "it ended before anything of it could be seen");
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let said = hhgit(repo.dir(), &["replay"]).stdout;
    assert!(said.contains(" of 1000 commits were judged by an earlier run and not again."), "{said}");
    let taken_up = replay(&repo, &[]);
    assert_eq!(taken_up["summary"]["judged_before"], 1000);
    assert_eq!(parts(&repo).len(), 1, "one file stands for all");
    std::fs::remove_dir_all(repo.git_dir().join("hhgit/replay")).unwrap();
    assert_eq!(found(taken_up), found(replay(&repo, &[])));
}

#[test]
fn runs_at_the_same_time_do_no_harm() {
    let repo = long(200);
    let start = || {
        let mut command = hhgit_command(repo.dir());
        command.args(["replay", "--output", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = (0..4).map(|_| start()).collect();
    let said: Vec<Value> = running
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
            found(serde_json::from_slice(&output.stdout).unwrap())
        })
        .collect();
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(found(replay(&repo, &[])), said[0]);
}

#[test]
fn where_history_is_cut_off_it_is_said_and_what_needs_it_is_not_judged() {
    let repo = eventful();
    let clone = repo.beside("shallow.git");
    let url = format!("file://{}", repo.dir().display());
    repo.git(&["clone", "--quiet", "--bare", "--depth=4", &url, clone.to_str().unwrap()]);
    let ended = hhgit(&clone, &["replay"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.contains(" was not judged: "), "{ended:?}");
    assert!(ended.stdout.contains("note: History is cut off here"), "{ended:?}");
}

#[test]
fn it_reads_well_in_a_terminal_of_eighty_columns() {
    let repo = eventful();
    let ended = hhgit(repo.dir(), &["replay", "--verbose"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let table: Vec<&str> = ended.stdout.lines().skip_while(|line| !line.starts_with("severity")).collect();
    assert!(table[0].starts_with("severity  code "), "{}", ended.stdout);
    assert!(table[0].ends_with("  commits   most  first    last"), "{}", ended.stdout);
    assert!(table.iter().take_while(|line| !line.is_empty()).all(|line| line.len() <= 80), "{}", ended.stdout);
    let summary = table.iter().find(|line| line.contains("; sync would change ")).unwrap();
    assert!(summary.starts_with("22 commits: "), "{summary}");
}

#[test]
fn what_programs_read_obeys_its_schema() {
    let said = replay(&eventful(), &[]);
    let schema = hhgit::render::replay::schema().to_value();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&said).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(said["schema"], hhgit::render::replay::SCHEMA);
}

#[test]
fn the_real_history_is_what_check_finds_it_to_be() {
    let Some(bundle) = real_history() else { return };
    let repo = TempRepo::bare();
    repo.git(&["fetch", "--quiet", bundle.to_str().unwrap(), "refs/heads/*:refs/heads/*"]);
    if std::env::var_os("HHGIT_HISTORY").is_some_and(|value| value == "all") {
        agrees(&repo, &[], SAMPLE);
        assert_eq!(commits(&replay(&repo, &[])).len(), 2872);
    }
    for stretch in ["main~2750", "main~1500..main~1400", "main~50..main"] {
        stretch_agrees(&repo, stretch, &[], 19);
    }
}
