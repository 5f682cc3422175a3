//! What `hhgit schedule show` prints, read by those it is for: systemd, cron, GitHub's schema and linter, Kubernetes' client.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

use crate::support::{Ended, TempRepo, hhgit, run};
use crate::tools;

/// Intervals that cron can say, and such that it cannot.
const INTERVALS: [&str; 12] = ["10s", "1m", "5m", "7m", "30m", "45m", "60m", "90m", "2h", "5h", "24h", "36h"];
/// What would do harm in whatever reads it as more than a text.
const HOSTILE: &str = "x '%h' \"$HOME\" $(id) `id` ${{ github.token }} \\% \\\\ %% ; & #";

/// A repository with a fabric that is worked on so often, in a folder of this name.
fn scheduled(folder: &str, interval: &str) -> TempRepo {
    let repo = TempRepo::bare();
    let manifest = format!("version: '1.0'\nperiodic: {{interval: {interval}}}\n");
    let quoted = serde_json::to_string(&format!("{folder}/.hnp/manifest.yaml")).unwrap();
    repo.commit("main", &[(&quoted, &manifest)]);
    repo
}

fn shown(dir: &Path, args: &[&str]) -> String {
    let Ended { code, stdout, stderr } = hhgit(dir, &[&["schedule", "show"], args].concat());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{args:?}");
    stdout
}

fn good(command: &mut Command, what: &str) {
    let ended = run(command);
    assert_eq!(ended.code, Some(0), "{what}:\n{}{}", ended.stdout, ended.stderr);
}

/// A program that writes its arguments into the file `said` beside it, in a folder with a hostile name.
fn teller(repo: &TempRepo, folder: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = repo.beside(folder);
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("tell");
    fs::write(&program, "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$(dirname \"$0\")/said\"\n").unwrap();
    fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    program
}

#[test]
fn systemd_takes_its_service_and_its_timer() {
    for interval in INTERVALS {
        let repo = scheduled("f", interval);
        let program = teller(&repo, &HOSTILE.replace(['\'', '"', '\\'], ""));
        // Quotes and backslashes in a program's name systemd refuses, however they are written.
        let text = shown(
            repo.dir(),
            &["--as", "systemd", "--remote", HOSTILE, "--fabric", "f", "--program", program.to_str().unwrap()],
        );
        let (service, timer) = text.split_once("# /etc/systemd/system/hhgit.timer").unwrap();
        let folder = repo.beside("units");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("hhgit.service"), service).unwrap();
        fs::write(folder.join("hhgit.timer"), format!("#{timer}")).unwrap();
        assert!(timer.contains(&format!("OnUnitInactiveSec={interval}\n")), "{timer}");
        let Some(mut analyze) = tools::command("systemd-analyze") else { return };
        let units = [folder.join("hhgit.service"), folder.join("hhgit.timer")];
        good(analyze.args(["verify", "--man=no", "--generators=no"]).args(&units), interval);
    }
}

#[test]
fn systemd_reads_every_word_as_it_was_meant() {
    let repo = scheduled("f", "60m");
    let program = teller(&repo, HOSTILE);
    let shown = shown(
        repo.dir(),
        &["--as", "systemd", "--remote", HOSTILE, "--branch", "m'\"%n$x", "--program", program.to_str().unwrap()],
    );
    let line = shown.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let words = systemd_words(line);
    let dir = repo.dir().canonicalize().unwrap();
    let remote = format!("--remote={HOSTILE}");
    let expected =
        [program.to_str().unwrap(), "-C", dir.to_str().unwrap(), "watch", "--once", &remote, "--branch=m'\"%n$x"];
    assert_eq!(words, expected);
}

/// A command line taken apart as systemd.service(5) says: quotes, C escapes, then specifiers and variables, of which there must be none.
fn systemd_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quote, mut chars) = (None, line.chars());
    while let Some(c) = chars.next() {
        let is_program = words.len() == 1;
        let word = words.last_mut().unwrap();
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.push(String::new()),
            ('\\', _) => match chars.next().unwrap() {
                c @ ('"' | '\\') => word.push(c),
                other => panic!("an escape that means something: {other}"),
            },
            // No variable is looked for in the program's name, so a dollar sign there is one.
            ('$', _) if is_program => word.push('$'),
            ('%' | '$', _) => {
                assert_eq!(chars.next(), Some(c), "a specifier or a variable in {line}");
                word.push(c);
            }
            (c, _) => word.push(c),
        }
    }
    words
}

#[test]
fn cron_takes_its_line_and_a_shell_reads_every_word_as_it_was_meant() {
    let repo = scheduled("f", "60m");
    let program = teller(&repo, HOSTILE);
    let args = ["--as", "cron", "--remote", HOSTILE, "--branch", "main", "--program", program.to_str().unwrap()];
    let text = shown(repo.dir(), &args);
    let line = text.lines().find(|line| !line.starts_with('#')).unwrap();
    // As cron reads it: a percent sign ends the command unless a backslash stands before it, which goes.
    let command = line.splitn(6, ' ').nth(5).unwrap();
    let mut read = String::new();
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('%')) => read.extend(chars.next()),
            ('\\', Some('\\')) => panic!("crons do not agree what two backslashes are: {command}"),
            ('%', _) => panic!("cron would end the command here: {command}"),
            (c, _) => read.push(c),
        }
    }
    good(Command::new("sh").args(["-c", &read]), &read);
    let said = fs::read_to_string(program.parent().unwrap().join("said")).unwrap();
    let dir = repo.dir().canonicalize().unwrap();
    assert_eq!(said, format!("-C\n{}\nwatch\n--once\n--remote={HOSTILE}\n--branch=main\n", dir.display()));
    for interval in INTERVALS {
        let repo = scheduled("f", interval);
        let file = repo.beside("crontab");
        fs::write(&file, shown(repo.dir(), &args)).unwrap();
        let Some(mut crontab) = tools::command("crontab") else { return };
        good(crontab.arg("-n").arg(&file), interval);
    }
}

#[test]
fn github_takes_its_workflow_and_finds_no_weakness_in_it() {
    for interval in INTERVALS {
        let repo = scheduled(HOSTILE, interval);
        repo.commit("main", &[("judged/.hnp/manifest.yaml", "version: '1.0'\nperiodic: {validate-only: true}\n")]);
        let text = shown(repo.dir(), &["--as", "github", "--branch", "main"]);
        let file = repo.beside("hhgit.yml");
        fs::write(&file, &text).unwrap();
        let yaml: Value = serde_yaml::from_str(&text).unwrap();
        let args = yaml["jobs"]["sync"]["steps"][0]["with"]["args"].as_str().unwrap();
        assert_eq!(args.replace("${{ '${{' }}", "${{"), format!("--fabric={HOSTILE}"));
        if let Some(mut schema) = tools::command("check-jsonschema") {
            good(schema.args(["--builtin-schema", "vendor.github-workflows"]).arg(&file), interval);
        }
        if let Some(mut zizmor) = tools::command("zizmor") {
            good(zizmor.args(["--offline", "--no-progress"]).arg(&file), interval);
        }
    }
}

#[test]
fn kubernetes_takes_its_cron_job() {
    for interval in INTERVALS {
        let repo = scheduled("f", interval);
        let remote = format!("https://git.example.org/{}", HOSTILE.replace(['?', '@'], ""));
        let args = ["--as", "kubernetes", "--remote", &remote, "--branch", "$(HOME)"];
        let file = repo.beside("cronjob.yaml");
        fs::write(&file, shown(repo.dir(), &args)).unwrap();
        let yaml: Value = serde_yaml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let container = &yaml["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
        let words: Vec<&str> =
            container["args"].as_sequence().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        // Kubernetes makes one dollar of two before a bracket, and finds no variable there.
        let read: Vec<String> = words.iter().map(|word| word.replace("$$(", "$(")).collect();
        assert_eq!(read, ["watch", "--once", &format!("--remote={remote}"), "--branch=$(HOME)"]);
        assert!(words.iter().all(|word| !word.replace("$$(", "").contains("$(")), "{words:?}");
        takes(&file);
    }
}

/// Has Kubernetes' client read a file into the types of its API, which it does without a server.
pub(crate) fn takes(file: &Path) {
    let Some(mut kubectl) = tools::command("kubectl") else { return };
    let ended = run(kubectl.args(["set", "image", "--local", "--output=yaml", "*=example.org/x", "-f"]).arg(file));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (given, read): (Value, Value) = (
        serde_yaml::from_str(&fs::read_to_string(file).unwrap()).unwrap(),
        serde_yaml::from_str(&ended.stdout).unwrap(),
    );
    // What the API does not know would be gone.
    lacks_nothing(&given, &read, "");
}

fn lacks_nothing(given: &Value, read: &Value, place: &str) {
    match given {
        Value::Mapping(pairs) => {
            for (key, value) in pairs {
                let key = key.as_str().unwrap();
                assert!(read.get(key).is_some() || value.is_null(), "{place}.{key} is nothing to Kubernetes");
                lacks_nothing(value, &read[key], &format!("{place}.{key}"));
            }
        }
        Value::Sequence(items) => {
            items.iter().enumerate().for_each(|(at, item)| lacks_nothing(item, &read[at], &format!("{place}[{at}]")));
        }
        _ => {}
    }
}

#[test]
fn what_has_no_safe_place_in_a_file_is_refused() {
    let repo = scheduled("f", "60m");
    for (args, words) in [
        (["--as", "cron", "--branch", "a\nb"], "the branch \"a\\nb\" holds characters that have no safe place"),
        (["--as", "systemd", "--remote", "a\u{202e}b"], "the remote "),
        (
            ["--as", "all", "--remote", "https://me:s3cret@git.example.org/x"],
            "the address of the remote holds a password",
        ),
        (["--as", "kubernetes", "--remote", "/srv/git/x.git"], "a CronJob has no repository of its own"),
    ] {
        let ended = hhgit(repo.dir(), &[&["schedule", "show"], &args[..]].concat());
        assert!(ended.code == Some(2) && ended.stderr.contains(words) && !ended.stderr.contains("s3cret"), "{ended:?}");
    }
}
