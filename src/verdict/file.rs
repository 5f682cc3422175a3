//! A file on its own: what it is, and for each of its documents what becomes of it and why.

use std::cell::OnceCell;

use crate::finding::{Finding, ObjectRef};
use crate::ids::{Entry, ModeKind};
use crate::path::RepoPath;
use crate::schema::Fit;
use crate::yaml::{
    Chunk, Fault, FaultKind, Limits, Lines, Node, Parsed, Span, chunks, line_ends, parse, parse_watched, skim,
};

use super::code::Code;
use super::identity::{Identity, ManagedPath};
use super::judge::{Judge, Judgement, Remark};
use super::names::Names;
use super::unit::{Cut, Reading, Unit};

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
    look(bytes, path, judge, limits, false).0
}

/// As [`judge`], and the value of each document that can be read, in the documents' order.
pub fn judge_keeping(bytes: &[u8], path: &RepoPath, judge: &Judge<'_>, limits: &Limits) -> (File, Vec<Option<Node>>) {
    look(bytes, path, judge, limits, true)
}

fn look(bytes: &[u8], path: &RepoPath, judge: &Judge<'_>, limits: &Limits, keep: bool) -> (File, Vec<Option<Node>>) {
    let whole = |code, message| (File::Whole(Box::new(Finding::new(code, path.clone(), message))), Vec::new());
    if is_lfs_pointer(bytes) {
        return whole(Code::LfsPointer, "the file is a Git LFS pointer, not the YAML it stands for");
    }
    let mut file = OneFile { bytes, path, judge, limits, lines: OnceCell::new(), reached: (0, 1) };
    let (mut documents, mut values): (Vec<Document>, _) = (Vec::with_capacity(1), Vec::new());
    let mut cut = Cut::new(bytes);
    for chunk in chunks(bytes) {
        // A document's value is gone before the next one's is made, unless it is kept.
        let read = file.read(&chunk, keep);
        let before = documents.last_mut().map(|document| &mut document.unit);
        if let Some(unit) = cut.next(&chunk, read.reading, before) {
            documents.push(file.document(chunk.number, unit, read.content, read.judgement));
            values.extend(keep.then_some(read.value));
        }
    }
    match documents.last_mut() {
        Some(last) => cut.end(&mut last.unit),
        None => return whole(Code::Empty, "the file holds no document"),
    }
    (File::Documents(documents), values)
}

/// How a file is cut into documents: the number and the bytes of each. It is not judged whether they are good ones.
pub fn units(bytes: &[u8], limits: &Limits) -> Vec<(u32, Unit)> {
    let read = |chunk: &Chunk| match skim(bytes, chunk, limits, &mut ()) {
        Some(content) => Reading::Content { end: content.end },
        None => reading(&parse(bytes, chunk, limits)),
    };
    let mut units: Vec<(u32, Unit)> = Vec::new();
    let mut cut = Cut::new(bytes);
    for chunk in chunks(bytes) {
        let unit = cut.next(&chunk, read(&chunk), units.last_mut().map(|(_, unit)| unit));
        units.extend(unit.map(|unit| (chunk.number, unit)));
    }
    if let Some((_, last)) = units.last_mut() {
        cut.end(last);
    }
    units
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

/// A chunk that was read and judged.
struct Read {
    reading: Reading,
    /// Its content.
    content: Span,
    judgement: Judgement,
    /// Its value, if it was made.
    value: Option<Node>,
}

struct OneFile<'a> {
    bytes: &'a [u8],
    path: &'a RepoPath,
    judge: &'a Judge<'a>,
    limits: &'a Limits,
    /// Where all lines start; asked for only where something is to be said.
    lines: OnceCell<Lines>,
    /// An offset that was asked for, and the line that it is in.
    reached: (usize, u32),
}

impl OneFile<'_> {
    /// Reads and judges a chunk.
    fn read(&self, chunk: &Chunk, keep: bool) -> Read {
        if !keep && let Some(read) = self.skim(chunk) {
            return read;
        }
        let (bytes, limits) = (self.bytes, self.limits);
        let (parsed, judge) = match self.judge.schemas() {
            None => (parse(bytes, chunk, limits), *self.judge),
            Some(schemas) => {
                let mut fit = Fit::new(schemas);
                let (parsed, saw_all) = parse_watched(bytes, chunk, limits, &mut fit);
                (parsed, if saw_all && fit.is_sure() { self.judge.at_identity() } else { *self.judge })
            }
        };
        match parsed {
            Ok(Parsed { root, content_end }) => {
                let judgement = root.as_ref().map(|root| judge.judge(root)).unwrap_or_default();
                let start = root.as_ref().map_or(chunk.body.start, |root| root.span.start);
                let reading = if root.is_some() { Reading::Content { end: content_end } } else { Reading::Nothing };
                Read { reading, content: Span { start, end: content_end }, judgement, value: root }
            }
            Err(fault) => {
                let body = trimmed(bytes, chunk.body);
                let mut judgement = Judgement::of_fault(fault_code(fault.kind), &fault);
                judgement.remarks.iter_mut().for_each(|remark| remark.span = before(body.end, remark.span));
                Read { reading: Reading::Fault, content: body, judgement, value: None }
            }
        }
    }

    /// Reads and judges a chunk without making its value; nothing if that is needed, such as to say what is wrong with it.
    fn skim(&self, chunk: &Chunk) -> Option<Read> {
        let (bytes, limits) = (self.bytes, self.limits);
        let (content, named) = match self.judge.schemas() {
            None => {
                let mut names = Names::default();
                (skim(bytes, chunk, limits, &mut names)?, names.named()?)
            }
            Some(schemas) => {
                let mut both = (Names::default(), Fit::new(schemas));
                let content = skim(bytes, chunk, limits, &mut both)?;
                (content, both.0.named().filter(|_| both.1.is_sure())?)
            }
        };
        let judgement = self.judge.judge_named(&named)?;
        Some(Read { reading: Reading::Content { end: content.end }, content, judgement, value: None })
    }

    /// The document of this number.
    fn document(&mut self, number: u32, unit: Unit, span: Span, judgement: Judgement) -> Document {
        let Judgement { object, identity, target, remarks } = judgement;
        let findings = remarks.into_iter().map(|remark| self.finding(number, remark, object.as_ref())).collect();
        let last = if span.end > span.start { span.end - 1 } else { span.start };
        let lines = (self.line_of(span.start), self.line_of(last));
        Document { number, content: span, lines, unit, object, identity, target, findings }
    }

    fn finding(&self, number: u32, remark: Remark, object: Option<&ObjectRef>) -> Finding {
        let lines = self.lines.get_or_init(|| Lines::new(self.bytes));
        let mut finding = Finding::new(remark.code, self.path.clone(), remark.message);
        finding.severity = remark.severity;
        finding.document = Some(number);
        finding.place = Some(lines.place(self.bytes, remark.span));
        finding.object = object.cloned();
        if let Some(help) = remark.help {
            finding.help = help;
        }
        finding
    }

    /// The line of an offset, counted on from the one asked for last.
    fn line_of(&mut self, offset: usize) -> u32 {
        let offset = offset.min(self.bytes.len());
        let (from, line) = if offset < self.reached.0 { (0, 1) } else { self.reached };
        let line = line.saturating_add(line_ends(&self.bytes[from..offset]));
        self.reached = (offset, line);
        line
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

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
