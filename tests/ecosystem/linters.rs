//! Each file is read by a program that knows its format, where the machine has one.

use std::fs;

use crate::files::{folder, root};
use crate::support::run;
use crate::tools;

/// Runs a linter on files of the project, from its top; it must find nothing.
fn finds_nothing(program: &str, args: &[&str]) {
    let Some(mut command) = tools::command(program) else { return };
    let ended = run(command.args(args).current_dir(root()));
    assert_eq!(ended.code, Some(0), "{program} {args:?}:\n{}{}", ended.stdout, ended.stderr);
}

#[test]
fn what_github_reads_fits_its_schemas() {
    finds_nothing("check-jsonschema", &["--builtin-schema", "vendor.github-actions", "action.yml"]);
    for workflow in folder("docs/github") {
        finds_nothing("check-jsonschema", &["--builtin-schema", "vendor.github-workflows", &workflow]);
    }
}

#[test]
fn what_gitlab_reads_fits_its_schema() {
    let transform = ["--data-transform", "gitlab-ci", "docs/gitlab-ci.yml"];
    finds_nothing("check-jsonschema", &[&["--builtin-schema", "vendor.gitlab-ci"], &transform[..]].concat());
}

#[test]
fn the_action_and_the_workflows_have_no_known_weakness() {
    finds_nothing("zizmor", &["--offline", "--no-progress", "action.yml", "docs/github"]);
}

#[test]
fn pre_commit_reads_its_manifest() {
    finds_nothing("pre-commit", &["validate-manifest", ".pre-commit-hooks.yaml"]);
}

#[test]
fn the_dockerfile_follows_the_usual_advice() {
    finds_nothing("hadolint", &["Dockerfile"]);
}

#[test]
fn the_scripts_in_them_are_sound() {
    let dir = tempfile::tempdir().unwrap();
    let mut scripts = Vec::new();
    for (number, step) in crate::action::steps().iter().enumerate() {
        if let Some(script) = step["run"].as_str() {
            let file = dir.path().join(format!("step-{number}.sh"));
            fs::write(&file, format!("#!/usr/bin/env bash\n{script}")).unwrap();
            scripts.push(file.display().to_string());
        }
    }
    let mut args = vec!["--severity=style", ".ci/run"];
    args.extend(scripts.iter().map(String::as_str));
    finds_nothing("shellcheck", &args);
}

/// A page or a file that a page names is there.
#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let pages = folder("docs").into_iter().filter(|path| path.ends_with(".md")).chain(["README.md".to_owned()]);
    for page in pages {
        let text = crate::files::text(&page);
        let dir = std::path::Path::new(&page).parent().unwrap();
        for part in text.split("](").skip(1) {
            let target = part.split([')', '#']).next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(root().join(dir).join(target).exists(), "{page} names {target}");
            }
        }
    }
}
