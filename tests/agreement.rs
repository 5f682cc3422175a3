//! What hhgit says of real and made fabrics against what a cluster's admission said, document by document.
//!
//! The data is not part of this repository: `HHGIT_CORPUS` or `../shared/corpus` names it; without it the test says so
//! and passes. Each file is judged as `hhgit check FILE` judges it: on its own, as one fabric, with the settings that it was judged
//! with there.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hhgit::fabric::kinds::Kinds;
use hhgit::fabric::settings::Settings;
use hhgit::modes::check::check;
use hhgit::options::{Check, CheckLevel, Common, Identities, Target};
use hhgit::path::RepoPath;
use hhgit::progress::Progress;
use hhgit::schema::Schemas;
use hhgit::snapshot::Time;
use hhgit::verdict::code::Severity;
use hhgit::verdict::file::{self, File};
use hhgit::verdict::judge::Judge;
use hhgit::yaml::Limits;

/// One row of the verdicts.
struct Row {
    path: String,
    document: u32,
    kind: String,
    accepted: bool,
    stage: String,
    message: String,
}

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("HHGIT_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    root.join("verdicts.tsv").is_file().then_some(root)
}

/// The rows by file; only those where admission had an opinion, or a document is none of Hedgehog's.
fn rows(root: &Path) -> BTreeMap<String, Vec<Row>> {
    let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in std::fs::read_to_string(root.join("verdicts.tsv")).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [path, document, _, kind, _, _, _, _, admission, stage, message] = fields[..] else {
            panic!("a row has not 11 fields: {line}");
        };
        files.entry(path.to_owned()).or_default().push(Row {
            path: path.to_owned(),
            document: document.parse().unwrap(),
            kind: kind.to_owned(),
            accepted: admission == "accept",
            stage: stage.to_owned(),
            message: message.to_owned(),
        });
    }
    files
}

/// The settings that a file was judged with.
fn settings(path: &str) -> Settings {
    let name = path.rsplit('/').next().unwrap_or(path);
    let real = path.starts_with("real/");
    let gateway = match path.split('/').next() {
        Some("generated") => name.starts_with("gw"),
        Some("mutants") => {
            name == "00-base-gw.yaml" || name.starts_with("gwpeering-") || name.starts_with("gw-workers")
        }
        _ => real,
    };
    Settings { gateway, celestica_sonic_plus: real, cumulus: real, ..Settings::default() }
}

/// What hhgit says of one document.
#[derive(Default)]
struct Said {
    /// Whether something speaks against it.
    refused: bool,
    /// Whether it cannot be read, or names no object.
    unread: bool,
    /// Whether it would go to managed/.
    managed: bool,
    /// The codes that do.
    codes: Vec<String>,
}

/// What `hhgit check` says of each document of one file.
fn judge(bytes: &[u8], path: &str) -> BTreeMap<u32, Said> {
    let shown = RepoPath::shown(path.as_bytes());
    let mut said: BTreeMap<u32, Said> = BTreeMap::new();
    let (kinds, schemas) = (Kinds::builtin(), Schemas::builtin());
    let judge = Judge::new(&kinds).with_schemas(&schemas);
    if let File::Documents(documents) = file::judge(bytes, &shown, &judge, &Limits::default()) {
        for document in documents {
            let of = said.entry(document.number).or_default();
            of.managed = document.target.is_some();
            of.unread = document.refusal().is_some();
        }
    }
    let options = Check {
        target: Target::Loose(BTreeMap::from([(shown, bytes.to_vec())])),
        level: CheckLevel::References,
        crds: BTreeMap::new(),
        settings: Some(settings(path)),
        max_deletions: None,
    };
    let common = Common {
        directory: PathBuf::from("."),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: Time { seconds: 0, offset: 0 },
        progress: Progress::default(),
    };
    for finding in check(&common, &options).unwrap().findings {
        if finding.severity == Severity::Error {
            let of = said.entry(finding.document.unwrap_or(1)).or_default();
            of.refused = true;
            of.codes.push(finding.code.to_string());
        }
    }
    said
}

/// The counts of one folder.
#[derive(Default)]
struct Counts {
    agree: u32,
    false_accept: Vec<String>,
    false_reject: Vec<String>,
}

fn compare(root: &Path) -> BTreeMap<String, Counts> {
    let mut folders: BTreeMap<String, Counts> = BTreeMap::new();
    for (path, rows) in rows(root) {
        let bytes = std::fs::read(root.join(&path)).unwrap();
        let said = judge(&bytes, &path);
        let counts = folders.entry(path.split('/').next().unwrap().to_owned()).or_default();
        for row in &rows {
            let of = said.get(&row.document);
            let refused = of.is_some_and(|said| said.refused);
            let line =
                |what: &str| format!("{} {} {} ({what}): {}", row.path, row.document, row.kind, shorten(&row.message));
            if matches!(row.stage.as_str(), "yaml" | "gvk") {
                // Empty, unreadable, or none of Hedgehog's: it must not become an object of the fabric.
                let unreadable = row.stage == "yaml" && !row.message.is_empty();
                match of.is_some_and(|said| said.managed) || (unreadable && !of.is_some_and(|said| said.unread)) {
                    true => counts.false_accept.push(line(&row.stage)),
                    false => counts.agree += 1,
                }
            } else if refused && row.accepted {
                counts.false_reject.push(line(&of.unwrap().codes.join(", ")));
            } else if !refused && !row.accepted {
                counts.false_accept.push(line(&row.stage));
            } else {
                counts.agree += 1;
            }
        }
    }
    folders
}

fn shorten(message: &str) -> String {
    message.chars().take(120).collect()
}

/// Where admission is odd and its verdict is followed, and what hhgit cannot know.
const NOTES: &str = "
## Odd verdicts that are followed

- A VLANNamespace with one bad range is emptied in silence and accepted; only the VPCs that use it fail (`vlan-ranges-ignored`).
- A connection of two types is accepted; the first counts (`second-connection-type`). Beside `mclag` nothing of it is checked.
- Two VPCPeerings of the same VPCs are accepted, and so is any text as an ExternalPeering's prefix (a warning).
- An entry without a value, such as `vpc-1:` in a permit, counts as not there.
- A connection with wrong ports, or a VPC with an unreadable subnet, fails all its neighbours (`blocked-by-another`).
- Beside another gateway peering toward the same VPC, `vpcSubnet` and `not` cannot be compared and fail both (`expose-in-use`).
- A fabric in which nothing has an address yet is judged as hhfab completes it (`not-hydrated`, a warning). A running cluster refuses it.

## Where it differs on purpose

- A `Fabricator` (the installer's own object) in a fabric is sorted out with a warning, `installer-owned`: it is plainly something else.

## What hhgit cannot know

- How many gateways a group takes: the installer's list of communities is not among the settings.
- Whether a port locator with an exact time is over already: there is no clock.
- The rules of the gateways' own dataplane validator, which runs in the cluster only.
";

/// The page that lists how far hhgit agrees, and where it does not.
fn page(folders: &BTreeMap<String, Counts>) -> String {
    let mut out = String::from(
        "# Agreement with a cluster's admission\n\nMade by tests/agreement.rs (`HHGIT_BLESS=1 cargo test --test agreement`). \
         Each document of the corpus, judged with its file as one\nfabric: does hhgit say an error where the cluster's admission \
         refuses, and none where it accepts?\n\n\
         | folder | agree | accepted, though refused there | refused, though accepted there |\n|---|---|---|---|\n",
    );
    for (folder, counts) in folders {
        let Counts { agree, false_accept, false_reject } = counts;
        writeln!(out, "| {folder} | {agree} | {} | {} |", false_accept.len(), false_reject.len()).unwrap();
    }
    out.push_str("\n## Where they differ\n\n");
    let before = out.len();
    for (folder, counts) in folders {
        for (what, lines) in [("accepted", &counts.false_accept), ("refused", &counts.false_reject)] {
            for line in lines {
                writeln!(out, "- {folder}, {what}: {line}").unwrap();
            }
        }
    }
    if out.len() == before {
        out.push_str("Nowhere.\n");
    }
    out + NOTES
}

#[test]
fn hhgit_agrees_with_a_clusters_admission() {
    let Some(root) = corpus() else {
        eprintln!("no corpus here: nothing was compared");
        return;
    };
    let folders = compare(&root);
    let page = page(&folders);
    eprintln!("{page}");
    for (folder, counts) in &folders {
        let all = counts.agree + u32::try_from(counts.false_accept.len() + counts.false_reject.len()).unwrap();
        let share = f64::from(counts.agree) / f64::from(all.max(1));
        let least = if matches!(folder.as_str(), "generated" | "mutants" | "negative") { 1.0 } else { 0.995 };
        assert!(share >= least, "{folder}: {share} of {all}, less than {least}");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agreement.md");
    if std::env::var_os("HHGIT_CORPUS").is_some() {
        eprintln!("another corpus than the usual one: docs/agreement.md is not compared");
    } else if std::env::var_os("HHGIT_BLESS").is_some() {
        std::fs::write(file, page).unwrap();
    } else {
        assert!(std::fs::read_to_string(file).unwrap_or_default() == page, "docs/agreement.md is old; bless it");
    }
}
