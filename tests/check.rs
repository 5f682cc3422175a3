//! `hhgit check` on real repositories: what is judged, how closely, what of a range is told, and how it ends.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::io::Write;
use std::process::Stdio;

use support::crds::colour_crd;
use support::person::NAMESPACES;
use support::{Ended, TempRepo, hhgit, hhgit_command};

const MANIFEST: &str = "version: '1.0'\n";

/// A VPC with one subnet of this VLAN.
fn vpc(number: u8, vlan: &str) -> String {
    format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: vpc-{number}\nspec:\n  subnets:\n    \
         default:\n      subnet: 10.0.{number}.0/24\n      vlan: {vlan}\n"
    )
}

/// A good fabric with a VPC in raw/; `files` come beside it, or over it.
fn fabric(repo: TempRepo, files: &[(&str, &str)]) -> TempRepo {
    let good = vpc(1, "1001");
    let all = [("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/base.yaml", NAMESPACES), ("f/raw/vpc-1.yaml", &good)];
    repo.commit("main", &[&all, files].concat());
    repo
}

fn check(temp: &TempRepo, args: &[&str]) -> Ended {
    hhgit(temp.dir(), &[&["check"], args].concat())
}

/// The codes of the findings, in the order of the report for machines.
fn codes(temp: &TempRepo, args: &[&str]) -> Vec<String> {
    let json = check(temp, &[args, &["--output", "json"]].concat()).stdout;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

fn ends(ended: &Ended, code: i32, words: &str) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(format!("{}{}", ended.stdout, ended.stderr).contains(words), "{words:?} in {ended:?}");
}

#[test]
fn a_good_fabric_has_no_findings_and_nothing_is_written() {
    let temp = fabric(TempRepo::bare(), &[]);
    let before = (temp.state(), temp.git(&["count-objects", "-v"]));
    let ended = check(&temp, &[]);
    assert_eq!(ended.stdout, "f (f): no findings\nmain: no findings\n");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!((temp.state(), temp.git(&["count-objects", "-v"])), before);
}

#[test]
fn what_is_not_committed_is_not_judged_and_said_to_be_so() {
    let temp = fabric(TempRepo::work_tree(), &[]);
    temp.git(&["reset", "--quiet", "--hard", "main"]);
    temp.put("f/raw/vpc-1.yaml", "a: [\n");
    ends(&check(&temp, &[]), 0, "note: 1 file in raw/ or managed/ is not committed; hhgit reads commits");
    let named = check(&temp, &["HEAD"]);
    assert_eq!(named.stdout, "f (f): no findings\nHEAD: no findings\n");
    ends(&check(&temp, &["f/raw/vpc-1.yaml"]), 1, "error[invalid-yaml]");
}

#[test]
fn a_commit_has_any_name_that_git_has_for_it() {
    let temp = fabric(TempRepo::bare(), &[("f/raw/vpc-2.yaml", &vpc(2, "1001"))]);
    let bad = temp.tip("main").unwrap().to_string();
    temp.git(&["tag", "--annotate", "--message=x", "v1", "main"]);
    temp.commit("main", &[("f/raw/vpc-2.yaml", &vpc(2, "1002"))]);
    for name in ["main", "HEAD", "refs/heads/main", "v1^{commit}~0"] {
        let expected = if name.starts_with("v1") { 1 } else { 0 };
        assert_eq!(check(&temp, &[name]).code, Some(expected), "{name}");
    }
    for name in ["HEAD~1", "main^", "v1", &bad, &bad[..12]] {
        ends(&check(&temp, &[name]), 1, "error[vlan-in-use]");
    }
}

#[test]
fn what_is_not_there_is_a_wrong_command_line() {
    let temp = fabric(TempRepo::bare(), &[]);
    let neither = "nope names neither a commit nor a file";
    for args in [&["nope"][..], &["nope..main"], &["main..nope"]] {
        ends(&check(&temp, args), 2, neither);
    }
    ends(&check(&temp, &["nope.yaml"]), 2, "nope.yaml names neither a commit nor a file");
    ends(&check(&temp, &["HEAD", "nope.yaml"]), 2, "is no file; name files, or one commit, or one range");
    ends(&check(&temp, &["--crds", "nope"]), 2, "nope cannot be read");
    ends(&check(&temp, &["--settings", "nope.yaml"]), 2, "nope.yaml cannot be read");
    ends(&check(&temp, &["--max-deletions", "1", "main"]), 2, "--max-deletions is about a range");
    ends(&check(&temp, &["main...HEAD"]), 2, "write $(git merge-base main HEAD)..HEAD");
    ends(&check(&temp, &["--level", "nope"]), 2, "possible values: syntax, identity, schema, references");
    std::fs::create_dir(temp.dir().join("empty")).unwrap();
    ends(&check(&temp, &["--crds", "empty"]), 2, "empty holds no .yaml, .yml or .json file");
}

#[test]
fn a_repository_without_a_fabric_or_none_at_all_cannot_be_judged() {
    let temp = TempRepo::bare();
    temp.commit("main", &[("readme", "x\n")]);
    ends(&check(&temp, &[]), 3, "main holds no fabric directory");
    ends(&check(&temp, &["main..main"]), 3, "holds no fabric directory");
    std::fs::create_dir(temp.beside("none")).unwrap();
    let nowhere = hhgit(&temp.beside("none"), &["check"]);
    assert_eq!(nowhere.code, Some(3), "{nowhere:?}");
}

#[test]
fn a_range_tells_what_changed_and_what_depends_on_it() {
    // The VLAN of vpc-2 and vpc-3 is wrong before and after: it is told only by who touches one of them.
    let (two, three) = (vpc(2, "1002"), vpc(3, "1002"));
    let temp = fabric(TempRepo::bare(), &[("f/raw/vpc-2.yaml", &two), ("f/raw/vpc-3.yaml", &three)]);
    temp.commit("main", &[("f/raw/vpc-4.yaml", &vpc(4, "1004"))]);
    assert_eq!(codes(&temp, &["main"]), ["vlan-in-use", "vlan-in-use"]);
    assert_eq!(codes(&temp, &["main^..main"]), Vec::<String>::new());
    assert_eq!(check(&temp, &["main^..main"]).code, Some(0));
    // A file with the same words at other lines is changed, and so is its neighbour's finding.
    temp.commit("main", &[("f/raw/vpc-2.yaml", &format!("# moved\n{two}"))]);
    assert_eq!(codes(&temp, &["main^..main"]), ["vlan-in-use", "vlan-in-use"]);
    // What depends on the change did not change itself.
    temp.commit("main", &[("f/raw/base.yaml", &NAMESPACES.replace("10.0.0.0/16", "10.0.0.0/22"))]);
    assert_eq!(codes(&temp, &["main^..main"]), ["subnet-outside-namespace"]);
    let told = check(&temp, &["main^..main"]);
    ends(&told, 1, "--> f/raw/vpc-4.yaml:8:15");
    assert!(told.stdout.ends_with("main^..main: 1 error\n"), "{told:?}");
}

#[test]
fn an_end_left_out_of_a_range_is_head() {
    let temp = fabric(TempRepo::bare(), &[]);
    temp.commit("main", &[("f/raw/vpc-2.yaml", &vpc(2, "1001"))]);
    for range in ["HEAD~1..", "HEAD~1..HEAD", "HEAD~1..main"] {
        assert_eq!(codes(&temp, &[range]), ["vlan-in-use", "vlan-in-use"], "{range}");
    }
    assert_eq!(codes(&temp, &["..HEAD~1"]), Vec::<String>::new());
}

#[test]
fn a_fabric_that_came_with_the_range_is_new_as_a_whole() {
    let temp = TempRepo::bare();
    temp.commit("main", &[("readme", "x\n")]);
    let temp = fabric(temp, &[("f/raw/vpc-2.yaml", &vpc(2, "1001"))]);
    assert_eq!(codes(&temp, &["main^..main"]), ["vlan-in-use", "vlan-in-use"]);
}

#[test]
fn a_whole_fabric_that_leaves_counts_as_its_objects() {
    let object = vpc(1, "1001");
    let other = [("g/.hnp/manifest.yaml", MANIFEST), ("g/managed/vpcs/vpc-1.yaml", &object)];
    let temp = fabric(TempRepo::work_tree(), &other);
    temp.git(&["reset", "--quiet", "--hard", "main"]);
    temp.git(&["rm", "-r", "--quiet", "g"]);
    temp.commit_all(&[]);
    ends(&check(&temp, &["HEAD~1..HEAD"]), 0, "HEAD~1..HEAD: no findings");
    let limited = check(&temp, &["--max-deletions", "0", "HEAD~1..HEAD"]);
    ends(&limited, 1, "g: error[too-many-deletions]: 1 object leaves managed/, more than 0: VPC/vpc-1");
    temp.git(&["rm", "-r", "--quiet", "f"]);
    temp.commit_all(&[("readme", "x")]);
    let last = check(&temp, &["--max-deletions", "0", "HEAD~1..HEAD"]);
    ends(&last, 1, "f: error[too-many-deletions]: 3 objects leave managed/, more than 0: IPv4Namespace/default");
    ends(&check(&temp, &["HEAD"]), 3, "HEAD holds no fabric directory");
}

#[test]
fn one_fabric_of_several_can_be_named() {
    let (one, two) = (vpc(1, "1001"), vpc(2, "1001"));
    let other = [("g/.hnp/manifest.yaml", MANIFEST), ("g/raw/base.yaml", NAMESPACES)];
    let temp = fabric(TempRepo::bare(), &[other[0], other[1], ("g/raw/1.yaml", &one), ("g/raw/2.yaml", &two)]);
    let told = check(&temp, &[]);
    ends(&told, 1, "f (f): no findings\ng (g): 2 errors\nmain: 2 errors\n");
    assert_eq!(check(&temp, &["--fabric", "f"]).code, Some(0));
    assert_eq!(check(&temp, &["--fabric", "g"]).code, Some(1));
    ends(&check(&temp, &["--fabric", "h"]), 2, "the commit has no folder h");
    ends(&check(&temp, &["--fabric", "h", "main..main"]), 2, "the commit has no folder h");
}

#[test]
fn each_level_tells_its_own_and_what_the_levels_before_it_tell() {
    let temp = fabric(
        TempRepo::bare(),
        &[
            ("f/raw/a.yaml", "a: [\n"),
            ("f/raw/b.yaml", "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VCP\nmetadata: {name: x}\n"),
            ("f/raw/c.yaml", &vpc(3, "many")),
            ("f/raw/d.yaml", &vpc(4, "1001")),
        ],
    );
    let all = ["invalid-yaml", "unknown-kind", "schema-violation", "vlan-in-use"];
    for (count, level) in ["syntax", "identity", "schema", "references"].into_iter().enumerate() {
        let mut told = codes(&temp, &["--level", level]);
        told.sort_by_key(|code| all.iter().position(|known| known == code));
        told.dedup();
        assert_eq!(told, all[..=count], "{level}");
    }
    assert_eq!(codes(&temp, &[]), codes(&temp, &["--level", "references"]));
}

#[test]
fn the_severity_that_counts_is_chosen() {
    let warned = fabric(TempRepo::bare(), &[("f/managed/notes.txt", "x\n"), ("f/raw/notes.txt", "x\n")]);
    let failed = fabric(TempRepo::bare(), &[("f/raw/vpc-2.yaml", &vpc(2, "1001"))]);
    for (fail_on, of_warned, of_failed) in [("error", 0, 1), ("warning", 1, 1), ("never", 0, 0)] {
        assert_eq!(check(&warned, &["--fail-on", fail_on]).code, Some(of_warned), "{fail_on}");
        assert_eq!(check(&failed, &["--fail-on", fail_on]).code, Some(of_failed), "{fail_on}");
    }
    assert_eq!((check(&warned, &[]).code, check(&failed, &[]).code), (Some(0), Some(1)));
}

#[test]
fn the_exit_code_does_not_depend_on_the_output() {
    let good = fabric(TempRepo::bare(), &[]);
    let bad = fabric(TempRepo::bare(), &[("f/raw/vpc-2.yaml", &vpc(2, "1001"))]);
    for output in ["human", "json", "sarif", "github", "junit"] {
        assert_eq!(check(&good, &["--output", output]).code, Some(0), "{output}");
        let told = check(&bad, &["--output", output]);
        ends(&told, 1, "f/raw/vpc-2.yaml");
        assert!(told.stdout.contains("vlan-in-use"), "{output}: {told:?}");
    }
}

#[test]
fn other_crds_judge_instead_of_the_fabrics_own() {
    let temp = fabric(TempRepo::bare(), &[]);
    std::fs::create_dir(temp.dir().join("crds")).unwrap();
    std::fs::write(temp.dir().join("crds/vpc.yaml"), colour_crd()).unwrap();
    ends(&check(&temp, &["--crds", "crds"]), 1, "error[unknown-field]: spec.subnets is no field");
    std::fs::write(temp.dir().join("crds/vpc.yaml"), "a: [\n").unwrap();
    ends(&check(&temp, &["--crds", "crds"]), 3, "kubectl get crds -o yaml prints good ones");
}

#[test]
fn settings_from_elsewhere_judge_instead_of_the_manifests() {
    let group =
        "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayGroup\nmetadata: {name: default}\nspec: {}\n";
    let temp = fabric(TempRepo::bare(), &[("f/raw/group.yaml", group)]);
    ends(&check(&temp, &[]), 1, "error[gateway-disabled]");
    std::fs::write(temp.dir().join("settings.yaml"), "version: '1.0'\nsettings: {gateway: true}\n").unwrap();
    ends(&check(&temp, &["--settings", "settings.yaml"]), 0, "main: no findings");
    std::fs::write(temp.dir().join("settings.yaml"), "a: [\n").unwrap();
    ends(&check(&temp, &["--settings", "settings.yaml"]), 3, "settings.yaml is neither a manifest");
}

#[test]
fn loose_files_are_one_fabric_and_need_no_repository() {
    let temp = TempRepo::bare();
    let dir = temp.beside("loose");
    std::fs::create_dir(&dir).unwrap();
    for (name, text) in [("base.yaml", NAMESPACES), ("one.yaml", &vpc(1, "1001")), ("two.yaml", &vpc(2, "1001"))] {
        std::fs::write(dir.join(name), text).unwrap();
    }
    ends(&hhgit(&dir, &["check", "base.yaml", "one.yaml"]), 0, "files: no findings");
    ends(&hhgit(&dir, &["check", "one.yaml"]), 1, "there is no IPv4Namespace/default");
    ends(&hhgit(&dir, &["check", "base.yaml", "one.yaml", "two.yaml"]), 1, "VLAN 1001 is used by VPC/vpc-2 too");
    ends(&hhgit(&dir, &["check", "base.yaml", "three.yaml"]), 2, "\"three.yaml\" is no file");
    let mut command = hhgit_command(&dir);
    command.args(["check", "base.yaml", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(vpc(1, "'1001'").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("error[schema-violation]") && told.contains("--> -:9:13"), "{told}");
}
