//! The receive hook on a case's commit, as a new branch of a server that has none yet: it must find what a dry run finds.
//!
//! What differs by nature: the hook reads managed/ always, a sync only where raw/ holds something to sort, so the hook may
//! have more to say of managed/; the hook goes by a level of its own, whatever a manifest says; and where a help names an
//! option of `hhgit sync`, the hook has another help.

use hhgit::finding::Finding;
use hhgit::modes::hook::pre_receive;
use hhgit::options::CheckLevel;
use hhgit::options::hook::{CrdsFrom, Flags, Hook, Policy, SettingsFrom, TimeBudget};
use hhgit::report::receive::Answer;
use serde_json::{Value, json};

use crate::case::Case;
use crate::stage::Told;
use crate::support::TempRepo;

/// Flags of a sync that change nothing of what it finds.
const HARMLESS: [&str; 4] = ["--diff", "--fail-on", "--max-deletions", "--yes"];
/// Cases whose manifest asks for another level than the hook's.
const OTHER_LEVEL: [&str; 1] = ["a-manifest-that-asks-for-identity-alone"];

/// Puts the commit that main is at to the hook, and compares what it finds with what the dry run told.
pub(crate) fn agrees(case: &Case, bare: &TempRepo, dry: &Told) -> Result<(), String> {
    let name = case.dir.file_name().unwrap().to_string_lossy().into_owned();
    let plain = case.told.sync.iter().all(|flag| HARMLESS.iter().any(|known| flag.starts_with(known)));
    let Some(report) = dry.json.as_ref().filter(|_| plain && !OTHER_LEVEL.contains(&name.as_str())) else {
        return Ok(());
    };
    bare.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"]);
    let tip = bare.git(&["rev-parse", "main"]);
    let flags = Flags {
        policy: Some(Policy::Warn),
        level: Some(CheckLevel::Schema),
        crds: Some(CrdsFrom::Pushed),
        settings: Some(SettingsFrom::Pushed),
        time_budget: Some(TimeBudget::None),
        ..Flags::default()
    };
    let line = format!("{} {tip} refs/heads/new\n", "0".repeat(tip.len()));
    let verdict = pre_receive(&bare.common(), &Hook { flags, ..Hook::default() }, line.as_bytes());
    bare.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    let verdict = verdict.map_err(|error| format!("the hook cannot judge: {error}"))?;
    if verdict.answer != Answer::LetIn || verdict.told.iter().any(|told| told.refuses) {
        return Err(format!("the hook that only warns answers {:?}", verdict.answer));
    }
    let said: Vec<String> = verdict.told.iter().map(|told| of_hook(&told.finding)).collect();
    let dry: Vec<String> = report["findings"].as_array().unwrap().iter().map(of_report).collect();
    let missing = dry.iter().filter(|finding| !said.contains(finding));
    let more = verdict.told.iter().filter(|told| {
        let in_managed = told.finding.path.components().any(|part| part == b"managed");
        !in_managed && !dry.contains(&of_hook(&told.finding))
    });
    let faults: Vec<String> = missing
        .map(|finding| format!("the hook does not find {finding}"))
        .chain(more.map(|told| format!("the hook alone finds {}", of_hook(&told.finding))))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn of_hook(finding: &Finding) -> String {
    let place = finding.place.map(|place| (place.line, place.column));
    // JSON has no need of git's quotes where a path is clean.
    let path = finding.path.as_clean_str().map_or_else(|| finding.path.to_string(), str::to_owned);
    let (line, column) = (place.map(|(line, _)| line), place.map(|(_, column)| column));
    shown(
        finding.code.as_str(),
        finding.severity.as_str(),
        &path,
        &json!([finding.document, line, column]),
        [&finding.message, &finding.help],
    )
}

fn of_report(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    let place = json!([finding["document"], finding["line"], finding["column"]]);
    shown(text("code"), text("severity"), text("path"), &place, [text("message"), text("help")])
}

fn shown(code: &str, severity: &str, path: &str, place: &Value, words: [&str; 2]) -> String {
    format!("{severity}[{code}] {path} {place}: {}; {}", words[0], words[1])
}
