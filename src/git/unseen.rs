//! Why an object is not seen: gix passes over a pack or an object that the system does not let it open as if there were none.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::ids::ObjectId;
use crate::path::quote;

/// What the system says of the first place that it does not let one look at for this object; none if it lets one look everywhere,
/// so that the object is truly missing.
pub(super) fn unseen(objects: &Path, id: ObjectId) -> Option<io::Error> {
    let hex = id.to_string();
    let packs = objects.join("pack");
    let mut places = vec![objects.join(&hex[..2]).join(&hex[2..])];
    match fs::read_dir(&packs) {
        Ok(entries) => places.extend(entries.flatten().map(|entry| entry.path()).filter(|path| is_index(path))),
        Err(error) => places.extend((error.kind() != io::ErrorKind::NotFound).then_some(packs)),
    }
    places.sort();
    places.iter().find_map(refused)
}

fn is_index(path: &Path) -> bool {
    path.extension() == Some("idx".as_ref()) && fs::symlink_metadata(path).is_ok_and(|data| data.is_file())
}

fn refused(place: &PathBuf) -> Option<io::Error> {
    let error = File::open(place).err().filter(|error| error.kind() != io::ErrorKind::NotFound)?;
    let words = format!("{} cannot be opened: {error}", quote(place.as_os_str().as_encoded_bytes()));
    Some(io::Error::new(error.kind(), words))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::ids::HashKind;

    #[test]
    fn only_a_place_that_cannot_be_opened_keeps_an_object_from_being_seen() {
        let dir = tempfile::tempdir().expect("a directory");
        let id = ObjectId::null(HashKind::Sha1);
        assert!(unseen(dir.path(), id).is_none(), "there is nothing at all");
        fs::create_dir(dir.path().join("pack")).expect("made");
        fs::write(dir.path().join("pack/pack-1.idx"), "").expect("written");
        assert!(unseen(dir.path(), id).is_none(), "all can be opened");
        // A file in a folder's place is refused to whoever asks, root too.
        fs::write(dir.path().join("00"), "").expect("written");
        let refused = unseen(dir.path(), id).expect("refused").to_string();
        assert!(refused.contains("/00/000000") && refused.contains("Not a directory"), "{refused}");
    }
}
