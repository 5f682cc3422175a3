//! `--diff`: what changes inside the objects that managed/ holds already, as unified diffs.

use similar::TextDiff;

use crate::ids::BlobId;
use crate::path::RepoPath;
use crate::plan::{Content, Edit, Plan, PlanError};
use crate::report::{Change, Diff, FabricReport};
use crate::snapshot::Objects;

/// The diffs of the objects that the plan updates, in path order. Blank changes to others are not shown.
pub(super) fn of_managed(objects: &dyn Objects, plan: &Plan, fabrics: &[FabricReport]) -> Result<Vec<Diff>, PlanError> {
    let mut diffs = Vec::new();
    for fabric in fabrics {
        let changed =
            fabric.documents.iter().filter(|row| matches!(row.change, Some(Change::Updated | Change::Unchanged)));
        for row in changed {
            let path = fabric.path.join_path(&row.target);
            let Some(edit) = plan.edits().get(&path) else { continue };
            if let Some(unified) = unified(objects, &path, edit)? {
                diffs.push(Diff { path, unified });
            }
        }
    }
    diffs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(diffs)
}

fn unified(objects: &dyn Objects, path: &RepoPath, edit: &Edit) -> Result<Option<String>, PlanError> {
    let blob = |id| objects.blob(id).map_err(|source| PlanError::Read { path: path.clone(), source });
    let old = match edit.from.and_then(|entry| entry.as_file()) {
        Some(id) => blob(id)?,
        None => return Ok(None),
    };
    let new = match edit.to.as_ref().map(|target| &target.content) {
        Some(Content::Existing(id)) => blob(BlobId::new(*id))?,
        Some(Content::New { bytes, .. }) => bytes.clone(),
        None => return Ok(None),
    };
    let (old, new) = (String::from_utf8_lossy(&old), String::from_utf8_lossy(&new));
    let diff = TextDiff::from_lines(old.as_ref(), new.as_ref());
    let text = diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    Ok((!text.is_empty()).then_some(text))
}
