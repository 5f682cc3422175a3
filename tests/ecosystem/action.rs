//! The GitHub Action: its scripts, taken out of action.yml and run by bash with inputs that nobody should give.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use crate::fabric::{FABRIC, sorted};
use crate::files::{document, string};
use crate::support::{Ended, TempRepo, run, vpc};
use crate::tools::{path_with_hhgit, sealed};

/// What a runner would take for a command, a shell for a command, or hhgit for an option.
const HOSTILE: &[&str] = &[
    "$(touch taken)",
    "`touch taken`",
    "'; touch taken; '",
    "\"; touch taken; \"",
    "x\ntouch taken\n",
    "x\r\n::error::taken\n##[error]taken",
    "::add-mask::taken",
    "##[add-mask]taken",
    "--output=human=taken",
    "-C/",
    "${{ github.token }}",
    "*",
    "a b",
];

/// The steps of the action.
pub(crate) fn steps() -> Vec<Value> {
    document("action.yml")["runs"]["steps"].as_sequence().unwrap().clone()
}

/// One step, by its `id`.
fn step(id: &str) -> Value {
    steps().into_iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step has the id {id}"))
}

/// A runner's directory, with a repository checked out in it.
struct Runner {
    repo: TempRepo,
    temp: PathBuf,
    outputs: PathBuf,
}

impl Runner {
    fn new(repo: TempRepo) -> Self {
        let (temp, outputs) = (repo.beside("runner"), repo.beside("outputs"));
        fs::create_dir(&temp).unwrap();
        Self { repo, temp, outputs }
    }

    /// Runs the step that runs hhgit, with these inputs by their names in action.yml and the defaults for the others.
    fn run(&self, inputs: &[(&str, &str)]) -> (Ended, BTreeMap<String, String>) {
        let given: BTreeMap<&str, &str> = inputs.iter().copied().collect();
        let step = step("hhgit");
        let mut environment = vec![("GITHUB_SERVER_URL", "file://"), ("GITHUB_REPOSITORY", "nowhere")];
        let env = step["env"].as_mapping().unwrap().clone();
        let env: Vec<(String, String)> =
            env.iter().map(|(key, value)| (key.as_str().unwrap().into(), value.as_str().unwrap().into())).collect();
        for (key, expression) in &env {
            environment.push((key, value(expression, &given)));
        }
        self.bash(&string(&step, &["run"]), &environment)
    }

    /// Runs a script as a runner does, and what it wrote to `GITHUB_OUTPUT`.
    fn bash(&self, script: &str, environment: &[(&str, &str)]) -> (Ended, BTreeMap<String, String>) {
        fs::write(&self.outputs, "").unwrap();
        let mut command = sealed("bash", self.repo.dir());
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        command.env("GITHUB_OUTPUT", &self.outputs).env("RUNNER_TEMP", &self.temp);
        command.envs(environment.iter().copied());
        let ended = run(&mut command);
        let written = fs::read_to_string(&self.outputs).unwrap();
        let outputs = written.lines().map(|line| line.split_once('=').expect("name=value"));
        (ended, outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// What an expression of the step's environment comes to.
fn value<'a>(expression: &str, given: &BTreeMap<&str, &'a str>) -> &'a str {
    let inside = expression.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
    let inside = inside.unwrap_or_else(|| panic!("{expression} is more than an expression"));
    match inside {
        "steps.look.outputs.program" => env!("CARGO_BIN_EXE_hhgit"),
        "inputs.command == 'sync' && inputs.token || ''" if given.get("command") != Some(&"sync") => "",
        "inputs.command == 'sync' && inputs.token || ''" => given.get("token").copied().unwrap_or(""),
        other => {
            let name = other.strip_prefix("inputs.").unwrap_or_else(|| panic!("what is {other}?"));
            let default = if name == "revision" { "HEAD" } else { "" };
            given.get(name).copied().unwrap_or(default)
        }
    }
}

/// Every file below a directory, git's own aside.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with(".git") { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The lines that a runner would take for commands of its own.
fn commands(ended: &Ended) -> Vec<&str> {
    let lines = ended.stdout.split(['\n', '\r']).chain(ended.stderr.split(['\n', '\r']));
    lines.filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect()
}

#[test]
fn no_script_holds_an_expression() {
    for step in steps().iter().filter(|step| !step["run"].is_null()) {
        assert!(!string(step, &["run"]).contains("${{"), "{step:?}");
        assert_eq!(string(step, &["shell"]), "bash");
    }
}

#[test]
fn every_input_is_used_and_every_one_used_is_told() {
    let action = document("action.yml");
    let all = fs::read_to_string(crate::files::root().join("action.yml")).unwrap();
    let steps = all.split_once("\nruns:").unwrap().1;
    let page = crate::files::text("docs/github.md");
    for name in action["inputs"].as_mapping().unwrap().keys().map(|key| key.as_str().unwrap()) {
        assert!(steps.contains(&format!("inputs.{name}")), "{name} is not used");
        assert!(page.contains(&format!("`{name}`")), "docs/github.md does not tell of {name}");
    }
    for part in steps.split("inputs.").skip(1) {
        let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        assert!(!action["inputs"][name.as_str()].is_null(), "there is no input {name}");
    }
}

#[test]
fn a_good_fabric_passes_and_leaves_both_reports() {
    let runner = Runner::new(sorted());
    let (ended, outputs) = runner.run(&[("command", "check")]);
    assert_eq!(ended, Ended { code: Some(0), stdout: "no findings\n".into(), stderr: String::new() });
    let report = fs::read_to_string(&outputs["report"]).unwrap();
    assert!(report.ends_with("HEAD: no findings\n"), "{report}");
    assert!(fs::read_to_string(&outputs["sarif"]).unwrap().starts_with('{'));
}

#[test]
fn a_bad_change_is_annotated_and_fails_the_step() {
    let repo = sorted();
    repo.git(&["rm", "--quiet", &format!("{FABRIC}/managed/vpcs/vpc-2.yaml")]);
    repo.git(&["commit", "--quiet", "--message=delete"]);
    let runner = Runner::new(repo);
    let (ended, outputs) = runner.run(&[("command", "check"), ("revision", "HEAD^1..HEAD")]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    assert_eq!(ended.stdout.lines().filter(|line| line.starts_with("::error file=")).count(), 2, "{}", ended.stdout);
    assert_eq!(outputs.keys().map(String::as_str).collect::<Vec<_>>(), ["report", "sarif"]);
    // A severity that nothing reaches; a level that does not ask who names whom; the same as one more option.
    let changed = [("command", "check"), ("revision", "HEAD^1..HEAD")];
    let with = |more: &[(&'static str, &'static str)]| runner.run(&[&changed, more].concat()).0.code;
    assert_eq!(with(&[("fail-on", "never")]), Some(0));
    assert_eq!(with(&[("level", "schema")]), Some(0));
    assert_eq!(with(&[("args", "\n--level=schema\r\n")]), Some(0));
}

#[test]
fn a_branch_is_sorted_on_the_server_without_a_checkout() {
    let remote = TempRepo::bare();
    let pushed =
        remote.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/web.yaml", &vpc("web", ""))]);
    let url = remote.dir().display().to_string();
    let runner = Runner::new(TempRepo::bare());
    let inputs = [("command", "sync"), ("remote", url.as_str()), ("branch", "main"), ("token", "ghs_secret")];
    let (ended, outputs) = runner.run(&inputs);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(remote.git(&["rev-parse", "main~1"]), pushed.to_string());
    assert!(remote.files("main").contains_key("f/managed/vpcs/web.yaml"));
    assert!(!format!("{ended:?}{}", fs::read_to_string(&outputs["report"]).unwrap()).contains("ghs_secret"));
    // What that push starts finds nothing to do.
    let state = remote.state();
    assert_eq!(runner.run(&inputs).0.code, Some(0));
    assert_eq!(remote.state(), state);
}

#[test]
fn no_input_becomes_a_command() {
    let names = ["command", "branch", "remote", "propose", "revision", "level", "fail-on", "args", "token"];
    let runner = Runner::new(sorted());
    let (state, there) = (runner.repo.state(), files(runner.repo.dir()));
    for name in names {
        for hostile in HOSTILE {
            for command in ["check", "sync"] {
                let (ended, _) = runner.run(&[("command", command), (name, hostile)]);
                let about = format!("{name}={hostile:?} of {command}: {ended:?}");
                assert!(files(runner.repo.dir()) == there, "{about}");
                assert!(ended.code.is_some_and(|code| code <= 4), "{about}");
                for line in commands(&ended) {
                    assert!(
                        line.starts_with("::error title=hhgit::") && !line.contains("taken"),
                        "{line:?} of {about}"
                    );
                }
            }
        }
    }
    assert_eq!(runner.repo.state(), state);
}

#[test]
fn no_document_becomes_a_command() {
    let repo = sorted();
    let raw = format!("{FABRIC}/raw/::add-mask::taken.yaml");
    let text = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: \"VPC\\n::add-mask::taken\\r##[add-mask]taken\"\nmetadata: {name: x}\n\
                ---\n::add-mask::taken: \"##[add-mask]taken\"\n--- ##[add-mask]taken\n::stop-commands::taken\n";
    repo.commit_all(&[(&raw, text), (&format!("{FABRIC}/raw/##[add-mask]taken.txt"), "::add-mask::taken\n")]);
    let (ended, _) = Runner::new(repo).run(&[("command", "check")]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let annotations = ["::error file=", "::warning file=", "::notice file="];
    for line in commands(&ended) {
        assert!(annotations.iter().any(|start| line.starts_with(start)), "{line:?}");
    }
}

#[test]
fn a_step_that_could_not_look_says_so_on_the_page() {
    let runner = Runner::new(sorted());
    let (ended, outputs) = runner.run(&[("command", "check"), ("revision", "no-such-branch")]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stdout.starts_with("::error title=hhgit::hhgit could not do it (exit code 2)"), "{}", ended.stdout);
    assert!(ended.stderr.starts_with("hhgit: error: ") && ended.stderr.contains("no-such-branch"), "{}", ended.stderr);
    assert_eq!(outputs, BTreeMap::new());
}

#[test]
fn the_hhgit_on_the_path_is_taken_and_else_its_sources_name_the_cache() {
    let runner = Runner::new(sorted());
    let script = string(&step("look"), &["run"]);
    let bin = Path::new(env!("CARGO_BIN_EXE_hhgit"));
    let here = std::env::var("PATH").unwrap();
    let with = path_with_hhgit();
    let source = crate::files::root().display().to_string();
    let (_, outputs) = runner.bash(&script, &[("PATH", &with), ("SOURCE", &source)]);
    assert_eq!(outputs.get("program").map(Path::new), Some(bin));
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    let without: Vec<&str> = here.split(':').filter(|dir| !Path::new(dir).join("hhgit").exists()).collect();
    let (ended, outputs) = runner.bash(&script, &[("PATH", &without.join(":")), ("SOURCE", &source)]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(outputs["digest"].len(), 64, "{outputs:?}");
    assert_eq!(outputs["program"], format!("{}/bin/hhgit", outputs["root"]));
}

#[test]
fn hhgit_is_built_with_cargo_unless_the_cache_had_it() {
    let runner = Runner::new(sorted());
    let bin = runner.temp.join("bin");
    fs::create_dir(&bin).unwrap();
    let cargo = "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$RUNNER_TEMP/asked\"\n";
    fs::write(bin.join("cargo"), cargo).unwrap();
    fs::set_permissions(bin.join("cargo"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let build = steps().into_iter().find(|step| step["name"] == "Build hhgit").unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let ask = |program: &str| {
        let environment =
            [("PATH", path.as_str()), ("SOURCE", "/the action"), ("ROOT", "/the cache"), ("PROGRAM", program)];
        let (ended, _) = runner.bash(&string(&build, &["run"]), &environment);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        fs::read_to_string(runner.temp.join("asked")).unwrap_or_default()
    };
    assert_eq!(ask(env!("CARGO_BIN_EXE_hhgit")), "", "it is there");
    assert_eq!(ask("/nowhere/hhgit"), "install\n--locked\n--path\n/the action\n--root\n/the cache\n");
    for step in [&build, &steps()[1]] {
        assert_eq!(
            string(step, &["if"]),
            "steps.look.outputs.digest != ''",
            "nothing is built when one is on the PATH"
        );
    }
}
