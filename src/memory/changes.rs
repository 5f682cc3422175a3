//! The file of what has changed since a table: short, with a digest of itself in its first line, and the name it goes by inside.

use std::collections::BTreeMap;

use crate::ids::{Entry, Mode, ObjectId};
use crate::path::RepoPath;
use crate::rules::ties::{KEY_BYTES, Key};

use super::Row;
use super::bytes::{put, seal, take, take_text, unseal};

/// What the file's first line starts with: a name and the version of this layout.
const MAGIC: &[u8] = b"hhgit changes 2 ";

/// What has changed since the table of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Since {
    pub(super) table: String,
    pub(super) changes: BTreeMap<RepoPath, Option<Row>>,
}

impl Since {
    /// The file's bytes under a name.
    pub(super) fn bytes(&self, name: &str) -> Vec<u8> {
        let mut body = Vec::new();
        put(&mut body, name.as_bytes());
        put(&mut body, self.table.as_bytes());
        for (path, row) in &self.changes {
            put(&mut body, path.as_bytes());
            let Some(row) = row else {
                put(&mut body, &[]);
                continue;
            };
            put(&mut body, row.entry.id.as_bytes());
            put(&mut body, &row.entry.mode.value().to_be_bytes());
            put(&mut body, &row.keys.iter().flat_map(|key| *key.bytes()).collect::<Vec<u8>>());
        }
        seal(MAGIC, &body)
    }

    /// Reads the bytes of the file of this name; nothing if they are not whole, another tree's, or of another version.
    pub(super) fn read(name: &str, bytes: &[u8]) -> Option<Self> {
        let mut body = unseal(MAGIC, bytes)?;
        if take_text(&mut body)? != name {
            return None;
        }
        let table = take_text(&mut body)?.to_owned();
        let mut changes = BTreeMap::new();
        while !body.is_empty() {
            let path = RepoPath::new(take(&mut body)?).ok()?;
            let id = take(&mut body)?;
            if id.is_empty() {
                changes.insert(path, None);
                continue;
            }
            let id = ObjectId::try_from(id).ok()?;
            let mode = Mode::new(u16::from_be_bytes(take(&mut body)?.try_into().ok()?));
            let keys = take(&mut body)?.chunks(KEY_BYTES).map(|key| Some(Key::from_bytes(key.try_into().ok()?)));
            let row = Row { path: path.clone(), entry: Entry { mode, id }, keys: keys.collect::<Option<_>>()? };
            changes.insert(path, Some(row));
        }
        Some(Self { table, changes })
    }
}
