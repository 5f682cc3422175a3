//! What may become of remembered files: bytes that flip, files cut short, emptied, or put in each other's place.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::remembered;
use crate::support::TempRepo;

/// A way in which bytes come to harm.
#[derive(Debug, Clone)]
pub enum Harm {
    Flipped(Index),
    Cut(Index),
    Swapped,
    Emptied,
}

pub fn harm() -> impl Strategy<Value = Harm> {
    let at = any::<Index>;
    prop_oneof![at().prop_map(Harm::Flipped), at().prop_map(Harm::Cut), Just(Harm::Swapped), Just(Harm::Emptied)]
}

pub fn damage(repo: &TempRepo, harm: &Harm) {
    let files = remembered(repo);
    for (number, path) in files.iter().enumerate() {
        let mut bytes = fs::read(path).unwrap();
        match harm {
            _ if bytes.is_empty() => {}
            Harm::Flipped(at) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1;
            }
            Harm::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Harm::Emptied => bytes.clear(),
            Harm::Swapped => bytes = fs::read(&files[(number + 1) % files.len()]).unwrap(),
        }
        fs::remove_file(path).unwrap();
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}
