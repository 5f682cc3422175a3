//! Through a sync, backwards: which file, and which bytes of it, became a file that a sync made.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{MANAGED, UNMANAGED};
use crate::finding::ObjectRef;
use crate::ids::BlobId;
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::plan::{Content, Planned};
use crate::report::{Change, DocumentRow, FabricReport, Fate};
use crate::snapshot::Objects;
use crate::verdict::file::{File, judge, units};
use crate::verdict::judge::Judge;
use crate::verdict::unit::{Unit, pieces};
use crate::yaml::{Limits, Span};

/// Where a file was before a commit moved it, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modes) struct Lineage {
    /// The file it was, from the repository's root.
    pub(in crate::modes) source: RepoPath,
    /// That file's blob.
    pub(in crate::modes) blob: BlobId,
    /// The stretches of it that are the new file, in the new one's order; none where it moved whole.
    pub(in crate::modes) pieces: Option<Vec<Span>>,
}

impl Lineage {
    /// The old file's byte that is this one of the new file.
    pub(in crate::modes) fn offset(&self, offset: usize) -> Option<usize> {
        let Some(pieces) = &self.pieces else { return Some(offset) };
        let mut before = 0;
        for piece in pieces {
            let length = piece.end - piece.start;
            if offset < before + length {
                return Some(piece.start + offset - before);
            }
            before += length;
        }
        None
    }
}

/// What a file is that a planned sync puts at a path, from the rows and edits of the plan; nothing for what hhgit writes itself.
pub(in crate::modes) fn through_sync(
    objects: &dyn Objects,
    planned: &Planned,
    target: &RepoPath,
) -> Result<Option<Lineage>, ModeError> {
    let fabric = planned.fabrics.iter().find(|fabric| target.starts_with(&fabric.path));
    let goal = planned.plan.edits().get(target).and_then(|edit| edit.to.as_ref());
    let (Some(fabric), Some(goal)) = (fabric, goal) else { return Ok(None) };
    let below = target.strip_prefix(&fabric.path).unwrap_or_default();
    let through = Through { objects, planned, fabric, goal: &goal.content };
    let rows = || fabric.documents.iter().filter(|row| row.target == below);
    if let Some(row) = rows().find(|row| row.fate == Fate::Managed && row.code.is_none()) {
        return through.cut(&row.source, |number, _| Some(number) == row.document);
    }
    if let Some(row) = rows().find(|row| row.fate == Fate::Unmanaged) {
        return through.leftover(&row.source);
    }
    // What --retry takes up and leaves in part has rows for what passed alone.
    let unmanaged = RepoPath::root().child(UNMANAGED);
    let retried = fabric.documents.iter().filter(|row| row.fate == Fate::Managed && row.source.starts_with(&unmanaged));
    for source in retried.map(|row| &row.source) {
        if let Some(found) = through.leftover(source)? {
            return Ok(Some(found));
        }
    }
    for repair in fabric.repairs.iter().filter(|repair| repair.path.starts_with(&RepoPath::root().child(MANAGED))) {
        let found = match &goal.content {
            Content::Existing(_) => through.cut(&repair.path, |_, _| true)?,
            Content::New { .. } => through.any_of(&repair.path)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The file of managed/ that a document of raw/ replaces from another path: what held its object until then.
pub(in crate::modes) fn replaced(
    objects: &dyn Objects,
    planned: &Planned,
    target: &RepoPath,
) -> Result<Option<(RepoPath, BlobId)>, ModeError> {
    let Some(fabric) = planned.fabrics.iter().find(|fabric| target.starts_with(&fabric.path)) else { return Ok(None) };
    let below = target.strip_prefix(&fabric.path);
    let row = fabric.documents.iter().find(|row| Some(&row.target) == below.as_ref() && row.change.is_some());
    let Some(object) = row.filter(|row| row.change != Some(Change::Added)).and_then(|row| row.object.as_ref()) else {
        return Ok(None);
    };
    let kinds = Kinds::builtin();
    let managed = fabric.path.child(MANAGED);
    for (path, edit) in
        planned.plan.edits().iter().filter(|(path, edit)| path.starts_with(&managed) && edit.to.is_none())
    {
        let Some(blob) = edit.from.and_then(|entry| entry.as_file()) else { continue };
        let file = judge(&objects.blob(blob)?, path, &Judge::new(&kinds), &Limits::default());
        let File::Documents(documents) = file else { continue };
        let names = |held: &ObjectRef| name(held) == name(object);
        if documents.iter().filter_map(|document| document.object.as_ref()).any(names) {
            return Ok(Some((path.clone(), blob)));
        }
    }
    Ok(None)
}

/// What makes two documents the same object: all but the version.
pub(in crate::modes) fn name(object: &ObjectRef) -> (&str, &str, &str, &str) {
    let group = object.api_version.split('/').next().unwrap_or_default();
    (group, &object.kind, &object.namespace, &object.name)
}

/// A file, cut as the tool that moved it would have: one of its documents that is exactly these bytes.
pub(in crate::modes) fn one_of(source: &RepoPath, blob: BlobId, bytes: &[u8], wanted: &[u8]) -> Option<Lineage> {
    let all = units(bytes, &Limits::default());
    let mut cuts = all.iter().map(|(_, unit)| pieces(&[*unit]));
    let pieces = cuts.find(|pieces| is_made_of(wanted, bytes, pieces))?;
    Some(Lineage { source: source.clone(), blob, pieces: Some(pieces) })
}

/// Whether these bytes are those stretches of a file in a row.
fn is_made_of(wanted: &[u8], bytes: &[u8], pieces: &[Span]) -> bool {
    let mut rest = wanted;
    for piece in pieces {
        match bytes.get(piece.start..piece.end).and_then(|part| rest.strip_prefix(part)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

struct Through<'a> {
    objects: &'a dyn Objects,
    planned: &'a Planned,
    fabric: &'a FabricReport,
    goal: &'a Content,
}

impl Through<'_> {
    /// What the file at a path below the fabric directory was before the sync took it up.
    fn source(&self, path: &RepoPath) -> Option<(RepoPath, BlobId)> {
        let source = self.fabric.path.join_path(path);
        let entry = self.planned.plan.edits().get(&source)?.from?;
        Some((source, BlobId::new(entry.id)))
    }

    /// The lineage by way of a source's documents that are chosen, if they are the very bytes of the goal.
    fn cut(&self, path: &RepoPath, chosen: impl Fn(u32, &Unit) -> bool) -> Result<Option<Lineage>, ModeError> {
        let Some((source, blob)) = self.source(path) else { return Ok(None) };
        let wanted = match self.goal {
            Content::Existing(id) => {
                return Ok((blob.object() == *id).then_some(Lineage { source, blob, pieces: None }));
            }
            Content::New { bytes, .. } => bytes,
        };
        let bytes = self.objects.blob(blob)?;
        let all = units(&bytes, &Limits::default());
        let chosen: Vec<Unit> = all.iter().filter(|(number, unit)| chosen(*number, unit)).map(|(_, u)| *u).collect();
        let pieces = pieces(&chosen);
        Ok(is_made_of(wanted, &bytes, &pieces).then_some(Lineage { source, blob, pieces: Some(pieces) }))
    }

    /// The lineage by way of what is left of a source.
    fn leftover(&self, path: &RepoPath) -> Result<Option<Lineage>, ModeError> {
        let went = |row: &&DocumentRow| row.source == *path && row.fate == Fate::Managed;
        let gone: Vec<u32> = self.fabric.documents.iter().filter(went).filter_map(|row| row.document).collect();
        self.cut(path, |number, _| !gone.contains(&number))
    }

    /// The lineage by way of whichever document of a source is the goal.
    fn any_of(&self, path: &RepoPath) -> Result<Option<Lineage>, ModeError> {
        let (Some((source, blob)), Content::New { bytes: wanted, .. }) = (self.source(path), self.goal) else {
            return Ok(None);
        };
        Ok(one_of(&source, blob, &self.objects.blob(blob)?, wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::HashKind;

    #[test]
    fn a_document_is_found_in_its_old_file_with_its_comments() {
        let old = b"a: 1\n# of b\n---\nb: 1\n---\nc: 1\n".as_slice();
        let (path, blob) = (RepoPath::root(), BlobId::of(HashKind::Sha1, old).expect("no attack on SHA-1"));
        let found = one_of(&path, blob, old, b"# of b\nb: 1\n").expect("it is there");
        let offsets: Vec<Option<usize>> = [0, 7, 11, 12].map(|offset| found.offset(offset)).to_vec();
        assert_eq!(offsets, [Some(5), Some(16), Some(20), None]);
        assert_eq!(one_of(&path, blob, old, b"b: 1\n"), None, "without its comment it is none of the documents");
        assert_eq!(Lineage { pieces: None, ..found }.offset(3), Some(3));
    }
}
