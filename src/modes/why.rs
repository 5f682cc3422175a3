//! `hhgit why`: for each line of a file the commit, file, document and line that it came from, and why the file is where it is.

mod error;
mod find;
mod state;

use std::collections::BTreeMap;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{MANAGED, UNMANAGED, entry_at, find, is_yaml_name};
use crate::finding::ObjectRef;
use crate::git::{Head, Reader, Repo};
use crate::ids::{BlobId, CommitId};
use crate::options::Common;
use crate::options::why::Why as Options;
use crate::path::RepoPath;
use crate::report::why::{By, How, Line, Origin, Why};
use crate::snapshot::{Commit, Objects};
use crate::verdict::file::{Document, File, judge, units};
use crate::verdict::judge::Judge;
use crate::verdict::unit::Unit;
use crate::yaml::{Limits, Span};

use super::error::ModeError;
use super::history::blame::{self, Blame};
use super::history::subject::Subject;
use super::history::text::Text;
use super::history::trailers::claim;
use super::look::{Request, survey_of};

pub use error::WhyError;
use find::{Meant, Search};
use state::{Standing, file_of_sidecar};

/// Where the lines of a file or an object come from.
pub fn why(common: &Common, options: &Options) -> Result<Why, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let typed = options.subject.as_slice();
    let subject = Subject::parse(typed).map_err(|error| WhyError::typed(typed, error))?;
    let (revision, id) = revision(&repo, options.revision.as_deref())?;
    let commit = reader.commit(id)?;
    let dirs = find(&reader, commit.tree, &common.fabrics, &Kinds::builtin())?;
    if dirs.is_empty() {
        return Err(ModeError::NoFabric { branch: revision });
    }
    let search = Search { reader: &reader, commit: &commit, revision: &revision, dirs: &dirs, typed };
    let mut meant = search.find(&subject)?;
    if let Some(file) = file_of_sidecar(&reader, &commit, &meant.path)? {
        meant.path = file;
    }
    let entry = entry_at(&reader, commit.tree, &meant.path)?;
    let entry = entry.ok_or_else(|| search.gone(&meant.path))?;
    let text = Text::new(entry.as_bytes().map(|blob| reader.blob(blob)).transpose()?.unwrap_or_default());
    let (object, document) = document(&reader, &meant, &text)?;
    let number = document.as_ref().map(|document| document.number);
    let (reader, commit, meant, held) = (&reader, &commit, &meant, object.as_ref());
    let mut standing = Standing { reader, commit, meant, entry, document: number, object: held, notes: Vec::new() };
    let state = standing.state()?;
    let notes = standing.notes;
    let lines = lines(&subject, meant, &text, document.as_ref())?;
    let mut trace = Trace { blame: Blame::new(reader), meant, cuts: BTreeMap::new(), commits: BTreeMap::new() };
    let lines = trace.lines(commit, &text, lines)?;
    let Trace { commits, .. } = trace;
    let (fabric, path) = (meant.dir.path.clone(), meant.path.clone());
    Ok(Why { revision, commit: id, fabric, path, object, state, lines, commits, notes })
}

/// The commit that is meant, and what it is called.
fn revision(repo: &Repo, named: Option<&str>) -> Result<(String, CommitId), ModeError> {
    if let Some(name) = named {
        return Ok((name.to_owned(), repo.commit_named(name)?));
    }
    match repo.head()? {
        Head::Branch { name, commit } => Ok((name.short().to_owned(), commit)),
        Head::Detached { commit } => Ok(("HEAD".to_owned(), commit)),
        Head::Unborn { name } => Err(ModeError::Unborn { branch: name.short().to_owned() }),
    }
}

/// The object that was named, or the only one of the file; and its document, where the file holds others beside it.
fn document(reader: &Reader, meant: &Meant, text: &Text) -> Result<(Option<ObjectRef>, Option<Document>), ModeError> {
    if !is_yaml_name(meant.path.file_name()) {
        return Ok((None, None));
    }
    let kinds = survey_of(reader, &meant.dir, &Request::default())?.kinds;
    let file = judge(text.bytes(), &meant.path, &Judge::new(&kinds), &Limits::default());
    let File::Documents(mut documents) = file else { return Ok((None, None)) };
    if let [only] = documents.as_slice() {
        return Ok((only.object.clone(), None));
    }
    let is_named = |document: &Document| meant.identity.is_some() && document.identity == meant.identity;
    let Some(at) = documents.iter().position(is_named) else { return Ok((None, None)) };
    let document = documents.swap_remove(at);
    Ok((document.object.clone(), Some(document)))
}

/// The lines that are meant, counted from 0: those asked for, else those of the document, else all.
fn lines(
    subject: &Subject,
    meant: &Meant,
    text: &Text,
    document: Option<&Document>,
) -> Result<std::ops::Range<usize>, ModeError> {
    let index = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
    match (subject.lines, document) {
        (Some((_, last)), _) if index(last) > text.len() => {
            Err(WhyError::NoLine { path: meant.path.clone(), lines: text.len(), line: last }.into())
        }
        (Some((first, last)), _) => Ok(index(first) - 1..index(last)),
        (None, Some(Document { unit, .. })) => {
            let start = unit.travelled.map_or(unit.main.start, |span| span.start);
            Ok(text.line_at(start)..text.line_at(unit.main.end.saturating_sub(1)) + 1)
        }
        (None, None) => Ok(0..text.len()),
    }
}

/// Follows lines back, and learns of the commits on the way.
struct Trace<'a> {
    blame: Blame<'a>,
    meant: &'a Meant,
    /// How files are cut into documents.
    cuts: BTreeMap<BlobId, Vec<(u32, Unit)>>,
    commits: BTreeMap<CommitId, By>,
}

impl Trace<'_> {
    fn lines(&mut self, commit: &Commit, text: &Text, lines: std::ops::Range<usize>) -> Result<Vec<Line>, ModeError> {
        let Meant { dir, path, .. } = self.meant;
        let origins = self.blame.lines(commit.id, &dir.path, path, lines.clone())?;
        let mut found = Vec::new();
        for (line, origin) in lines.zip(origins) {
            let Some(origin) = origin else { continue };
            let text = String::from_utf8_lossy(text.line(line)).into_owned();
            found.push(Line { number: number(line), text, origin: self.origin(origin)? });
        }
        Ok(found)
    }

    fn origin(&mut self, origin: blame::Origin) -> Result<Origin, ModeError> {
        let blame::Origin { commit, path, blob, line, how, sync } = origin;
        for id in sync.into_iter().chain([commit]) {
            self.learn(id)?;
        }
        let base = &self.meant.dir.path;
        let is_sorted = [MANAGED, UNMANAGED].into_iter().any(|folder| path.starts_with(&base.child(folder)));
        let how = match how {
            blame::How::Made => How::Made,
            blame::How::Cut => How::Cut,
            blame::How::Written if is_sorted => {
                How::Straight { claims: claim(&self.blame.shelf.commit(commit)?.message).is_some() }
            }
            blame::How::Written => How::Dropped,
        };
        let document = self.document(&path, blob, line)?;
        Ok(Origin { how, commit, path, document, line: number(line), sync })
    }

    fn learn(&mut self, id: CommitId) -> Result<(), ModeError> {
        if self.commits.contains_key(&id) {
            return Ok(());
        }
        let author = self.blame.shelf.reader.people(id)?.author;
        let message = &self.blame.shelf.commit(id)?.message;
        let text = String::from_utf8_lossy(message);
        let subject = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        let (name, email, time) = (author.person.name, author.person.email, author.time);
        self.commits.insert(id, By { name, email, time, subject });
        Ok(())
    }

    /// The number of the document that a line belongs to: comments before a separator belong to what is below it.
    fn document(&mut self, path: &RepoPath, blob: BlobId, line: usize) -> Result<Option<u32>, ModeError> {
        if !is_yaml_name(path.file_name()) {
            return Ok(None);
        }
        let text = self.blame.shelf.text(blob)?;
        let all = self.cuts.entry(blob).or_insert_with(|| units(text.bytes(), &Limits::default()));
        let Some(at) = text.start(line) else { return Ok(None) };
        let holds = |span: Option<Span>| span.is_some_and(|span| (span.start..span.end).contains(&at));
        let is_in = |unit: &Unit| holds(unit.travelled) || holds(unit.separator) || holds(Some(unit.main));
        let found = all.iter().find(|(_, unit)| is_in(unit)).or(all.last());
        Ok(found.map(|(number, _)| *number))
    }
}

fn number(line: usize) -> u32 {
    u32::try_from(line + 1).unwrap_or(u32::MAX)
}
