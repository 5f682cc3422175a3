//! Verdicts of files that hold one valid object each, of which nothing is to be said: what nearly all of managed/ is, by blob.

use std::io;

use crate::fabric::kinds::Kinds;
use crate::finding::ObjectRef;
use crate::ids::{BlobId, ObjectId};
use crate::verdict::file::{Document, File};
use crate::verdict::identity::{Identity, managed_path};
use crate::verdict::unit::Unit;
use crate::yaml::Span;

use super::bytes::{put, put_number, take, take_id, take_number, take_text};
use super::own::Own;

/// What a file starts with: a name and the version of this layout.
const MAGIC: &[u8] = b"hhgit verdicts 1 ";
/// What a file's name ends in.
const KIND: &str = "verdicts";

/// Remembered verdicts, by blob.
#[derive(Debug, Default)]
pub struct Verdicts {
    body: Vec<u8>,
    /// Where in the body what is known of each blob begins, in the blobs' order.
    rows: Vec<(ObjectId, usize)>,
}

impl Verdicts {
    /// What is remembered under a key: all that a verdict depends on besides the blob.
    pub fn read(own: &Own, key: &str) -> Self {
        own.get(key, KIND, MAGIC, Self::of).unwrap_or_default()
    }

    fn of(body: &[u8]) -> Option<Self> {
        let mut rest = body;
        let mut rows = Vec::new();
        for _ in 0..take_number(&mut rest)? {
            let id = take_id(&mut rest)?;
            rows.push((id, body.len() - rest.len()));
            take(&mut rest)?;
        }
        let is_sound = rest.is_empty() && rows.is_sorted_by(|one, next| one.0 < next.0);
        is_sound.then(|| Self { body: body.to_vec(), rows })
    }

    /// The verdict of a blob by these kinds.
    pub fn get(&self, blob: BlobId, kinds: &Kinds) -> Option<File> {
        let at = self.rows.binary_search_by(|(id, _)| id.cmp(&blob.object())).ok()?;
        let mut rest = self.body.get(self.rows.get(at)?.1..)?;
        file(take(&mut rest)?, kinds)
    }

    /// Remembers judged files by these kinds under a key, in place of what was remembered there, if any is new.
    pub fn keep<'f>(
        &self,
        (own, key): (&Own, &str),
        files: impl Iterator<Item = (BlobId, &'f File)>,
        kinds: &Kinds,
    ) -> io::Result<()> {
        let mut rows: Vec<(ObjectId, Vec<u8>)> =
            files.filter_map(|(blob, file)| Some((blob.object(), row(file, kinds)?))).collect();
        rows.sort_unstable();
        rows.dedup_by(|one, other| one.0 == other.0);
        if rows.iter().all(|(id, _)| self.rows.binary_search_by(|(known, _)| known.cmp(id)).is_ok()) {
            return Ok(());
        }
        let mut out = Vec::new();
        put_number(&mut out, u32::try_from(rows.len()).unwrap_or(u32::MAX));
        for (id, row) in &rows {
            put(&mut out, id.as_bytes());
            put(&mut out, row);
        }
        own.put(key, KIND, MAGIC, &out)
    }
}

/// A file's row, if it is one valid object, nothing is to be said of it, and the row says all of it.
fn row(file: &File, kinds: &Kinds) -> Option<Vec<u8>> {
    let File::Documents(documents) = file else { return None };
    let [document] = documents.as_slice() else { return None };
    let object = document.object.as_ref()?;
    let mut out = Vec::new();
    let (content, main) = (document.content, document.unit.main);
    put_number(&mut out, document.number);
    for number in [content.start, content.end, main.start, main.end] {
        put_number(&mut out, u32::try_from(number).ok()?);
    }
    put_number(&mut out, document.lines.0);
    put_number(&mut out, document.lines.1);
    for text in [&object.api_version, &object.kind, &object.namespace, &object.name] {
        put(&mut out, text.as_bytes());
    }
    let is_same = |known: &Document| {
        let Document { number, content, lines, unit, object, identity, target, findings } = known;
        (*number, *content, *lines, *unit) == (document.number, document.content, document.lines, document.unit)
            && (object, identity, target) == (&document.object, &document.identity, &document.target)
            && *findings == document.findings
    };
    let File::Documents(known) = self::file(&out, kinds)? else { return None };
    known.first().is_some_and(is_same).then_some(out)
}

/// The file of a row.
fn file(mut row: &[u8], kinds: &Kinds) -> Option<File> {
    let number = take_number(&mut row)?;
    let mut span = || Some(Span { start: take_number(&mut row)? as usize, end: take_number(&mut row)? as usize });
    let (content, main) = (span()?, span()?);
    let lines = (take_number(&mut row)?, take_number(&mut row)?);
    let mut text = || Some(take_text(&mut row)?.to_owned());
    let object = ObjectRef { api_version: text()?, kind: text()?, namespace: text()?, name: text()? };
    let group = object.api_version.split_once('/').map_or("", |(group, _)| group);
    let kind = kinds.by_group_kind(group, &object.kind)?;
    let target = managed_path(kind, &object.namespace, &object.name).ok()?;
    let identity = Identity {
        group: group.to_owned(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
    };
    Some(File::Documents(vec![Document {
        number,
        content,
        lines,
        unit: Unit { travelled: None, separator: None, head: None, main },
        object: Some(object),
        identity: Some(identity),
        target: Some(target),
        findings: Vec::new(),
    }]))
}
