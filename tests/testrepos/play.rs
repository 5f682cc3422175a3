//! One case played: dry run, bare repository, work tree, index and SHA-256, which must agree with each other and with the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use similar::TextDiff;

use crate::case::Case;
use crate::files::{self, Files};
use crate::hook;
use crate::stage::{self, Entries, Told};
use crate::staged;
use crate::support::{TempRepo, git_command};

/// Plays a case. With `bless` its folder is rewritten where it differs; without, what differs is the fault.
pub(crate) fn play(case: &Case, bless: bool) -> Result<(), String> {
    let flags = &case.told.sync;
    let bare = stage::set(case, "sha1")?;
    let input = stage::entries(&bare);
    let work = bare.beside("work");
    bare.git(&["clone", "--quiet", ".", &work.display().to_string()]);
    let staged = flags.is_empty().then(|| staged::clone(&bare));
    hook::agrees(case, &bare, &stage::sync(bare.dir(), &[&flags[..], &["--dry-run".to_owned()]].concat()))?;
    let told = dry_then_real(&bare, flags, &input)?;
    staged.map_or(Ok(()), |dir| staged::agrees(&bare, &dir))?;
    let output = stage::entries(&bare);
    bare.fsck();
    let after = stage::files(&bare, &output);
    in_work_tree(&bare, &work, flags, &told)?;
    in_sha256(case, &told, &after)?;
    agree(case, &told, &after, bless)
}

/// A dry run and the real one: what the first prints, the second does, and then nothing is left to do.
fn dry_then_real(bare: &TempRepo, flags: &[String], input: &Entries) -> Result<Told, String> {
    let dry = stage::sync(bare.dir(), &[flags, &["--dry-run".to_owned()]].concat());
    let told = stage::sync(bare.dir(), flags);
    let (Some(planned), Some(done)) = (&dry.json, &told.json) else {
        // A dry run asks nothing, so it may have an answer where the real one has none; nothing else is left to agree.
        let sound = told.json.is_none() && (dry.json.is_some() || dry.human == told.human);
        let fault = "where hhgit could not look, something changed, or the dry run could";
        return if sound && stage::entries(bare) == *input { Ok(told) } else { Err(fault.to_owned()) };
    };
    same("the dry run and the real one", &without_outcome(planned), &without_outcome(done))?;
    let output = stage::entries(bare);
    let refused = done["outcome"] == "refused";
    let announced = if refused { json!([]) } else { edits_told(done) };
    same("the edits reported and the real ones", &announced, &edits_made(input, &output))?;
    let again = stage::sync(bare.dir(), flags).json.map(|again| again["outcome"].clone());
    let expected = if refused { "refused" } else { "unchanged" };
    if again != Some(json!(expected)) {
        return Err(format!("a second sync is not {expected} but {again:?}"));
    }
    Ok(told)
}

/// A report without what a dry run cannot know.
fn without_outcome(report: &Value) -> Value {
    let mut report = report.clone();
    report["outcome"] = Value::Null;
    if let Some(Value::Object(result)) = report.get_mut("result") {
        result.remove("commit");
    }
    report
}

fn edits_told(report: &Value) -> Value {
    let mut edits = BTreeMap::new();
    for fabric in report["fabrics"].as_array().unwrap() {
        let base = bytes_of(fabric);
        for edit in fabric["edits"].as_array().unwrap() {
            let path = if base == b"." { bytes_of(edit) } else { [&base[..], b"/", &bytes_of(edit)].concat() };
            edits.insert(path, json!([edit["from"], edit["to"]]));
        }
    }
    listed(edits)
}

fn edits_made(before: &Entries, after: &Entries) -> Value {
    let shown = |entries: &Entries, path: &Vec<u8>| match entries.get(path) {
        Some(entry) => json!({ "mode": entry.mode.to_string(), "id": entry.id.to_string() }),
        None => Value::Null,
    };
    let paths: BTreeSet<&Vec<u8>> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    listed(changed.map(|path| (path.clone(), json!([shown(before, path), shown(after, path)]))).collect())
}

fn listed(edits: BTreeMap<Vec<u8>, Value>) -> Value {
    edits.into_iter().map(|(path, edit)| json!([String::from_utf8_lossy(&path), edit])).collect()
}

/// The bytes of the path of a JSON object.
fn bytes_of(object: &Value) -> Vec<u8> {
    let hex = object.get("path_hex").and_then(Value::as_str);
    let Some(hex) = hex else { return object["path"].as_str().unwrap().as_bytes().to_vec() };
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The same commit in a clone with a work tree, which then holds exactly that commit.
fn in_work_tree(bare: &TempRepo, work: &Path, flags: &[String], told: &Told) -> Result<(), String> {
    let there = stage::sync(work, flags);
    if there.human != told.human || there.json_text != told.json_text {
        return Err(format!("in a work tree the report differs:\n{}", diff(&told.human, &there.human)));
    }
    let ids = bare.git(&["rev-parse", "main"]);
    let head = bare.git_in(work, &["rev-parse", "HEAD"]);
    let status = git_command(work).args(["status", "--porcelain", "--ignored"]).output().unwrap();
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    if ids != head || !status.is_empty() {
        return Err(format!("the work tree is at {head}, the bare repository at {ids}; status says:\n{status}"));
    }
    Ok(())
}

/// The same files and verdicts in a repository of SHA-256.
fn in_sha256(case: &Case, told: &Told, after: &Files) -> Result<(), String> {
    let repo = stage::set(case, "sha256")?;
    let there = stage::sync(repo.dir(), &case.told.sync);
    let files = stage::files(&repo, &stage::entries(&repo));
    let (here, there_text) = (text(&without_ids(after)), text(&without_ids(&files)));
    if here != there_text {
        return Err(format!("with SHA-256 the files differ:\n{}", diff(&here, &there_text)));
    }
    let rows = |told: &Told| {
        told.json.as_ref().map_or(Value::Null, |report| {
            let fabrics = report["fabrics"].as_array().unwrap().iter();
            let kept = |fabric: &Value| ["documents", "counts", "repairs", "removed"].map(|key| fabric[key].clone());
            json!([fabrics.map(kept).collect::<Vec<_>>(), report["findings"]])
        })
    };
    same("the rows of SHA-1 and SHA-256", &rows(told), &rows(&there))
}

/// Files without the lines of sidecars that name ids and digests.
fn without_ids(files: &Files) -> Files {
    let mut files = files.clone();
    for (_, file) in files.iter_mut().filter(|(_, file)| file.bytes.starts_with(b"# hhgit sidecar")) {
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        let lines = text.lines().skip(1).filter(|line| !line.starts_with("blob: "));
        file.bytes = lines.collect::<Vec<_>>().join("\n").into_bytes();
    }
    files
}

/// Whether the folder says what happened; with `bless` it does afterwards.
fn agree(case: &Case, told: &Told, after: &Files, bless: bool) -> Result<(), String> {
    if told.exit != case.told.exit {
        return Err(format!("the exit code is {}, not {}\n{}", told.exit, case.told.exit, told.human));
    }
    if let Some((path, _)) = case.sound.iter().find(|(path, _)| !after.contains_key(*path)) {
        return Err(format!("{} is gone; write sound = [] to show it", String::from_utf8_lossy(path)));
    }
    let mut shown = after.clone();
    shown.retain(|path, file| case.sound.get(path) != Some(file));
    let (txt, json, dir) = (case.dir.join("report.txt"), case.dir.join("report.json"), case.dir.join("after"));
    if bless {
        files::write(&dir, &shown);
        fs::write(&txt, &told.human).unwrap();
        match &told.json {
            Some(_) => fs::write(&json, &told.json_text).unwrap(),
            None => _ = fs::remove_file(&json),
        }
    }
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let mut faults: Vec<String> = Vec::new();
    let pairs = [
        ("after/", text(&files::read(&dir)?), text(&shown)),
        ("report.txt", read(txt), told.human.clone()),
        ("report.json", read(json), told.json_text.clone()),
    ];
    for (name, expected, actual) in pairs {
        if expected != actual {
            faults.push(format!("{name} says otherwise:\n{}", diff(&expected, &actual)));
        }
    }
    faults.extend(case.stray());
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// All files as one text, each under its shown name.
fn text(files: &Files) -> String {
    let shown = files::shown(files);
    shown.iter().map(|(name, bytes)| format!("=== {name}\n{}\n", String::from_utf8_lossy(bytes))).collect()
}

fn same(what: &str, one: &Value, other: &Value) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let [one, other] = [one, other].map(|value| serde_json::to_string_pretty(value).unwrap());
    Err(format!("{what} differ:\n{}", diff(&one, &other)))
}

pub(crate) fn diff(expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual).unified_diff().context_radius(3).header("expected", "actual").to_string()
}
