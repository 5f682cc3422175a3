//! A file on its own: what it is, and for each of its documents what becomes of it and why.

use crate::finding::{Finding, ObjectRef};
use crate::ids::{Entry, ModeKind};
use crate::path::RepoPath;
use crate::yaml::{Chunk, Fault, FaultKind, Limits, Lines, Node, Parsed, Span, parse, split};

use super::code::Code;
use super::identity::{Identity, ManagedPath};
use super::judge::{Judge, Judgement};
use super::unit::{Reading, Unit, cut};

/// What a file is.
#[derive(Debug, Clone)]
pub enum File {
    /// It is sorted as a whole, for this reason.
    Whole(Box<Finding>),
    /// It holds documents, at least one.
    Documents(Vec<Document>),
}

/// One document of a file.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Its content, without the comments around it.
    pub content: Span,
    /// Its first and last line of content, from 1.
    pub lines: (u32, u32),
    /// Its bytes.
    pub unit: Unit,
    /// What it says it is.
    pub object: Option<ObjectRef>,
    /// The object it names, of whatever group, as far as it names one.
    pub identity: Option<Identity>,
    /// Where it belongs, or nothing if it was refused; the findings say why.
    pub target: Option<ManagedPath>,
    /// What is to be said about it, the reason for a refusal first.
    pub findings: Vec<Finding>,
}

impl Document {
    /// Why the document was refused; none if it is valid.
    pub fn refusal(&self) -> Option<Code> {
        if self.target.is_some() { None } else { self.findings.first().map(|finding| finding.code) }
    }
}

/// What a file is by its name and entry alone, without its bytes: a finding if that decides it.
pub fn by_entry(path: &RepoPath, entry: &Entry, is_yaml: bool) -> Option<Finding> {
    let finding = |code: Code, message: &str| Some(Finding::new(code, path.clone(), message));
    match entry.mode.kind() {
        ModeKind::Symlink => finding(Code::Symlink, "a symbolic link is never followed"),
        ModeKind::Submodule => finding(Code::Submodule, "a submodule is never looked into"),
        ModeKind::File if is_yaml => None,
        _ => finding(Code::NotYaml, "the name does not end in .yaml, .yml or .json"),
    }
}

/// The finding of a file that is over the limit.
pub fn too_large(path: &RepoPath, size: u64, limits: &Limits) -> Finding {
    let message = format!("the file has {size} bytes, more than the limit of {}", limits.file_bytes);
    Finding::new(Code::TooLarge, path.clone(), message)
}

/// Judges a file's bytes. Findings carry `path`.
pub fn judge(bytes: &[u8], path: &RepoPath, judge: &Judge<'_>, limits: &Limits) -> File {
    judge_keeping(bytes, path, judge, limits).0
}

/// As [`judge`], and the value of each document that can be read, in the documents' order.
pub fn judge_keeping(bytes: &[u8], path: &RepoPath, judge: &Judge<'_>, limits: &Limits) -> (File, Vec<Option<Node>>) {
    let whole = |code, message| (File::Whole(Box::new(Finding::new(code, path.clone(), message))), Vec::new());
    if is_lfs_pointer(bytes) {
        return whole(Code::LfsPointer, "the file is a Git LFS pointer, not the YAML it stands for");
    }
    let chunks = split(bytes);
    let mut parsed: Vec<_> = chunks.iter().map(|chunk| parse(bytes, chunk, limits)).collect();
    let readings: Vec<_> = parsed.iter().map(reading).collect();
    let units = cut(bytes, &chunks, &readings);
    if units.is_empty() {
        return whole(Code::Empty, "the file holds no document");
    }
    let lines = Lines::new(bytes);
    let file = OneFile { bytes, path, lines: &lines, judge };
    let documents = units.iter().map(|(i, unit)| file.document(&chunks[*i], &parsed[*i], *unit)).collect();
    let values = units.iter().map(|(i, _)| parsed[*i].as_mut().ok()?.root.take()).collect();
    (File::Documents(documents), values)
}

/// How a file is cut into documents: the number and the bytes of each. It is not judged whether they are good ones.
pub fn units(bytes: &[u8], limits: &Limits) -> Vec<(u32, Unit)> {
    let chunks = split(bytes);
    let readings: Vec<_> = chunks.iter().map(|chunk| reading(&parse(bytes, chunk, limits))).collect();
    cut(bytes, &chunks, &readings).into_iter().map(|(at, unit)| (chunks[at].number, unit)).collect()
}

fn reading(parsed: &Result<Parsed, Fault>) -> Reading {
    match parsed {
        Err(_) => Reading::Fault,
        Ok(Parsed { root: None, .. }) => Reading::Nothing,
        Ok(Parsed { root: Some(_), content_end }) => Reading::Content { end: *content_end },
    }
}

fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/")
}

struct OneFile<'a> {
    bytes: &'a [u8],
    path: &'a RepoPath,
    lines: &'a Lines,
    judge: &'a Judge<'a>,
}

impl OneFile<'_> {
    fn document(&self, chunk: &Chunk, parsed: &Result<Parsed, Fault>, unit: Unit) -> Document {
        let (judgement, span) = match parsed {
            Ok(parsed) => {
                let judgement = parsed.root.as_ref().map(|root| self.judge.judge(root)).unwrap_or_default();
                let start = parsed.root.as_ref().map_or(chunk.body.start, |root| root.span.start);
                (judgement, Span { start, end: parsed.content_end })
            }
            Err(fault) => {
                let body = trimmed(self.bytes, chunk.body);
                let mut judgement = Judgement::of_fault(fault_code(fault.kind), fault);
                judgement.remarks.iter_mut().for_each(|remark| remark.span = before(body.end, remark.span));
                (judgement, body)
            }
        };
        let line_of = |offset: usize| self.lines.position(self.bytes, offset).0;
        let last = if span.end > span.start { span.end - 1 } else { span.start };
        let Judgement { object, identity, target, remarks } = judgement;
        let findings = remarks
            .into_iter()
            .map(|remark| {
                let mut finding = Finding::new(remark.code, self.path.clone(), remark.message);
                finding.severity = remark.severity;
                finding.document = Some(chunk.number);
                finding.place = Some(self.lines.place(self.bytes, remark.span));
                finding.object.clone_from(&object);
                if let Some(help) = remark.help {
                    finding.help = help;
                }
                finding
            })
            .collect();
        let lines = (line_of(span.start), line_of(last));
        Document { number: chunk.number, content: span, lines, unit, object, identity, target, findings }
    }
}

/// A span that does not reach beyond an end: what a parser misses at the end of its input is missed at the end of the text.
fn before(end: usize, span: Span) -> Span {
    Span { start: span.start.min(end), end: span.end.min(end) }
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let body = &bytes[span.start..span.end];
    let lead = body.len() - body.trim_ascii_start().len();
    let start = if lead == body.len() { span.start } else { span.start + lead };
    Span { start, end: start + bytes[start..span.end].trim_ascii_end().len() }
}

fn fault_code(kind: FaultKind) -> Code {
    match kind {
        FaultKind::Encoding => Code::Encoding,
        FaultKind::InvalidYaml => Code::InvalidYaml,
        FaultKind::TrailingContent => Code::TrailingContent,
        FaultKind::DuplicateKey => Code::DuplicateKey,
        FaultKind::TooDeep => Code::TooDeep,
        FaultKind::AliasExpansion => Code::AliasExpansion,
    }
}
