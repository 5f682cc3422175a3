//! The pipeline of docs/gitlab-ci.yml: its scripts, run by a shell with the variables that GitLab sets.

use std::fs;

use crate::fabric::{FABRIC, sorted};
use crate::files::document;
use crate::support::{Ended, TempRepo, run, vpc};
use crate::tools::{path_with_hhgit, sealed};

/// Runs a job's script line by line until one fails, as a runner does.
fn job(name: &str, repo: &TempRepo, variables: &[(&str, &str)]) -> Ended {
    let job = &document("docs/gitlab-ci.yml")[name];
    let lines = job["script"].as_sequence().unwrap_or_else(|| panic!("no job {name}"));
    let script: Vec<&str> = lines.iter().map(|line| line.as_str().unwrap()).collect();
    let mut command = sealed("sh", repo.dir());
    command.args(["-ec", &script.join("\n")]).env("PATH", path_with_hhgit()).envs(variables.iter().copied());
    run(&mut command)
}

#[test]
fn a_merge_request_is_judged_from_its_base_and_its_findings_are_tests() {
    let repo = sorted();
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["rm", "--quiet", &format!("{FABRIC}/managed/vpcs/vpc-2.yaml")]);
    repo.git(&["commit", "--quiet", "--message=delete"]);
    let head = repo.git(&["rev-parse", "HEAD"]);
    let range = |base: &str| [("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.to_owned()), ("CI_COMMIT_SHA", head.clone())];
    let judged = |base: &str| {
        let variables = range(base);
        job("hhgit-check", &repo, &variables.each_ref().map(|(key, value)| (*key, value.as_str())))
    };
    let ended = judged(&base);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    assert_eq!(ended.stdout.matches("error[still-referred]").count(), 2, "{}", ended.stdout);
    let report = fs::read_to_string(repo.dir().join("hhgit.xml")).unwrap();
    let report = roxmltree::Document::parse(&report).unwrap();
    assert_eq!(report.descendants().filter(|node| node.has_tag_name("failure")).count(), 2);
    assert_eq!(judged(&head).code, Some(0));
}

#[test]
fn the_branch_that_was_pushed_is_sorted_on_the_server() {
    let remote = TempRepo::bare();
    remote.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/web.yaml", &vpc("web", ""))]);
    let project = remote.beside("project");
    std::os::unix::fs::symlink(remote.dir(), remote.beside("project.git")).unwrap();
    let (project, elsewhere) = (project.display().to_string(), TempRepo::bare());
    let variables =
        [("CI_PROJECT_URL", project.as_str()), ("CI_COMMIT_BRANCH", "main"), ("GITLAB_TOKEN", "glpat-secret")];
    let ended = job("hhgit-sync", &elsewhere, &variables);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!format!("{ended:?}").contains("glpat-secret"), "{ended:?}");
    assert!(remote.files("main").contains_key("f/managed/vpcs/web.yaml"));
    assert!(elsewhere.dir().join("hhgit.xml").exists());
    let state = remote.state();
    assert_eq!(job("hhgit-sync", &elsewhere, &variables).code, Some(0));
    assert_eq!(remote.state(), state);
}

#[test]
fn each_job_keeps_the_report_that_it_writes() {
    let pipeline = document("docs/gitlab-ci.yml");
    for name in ["hhgit-check", "hhgit-sync"] {
        let job = &pipeline[name];
        let report = job["artifacts"]["reports"]["junit"].as_str().unwrap();
        let written = job["script"].as_sequence().unwrap().iter().filter_map(|line| line.as_str());
        assert!(written.clone().any(|line| line.contains(&format!("--output junit={report}"))), "{name}");
        assert!(written.into_iter().all(|line| !line.contains("TOKEN")), "{name}: no token on a command line");
    }
}
