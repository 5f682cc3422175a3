//! The objects that files of managed/ hold, told from their bytes.

use std::collections::BTreeMap;

use crate::fabric::inventory::Leaves;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::is_yaml_name;
use crate::finding::ObjectRef;
use crate::modes::ModeError;
use crate::plan::PlanError;
use crate::snapshot::Objects;
use crate::verdict::file::{File, judge};
use crate::verdict::identity::Identity;
use crate::verdict::judge::Judge;
use crate::yaml::Limits;

use crate::path::RepoPath;

/// The objects of one file, of whatever group.
pub(super) type Held = BTreeMap<Identity, ObjectRef>;

/// What these files hold.
pub(super) fn held(objects: &dyn Objects, files: &Leaves) -> Result<BTreeMap<RepoPath, Held>, ModeError> {
    let kinds = Kinds::builtin();
    let limits = Limits::default();
    let mut found = BTreeMap::new();
    for (path, entry) in files {
        let Some(blob) = entry.as_file().filter(|_| is_yaml_name(path.file_name())) else { continue };
        let read = |source| PlanError::Read { path: path.clone(), source };
        if objects.blob_size(blob).map_err(read)? > limits.file_bytes {
            continue;
        }
        let File::Documents(documents) = judge(&objects.blob(blob).map_err(read)?, path, &Judge::new(&kinds), &limits)
        else {
            continue;
        };
        let named = documents.into_iter().filter_map(|document| Some((document.identity?, document.object?)));
        found.insert(path.clone(), named.collect());
    }
    Ok(found)
}
