//! Sidecars: the file beside an unmanaged one that says why it is there, made from the verdicts alone.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::ids::{Entry, Mode, sha256_hex};
use crate::path::RepoPath;
use crate::verdict::code::Code;

use serde::{Deserialize, Serialize};

/// The words before the digest in the first line.
const HEAD: &str = "# hhgit sidecar, sha256 of what follows: ";

/// What a sidecar that hhgit wrote says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecar {
    /// Where its file came from, below the fabric directory.
    pub source: Vec<u8>,
    /// The mode and blob its file had.
    pub file: (String, String),
    /// Why its file is there.
    pub said: Vec<Said>,
}

/// One reason that a sidecar gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The document's number in the file; 0 is the file as a whole.
    pub document: u32,
    /// The line in the file.
    pub line: Option<u32>,
    /// The code.
    pub code: String,
    /// What was wrong.
    pub message: String,
    /// How it could be mended.
    pub help: String,
}

impl Sidecar {
    /// Whether it speaks of exactly this file.
    pub fn names(&self, entry: &Entry) -> bool {
        self.file == (entry.mode.to_string(), entry.id.to_string())
    }

    /// The first code said of each document; number 0 is the file as a whole.
    pub fn reasons(&self) -> BTreeMap<u32, &str> {
        self.said.iter().rev().map(|said| (said.document, said.code.as_str())).collect()
    }

    /// Whether it says this code of this document.
    pub fn says(&self, document: u32, code: Code) -> bool {
        self.said.iter().any(|said| (said.document == document || said.document == 0) && said.code == code.as_str())
    }
}

/// One reason, as it stands in a sidecar.
#[derive(Debug, Clone)]
pub struct Reason<'a> {
    /// The document's number and line in the unmanaged file; none for the file as a whole.
    pub here: Option<(u32, u32)>,
    /// What is said.
    pub finding: &'a Finding,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    blob: String,
    mode: String,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_hex: Option<String>,
    reasons: Vec<WireReason>,
    retry: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireReason {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    code: String,
    severity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    message: String,
    help: String,
}

/// Writes the sidecar of a file at `at` (a repository path), which came from `source` (below the fabric directory).
pub fn write(entry: &Entry, source: &RepoPath, reasons: &[Reason<'_>], at: &RepoPath) -> Vec<u8> {
    let wire = Wire {
        blob: entry.id.to_string(),
        mode: entry.mode.to_string(),
        source: source.as_clean_str().map_or_else(|| source.to_string(), str::to_owned),
        source_hex: source.as_clean_str().is_none().then(|| hex(source.as_bytes())),
        reasons: reasons.iter().map(wire_reason).collect(),
        retry: retry_command(at),
    };
    let body = serde_yaml::to_string(&wire).expect("texts and numbers always have a YAML form");
    format!("{HEAD}{}\n{body}", sha256_hex(body.as_bytes())).into_bytes()
}

fn wire_reason(reason: &Reason<'_>) -> WireReason {
    let finding = reason.finding;
    let object = finding.object.as_ref().map(|object| {
        // Without a name the namespace would read like one.
        let namespace = if object.name.is_empty() { "" } else { &object.namespace };
        let words = [object.api_version.as_str(), &object.kind, namespace, &object.name];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    WireReason {
        document: reason.here.map(|(document, _)| document),
        line: reason.here.map(|(_, line)| line),
        code: finding.code.to_string(),
        severity: finding.severity.as_str().to_owned(),
        object,
        message: finding.message.clone(),
        help: finding.help.clone(),
    }
}

/// The command that judges a file again, as a person would paste it into a shell.
pub fn retry_command(at: &RepoPath) -> String {
    match at.as_clean_str() {
        Some(path) if path.bytes().all(is_shell_plain) => format!("hhgit sync --retry {path}"),
        Some(path) => format!("hhgit sync --retry '{}'", path.replace('\'', r"'\''")),
        None => "hhgit sync --retry".to_owned(),
    }
}

fn is_shell_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+@%,:=".contains(&byte)
}

/// The largest file that is read to see whether it is a sidecar, in bytes.
pub const LARGEST: u64 = 16 << 20;

/// Reads a sidecar; nothing if hhgit did not write it, or somebody touched it since.
pub fn read(bytes: &[u8]) -> Option<Sidecar> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (digest, body) = text.strip_prefix(HEAD)?.split_once('\n')?;
    if digest != sha256_hex(body.as_bytes()) {
        return None;
    }
    let wire: Wire = serde_yaml::from_str(body).ok()?;
    let source = match wire.source_hex {
        Some(hex) => unhex(&hex)?,
        None => wire.source.into_bytes(),
    };
    let said = wire.reasons.into_iter().map(|reason| Said {
        document: reason.document.unwrap_or(0),
        line: reason.line,
        code: reason.code,
        message: reason.message,
        help: reason.help,
    });
    Some(Sidecar { source, file: (wire.mode, wire.blob), said: said.collect() })
}

/// The entry a sidecar has in a tree.
pub const SIDECAR_MODE: Mode = Mode::FILE;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{BlobId, HashKind};

    fn entry() -> Entry {
        let id = BlobId::of(HashKind::Sha1, b"a: [").expect("no collision");
        Entry { mode: Mode::FILE, id: id.object() }
    }

    fn path(text: &[u8]) -> RepoPath {
        RepoPath::new(text).expect("a valid path")
    }

    #[test]
    fn a_sidecar_says_what_why_and_how_to_try_again() {
        let finding = Finding::new(Code::InvalidYaml, path(b"f/raw/x.yaml"), "a list is not closed");
        let reasons = [Reason { here: Some((1, 1)), finding: &finding }];
        let text = write(&entry(), &path(b"raw/x.yaml"), &reasons, &path(b"f/unmanaged/it's.yaml"));
        let text = String::from_utf8(text).expect("a sidecar is text");
        let (head, body) = text.split_once('\n').expect("a sidecar has a first line");
        assert!(head.starts_with(HEAD));
        assert_eq!(
            body,
            "blob: 2dd0998fc4a6d97ace20c717519bde3e05b4da0f\nmode: '100644'\nsource: raw/x.yaml\nreasons:\n- document: 1\n  line: 1\n  code: invalid-yaml\n  severity: error\n  message: a list is not closed\n  help: Mend the syntax at the line named; a separator line is exactly three dashes, with at most a comment after them.\nretry: hhgit sync --retry 'f/unmanaged/it'\\''s.yaml'\n"
        );
    }

    #[test]
    fn a_sidecar_is_known_again_until_somebody_touches_it() {
        let finding = Finding::new(Code::Reverted, path(b"raw/x.yaml"), "taken back");
        let reasons = [Reason { here: Some((2, 5)), finding: &finding }];
        let mut text = write(&entry(), &path(b"raw/\xff.yaml"), &reasons, &path(b"unmanaged/x.yaml"));
        let sidecar = read(&text).expect("hhgit wrote it");
        assert_eq!(sidecar.source, b"raw/\xff.yaml");
        assert!(sidecar.names(&entry()) && sidecar.says(2, Code::Reverted) && !sidecar.says(1, Code::Reverted));
        text.push(b'\n');
        assert_eq!(read(&text), None);
        assert_eq!(read(b"original_path: raw/x.yaml\n"), None);
    }
}
