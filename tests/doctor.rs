//! `hhgit doctor` on real repositories: each thing that can be wrong is made so, told, and mended as is advised; nothing is written,
//! and nothing run.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

#[path = "doctor/cases.rs"]
mod cases;
#[path = "doctor/mends.rs"]
mod mends;
#[path = "doctor/odd.rs"]
mod odd;
#[path = "doctor/places.rs"]
mod places;
#[path = "doctor/site.rs"]
mod site;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hhgit::doctor::Trouble;
use support::hhgit_command;

use cases::CASES;
use site::Site;

/// What no repository can be brought to here; `src/doctor/tests.rs` has them, from facts alone.
const BY_FACTS: [Trouble; 3] = [Trouble::DiskFull, Trouble::DiskLow, Trouble::NoFlock];

/// Compares what was said with the file of this name, or writes it there.
fn compare(name: &str, said: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doctor/said").join(format!("{name}.txt"));
    if std::env::var_os("HHGIT_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, said).unwrap();
        return None;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    (expected != said).then(|| format!("{name}: expected\n{expected}\nand it said\n{said}"))
}

/// The troubles that an output names, by what it says, each with its mend: the JSON of the same run.
fn told(site: &Site) -> BTreeMap<String, String> {
    let json = site.doctor(&["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let checks = json["checks"].as_array().unwrap().clone();
    let troubles = checks.iter().flat_map(|check| check["troubles"].as_array().cloned().unwrap_or_default());
    let word = |told: &serde_json::Value, key: &str| told[key].as_str().unwrap().to_owned();
    troubles.map(|told| (word(&told, "code"), word(&told, "mend"))).collect()
}

/// Does what is advised of a trouble, if that is a command, and tells what is wrong with that: it fails, or there is still trouble.
fn mended(site: &Site, trouble: Trouble, mend: &str) -> Option<String> {
    let command = mends::command(trouble, mend)?;
    let ended = site.shell(&command);
    let left = told(site);
    let wrong = ended.code != Some(0) || !left.is_empty();
    wrong.then(|| format!("{}: {command}\n{}{}left: {left:?}", trouble.code(), ended.stdout, ended.stderr))
}

/// Tries these cases: the whole of what is said, that the trouble is among it and nothing else, and the exit code.
fn hold(part: usize) {
    let mut wrong = Vec::new();
    for (trouble, make) in CASES.iter().skip(part).step_by(4) {
        // Nobody but an administrator can give a file to somebody else; the facts alone have a test as well.
        if *trouble == Trouble::OwnerMixed && !rustix::process::geteuid().is_root() {
            continue;
        }
        let site = make();
        let ended = site.doctor(&[]);
        let mut said = site.plain(&ended.stdout);
        said.push_str(&site.plain(&ended.stderr));
        let problems = said.lines().any(|line| line.starts_with("problem"));
        if ended.code != Some(i32::from(problems)) {
            wrong.push(format!("{}: ended with {:?}\n{said}", trouble.code(), ended.code));
        }
        let all = told(&site);
        if all.keys().ne([trouble.code()]) {
            wrong.push(format!("{}: told of {all:?}", trouble.code()));
        }
        wrong.extend(compare(trouble.code(), &said));
        wrong.extend(all.get(trouble.code()).and_then(|mend| mended(&site, *trouble, mend)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_trouble_is_told_with_its_mend_and_no_other_is() {
    hold(0);
}

#[test]
fn each_trouble_of_the_second_quarter_is_told() {
    hold(1);
}

#[test]
fn each_trouble_of_the_third_quarter_is_told() {
    hold(2);
}

#[test]
fn each_trouble_of_the_last_quarter_is_told() {
    hold(3);
}

#[test]
fn every_trouble_has_its_repository() {
    let tried: BTreeSet<Trouble> = CASES.iter().map(|(trouble, _)| *trouble).chain(BY_FACTS).collect();
    assert_eq!(tried, Trouble::ALL.iter().copied().collect());
    assert_eq!(CASES.len() + BY_FACTS.len(), Trouble::ALL.len(), "each is tried once");
}

#[test]
fn a_server_and_a_clone_in_which_all_is_well_are_told_so() {
    for (name, site) in [("server", Site::server()), ("clone", Site::clone())] {
        let ended = site.doctor(&[]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
        let said = site.plain(&ended.stdout);
        assert!(said.ends_with("checks: all is well\n"), "{said}");
        assert_eq!(compare(name, &said), None);
    }
}

#[test]
fn machines_are_told_the_same() {
    let site = Site::server();
    site.git(&["config", "gc.pruneExpire", "now"]);
    let ended = site.doctor(&["--output", "json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    assert_eq!(compare("json", &site.plain(&ended.stdout)), None);
    let value: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let mut schema = Vec::new();
    hhgit::render::formats::schema(&mut schema, hhgit::render::formats::Format::Doctor).unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    assert_eq!(jsonschema::validator_for(&schema).unwrap().validate(&value).err().map(|e| e.to_string()), None);
}

#[test]
fn a_repository_of_which_a_part_is_gone_is_told_from_a_folder_that_is_none() {
    for (part, after) in [("HEAD", "put it back: "), ("refs", "put it back: "), ("objects", "")] {
        for site in [Site::server(), Site::clone()] {
            site.git(&["pack-refs", "--all"]);
            let (from, to) = (site.git_dir().join(part), site.beside("away"));
            let git_dir = site.git_dir();
            std::fs::rename(&from, to).unwrap();
            let said = hhgit_command(site.repo()).arg("status").output().unwrap();
            let expected =
                format!("{} is a git repository and has no {part}, so that git takes it for none", git_dir.display());
            assert_eq!(said.status.code(), Some(3));
            assert!(String::from_utf8_lossy(&said.stderr).contains(&expected), "{said:?}");
            let told = told(&site);
            assert!(told.keys().eq(["not-opened"]), "{told:?}");
            if let Some(command) = told["not-opened"].strip_prefix(after).filter(|_| !after.is_empty()) {
                assert_eq!(site.shell(command).code, Some(0), "{command}");
                assert!(support::hhgit(site.repo(), &["status"]).code != Some(3), "{command}");
            }
        }
    }
}

#[test]
fn where_no_repository_is_nothing_can_be_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let ended = support::hhgit(dir.path(), &["doctor"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""));
    assert!(ended.stderr.contains("is in no git repository"), "{}", ended.stderr);
    let sarif = support::hhgit(Site::server().repo(), &["doctor", "--output", "sarif"]);
    assert_eq!(sarif.code, Some(2));
}

/// Every file below a folder with its bytes, mode and moment of its last change.
fn all(folder: &Path) -> BTreeMap<String, (u32, Option<std::time::SystemTime>, Vec<u8>)> {
    use std::os::unix::fs::PermissionsExt;
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let data = std::fs::symlink_metadata(&path).unwrap();
            if data.is_dir() {
                open.push(path.clone());
            }
            let bytes = if data.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            let row = (data.permissions().mode(), data.modified().ok(), bytes);
            found.insert(path.display().to_string(), row);
        }
    }
    found
}

#[test]
fn nothing_is_written_and_nothing_that_the_repository_names_is_run() {
    for site in [Site::server(), Site::clone()] {
        let canary = site.beside("canary");
        let run = format!("touch '{}'", canary.display());
        site.add_file(
            "other",
            &format!("[core]\n\tpager = {run}\n[alias]\n\tversion = !{run}\n\tfor-each-ref = !{run}\n"),
        );
        for (key, value) in [
            ("core.fsmonitor", run.as_str()),
            ("core.editor", &run),
            ("core.sshCommand", &run),
            ("core.askPass", &run),
            ("core.gitProxy", &run),
            ("core.alternateRefsCommand", &run),
            ("alias.check-attr", &format!("!{run}")),
            ("diff.external", &run),
            ("filter.x.clean", &run),
            ("filter.x.smudge", &run),
            ("filter.x.process", &run),
            ("uploadpack.packObjectsHook", &run),
            ("gpg.program", &run),
            ("credential.helper", &format!("!{run}")),
            ("hook.x.command", &run),
            ("hook.x.event", "reference-transaction"),
            ("include.path", &site.git_dir().join("other").display().to_string()),
            ("core.attributesFile", &site.git_dir().join("attributes").display().to_string()),
        ] {
            site.git(&["config", key, value]);
        }
        site.add_file("attributes", "* filter=x\n");
        for hook in ["reference-transaction", "pre-receive", "pre-commit", "post-checkout", "fsmonitor-watchman"] {
            let path = site.git_dir().join("hooks").join(hook);
            std::fs::write(&path, format!("#!/bin/sh\n{run}\n# hhgit hook\nexec /bin/touch hook\n")).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
        let before = all(site.repo());
        let ended = site.doctor(&[]);
        assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
        assert!(!canary.exists(), "{}", ended.stdout);
        assert!(before == all(site.repo()), "something was written");
    }
}

#[test]
fn what_is_asked_of_git_is_what_the_page_of_promises_says() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md")).unwrap();
    let row = page.lines().find(|line| line.starts_with("| `doctor` |")).unwrap();
    let named = row.split('`').filter_map(|span| span.strip_prefix("git ")).map(str::to_owned);
    let log = "while [ \"$1\" = -c ]; do shift 2; done\necho \"$1\" >>\"${0%/*}/log\"";
    let mut asked = BTreeSet::new();
    for make in [Site::server, Site::clone] {
        let site = cases::before_git(make(), log);
        assert_eq!(site.doctor(&[]).code, Some(0));
        let log = std::fs::read_to_string(site.beside("bin/log")).unwrap();
        asked.extend(log.lines().map(str::to_owned));
    }
    assert_eq!(asked, named.collect());
}

#[test]
fn what_lies_about_is_seen_where_git_sees_no_repository() {
    let site = Site::server();
    site.commit(&[("x", "x")]);
    let (one, two) = (site.git(&["rev-parse", "main"]), site.git(&["rev-parse", "main^"]));
    site.git(&["replace", &one, &two]);
    site.git(&["update-ref", "refs/hhgit/remote/hhgit-run-x", &one]);
    site.git(&["pack-refs", "--all"]);
    site.add_file("HEAD", "main\n");
    assert!(told(&site).keys().eq(["head-broken", "ref-left", "replace-refs"]), "{:?}", told(&site));
}

#[test]
fn no_control_byte_of_a_repository_reaches_the_terminal() {
    let site = Site::server();
    site.git(&["config", "hhgit.policy", "x\u{1b}[2J\u{202e}"]);
    site.git(&["config", "core.hooksPath", "no\u{1b}]0;x\u{7}"]);
    site.add_file("objects/info/alternates", "/no\u{1b}[31m/where\n");
    let ended = site.doctor(&[]);
    let is_plain = |text: &str| text.chars().all(|c| c == '\n' || !hhgit::path::is_unprintable(c));
    assert!(is_plain(&ended.stdout) && is_plain(&ended.stderr), "{:?}", ended.stdout);
    assert!(hhgit_command(site.repo()).arg("doctor").output().unwrap().status.code() == Some(1));
}

#[test]
fn the_page_has_every_trouble() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (start, end) = ("<!-- troubles: made by tests/doctor.rs -->\n", "<!-- troubles: end -->");
    let (before, rest) = page.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let mut made = Vec::new();
    hhgit::render::doctor::table(&mut made).unwrap();
    let made = format!("{before}{start}{}{end}{after}", String::from_utf8(made).unwrap());
    if std::env::var_os("HHGIT_BLESS").is_some() {
        std::fs::write(&file, made).unwrap();
    } else {
        assert!(made == page, "docs/doctor.md is old: HHGIT_BLESS=1 cargo test --test doctor");
    }
}

#[test]
fn of_many_fabrics_the_first_troubles_are_shown_and_all_are_counted() {
    let site = Site::server();
    for number in 0..7 {
        let file = |path: &str| format!("g{number}/{path}");
        let (manifest, raw) = (file(".hnp/manifest.yaml"), file("raw/a.yaml"));
        site.commit(&[(&manifest, "version: '1.0'\n"), (&raw, "a\n")]);
    }
    let said = site.plain(&site.doctor(&[]).stdout);
    assert!(said.contains("ok       fabrics     8 from f to g6\n"), "{said}");
    assert_eq!(said.matches("that no sync has sorted yet").count(), 5, "{said}");
    assert!(
        said.ends_with(
            "\n2 more of the same are not shown; --verbose lists them\n\n18 checks: 0 problems, 7 warnings\n"
        )
    );
    let all = site.doctor(&["--verbose"]);
    assert_eq!((all.code, all.stdout.matches("that no sync has sorted yet").count()), (Some(0), 7));
}
