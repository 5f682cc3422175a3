//! What docs/fleet.md has people copy: the Jobs of Kubernetes, the workflow of GitHub Actions, and the commands that it shows.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use serde_yaml::Value;

use crate::files::{document, root, string, text};
use crate::support::{TempRepo, run, vpc};
use crate::tools::sealed;

const JOB: &str = "docs/kubernetes/fleet-job.yaml";
const CRON_JOB: &str = "docs/kubernetes/fleet-cronjob.yaml";

/// The Job of each file.
fn jobs() -> [Value; 2] {
    [document(JOB)["spec"].clone(), document(CRON_JOB)["spec"]["jobTemplate"]["spec"].clone()]
}

#[test]
fn kubernetes_takes_the_job_and_the_cron_job() {
    for file in [JOB, CRON_JOB] {
        crate::schedule::takes(&root().join(file));
    }
}

#[test]
fn both_do_the_same_and_one_goes_away_by_itself() {
    let [mut job, cron_job] = jobs();
    assert!(job.as_mapping_mut().unwrap().remove("ttlSecondsAfterFinished").is_some());
    assert_eq!(job, cron_job);
}

#[test]
fn each_pod_works_on_a_part_of_its_own_and_all_together_on_everything() {
    for job in jobs() {
        let container = &job["template"]["spec"]["containers"][0];
        let variable = &container["env"][0];
        let (name, of) = (string(variable, &["name"]), job["completions"].as_u64().unwrap());
        assert_eq!(string(&job, &["completionMode"]), "Indexed");
        // Kubernetes numbers pods by this note from 0, and has a variable of its own only behind all that a container names.
        let place = string(variable, &["valueFrom", "fieldRef", "fieldPath"]);
        assert_eq!(place, "metadata.annotations['batch.kubernetes.io/job-completion-index']");
        let mut parts = BTreeSet::new();
        for index in 0..of {
            let args = container["args"].as_sequence().unwrap().iter().map(|arg| arg.as_str().unwrap());
            let args = args.map(|arg| arg.replace(&format!("$({name})"), &index.to_string()));
            let read = hhgit::cli::args::Cli::try_parse_from(std::iter::once("hhgit".to_owned()).chain(args)).unwrap();
            let hhgit::cli::args::Command::Fleet(fleet) = read.command else { panic!("no fleet in {job:?}") };
            let shard = fleet.shard.unwrap();
            assert_eq!(u64::from(shard.of()), of);
            parts.insert(shard.index());
        }
        assert_eq!(parts.len() as u64, of);
    }
}

/// Has bash run the step that sorts, as a runner does, in this checkout; how it ended.
fn step(checkout: &Path, home: &Path, shard: &str) -> (Option<i32>, String) {
    let workflow = document("docs/github/fleet.yml");
    let steps = workflow["jobs"]["sync"]["steps"].as_sequence().unwrap();
    let last = steps.last().unwrap();
    assert_eq!(string(last, &["shell"]), "bash");
    let mut command: Command = sealed("bash", checkout);
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &string(last, &["run"])]);
    let ended = run(command.env("HOME", home).env("SHARD", shard));
    (ended.code, ended.stdout)
}

#[test]
fn the_step_of_the_workflow_sorts_all_parts_and_ends_as_hhgit_ends() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &vpc("a", "1"))]);
    let (checkout, home) = (repo.beside("checkout"), repo.beside("home"));
    fs::create_dir(&checkout).unwrap();
    fs::create_dir_all(home.join("hhgit/bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_hhgit"), home.join("hhgit/bin/hhgit")).unwrap();
    let list = format!("file://{}\nfile:///no##[error]where.git\n", repo.dir().display());
    fs::write(checkout.join("fleet.txt"), list).unwrap();
    let workflow = document("docs/github/fleet.yml");
    let shards = workflow["jobs"]["sync"]["strategy"]["matrix"]["shard"].as_sequence().unwrap().len();
    let ended: Vec<_> = (0..shards).map(|shard| step(&checkout, &home, &format!("{shard}/{shards}"))).collect();
    let (codes, said): (Vec<_>, Vec<_>) = ended.into_iter().unzip();
    let said = said.concat();
    assert!(codes.contains(&Some(3)) && codes.iter().all(|code| matches!(code, Some(0 | 3))), "{codes:?}\n{said}");
    assert!(repo.files("main").contains_key("f/managed/vpcs/a.yaml"), "{said}");
    assert!(said.contains("## [error]where.git") && !said.contains("##["), "{said}");
    assert!(said.lines().all(|line| !line.trim_start().starts_with("::")), "{said}");
}

#[test]
fn the_commands_that_the_page_shows_are_ones_that_hhgit_takes() {
    let page = text("docs/fleet.md");
    let shown = page.lines().filter_map(|line| line.strip_prefix("    hhgit "));
    let words = |line: &str| {
        let line =
            line.split("  #").next().unwrap_or_default().split(" | ").next().unwrap_or_default().trim().to_owned();
        std::iter::once("hhgit".to_owned()).chain(line.split(' ').map(str::to_owned)).collect::<Vec<_>>()
    };
    let commands: Vec<Vec<String>> = shown.map(words).collect();
    assert!(commands.len() > 5, "{commands:?}");
    for words in commands {
        hhgit::cli::args::Cli::try_parse_from(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    }
}

#[test]
fn every_option_is_on_the_page() {
    use clap::CommandFactory;
    let page = text("docs/fleet.md");
    let mut command = hhgit::cli::args::Cli::command();
    command.build();
    let fleet = command.find_subcommand("fleet").unwrap();
    let own = fleet.get_arguments().filter(|argument| !argument.is_global_set() && argument.get_id() != "help");
    for option in own.filter_map(|argument| argument.get_long()) {
        assert!(page.contains(&format!("`--{option}")), "docs/fleet.md does not tell of --{option}");
    }
}
