//! The lists of places that a repository borrows objects from, looked at before the objects are opened: gix follows every list to its
//! end, in a time that grows by the square of what they name.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::{odd, read_start};
use crate::path::{quote, shell_word};

/// The most places that are borrowed from, all lists together.
const MOST: usize = 1_000;
/// How many times those that are borrowed from may themselves borrow: as often as git follows them.
const DEEPEST: usize = 5;
/// The most bytes of a list.
const LARGEST: u64 = 1 << 20;

/// Why nothing is borrowed as a repository says.
#[derive(Debug, thiserror::Error)]
pub enum AlternatesError {
    /// There are more places than anybody has.
    #[error(
        "{} and the lists that it leads to name more than {MOST} places to borrow objects from; take lines out, or have all of them in one place: {}", shown(.file), repack(.file)
    )]
    TooMany {
        /// The first list.
        file: PathBuf,
    },
    /// The places borrow from each other without end, or nearly.
    #[error(
        "{} leads to places that borrow objects from others more than {DEEPEST} times over, or from each other in a circle; git follows no more either; take out the line that leads there, or have all objects in one place: {}", shown(.file), repack(.file)
    )]
    TooDeep {
        /// The first list.
        file: PathBuf,
    },
    /// A list is none.
    #[error("{} is not a file of at most {LARGEST} bytes, so it is no list of places to borrow objects from; take it away", shown(.file))]
    NoList {
        /// The list.
        file: PathBuf,
    },
    /// A list could not be read.
    #[error("{}, a list of places to borrow objects from, cannot be read; look at who may", shown(.file))]
    Read {
        /// The list.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

fn shown(file: &Path) -> String {
    quote(file.as_os_str().as_encoded_bytes())
}

/// What puts all objects in one place.
fn repack(file: &Path) -> String {
    let git_dir = file.ancestors().nth(3).unwrap_or(file).display().to_string();
    format!("git -C {} repack -a -d", shell_word(&git_dir))
}

/// Looks that these objects are borrowed from no more places than anybody follows.
pub(super) fn look(objects: &Path) -> Result<(), AlternatesError> {
    let first = list_of(objects);
    let mut found = 0;
    let mut open = vec![objects.to_owned()];
    for _ in 0..=DEEPEST {
        let mut next = Vec::new();
        for place in open {
            let file = list_of(&place);
            let Some(text) = read(&file)? else { continue };
            // What cannot be parsed is gix's to say.
            let named = gix::odb::alternate::parse(&text).unwrap_or_default();
            found += named.len();
            if found > MOST {
                return Err(AlternatesError::TooMany { file: first });
            }
            // As gix takes them: from where the first list is.
            next.extend(named.iter().map(|place| objects.join(place)));
        }
        if next.is_empty() {
            return Ok(());
        }
        open = next;
    }
    Err(AlternatesError::TooDeep { file: first })
}

fn list_of(objects: &Path) -> PathBuf {
    objects.join("info").join("alternates")
}

/// A list's bytes; none where there is no list.
fn read(file: &Path) -> Result<Option<Vec<u8>>, AlternatesError> {
    if odd(file, LARGEST).is_some() {
        return Err(AlternatesError::NoList { file: file.to_owned() });
    }
    match read_start(file, LARGEST) {
        Ok(text) => Ok(Some(text)),
        Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind()) => Ok(None),
        Err(source) => Err(AlternatesError::Read { file: file.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places called by number, each with the lines of its list; what is said of the first.
    fn said(lists: &[(usize, String)]) -> Result<(), String> {
        let dir = tempfile::tempdir().expect("a directory");
        for (number, text) in lists {
            let info = dir.path().join(number.to_string()).join("info");
            std::fs::create_dir_all(&info).expect("made");
            std::fs::write(info.join("alternates"), text).expect("written");
        }
        look(&dir.path().join("0")).map_err(|error| error.to_string().replace(&*dir.path().to_string_lossy(), "DIR"))
    }

    fn row(length: usize) -> Vec<(usize, String)> {
        (0..length).map(|number| (number, format!("../{}\n", number + 1))).collect()
    }

    #[test]
    fn lists_are_followed_as_far_as_git_follows_them() {
        assert_eq!(said(&[]), Ok(()));
        assert_eq!(said(&row(5)), Ok(()));
        let all = |count: usize| (0..count).map(|number| format!("/nonexistent/{number}\n")).collect::<String>();
        assert_eq!(said(&[(0, format!("# a comment\n\n{}", all(1000)))]), Ok(()));
    }

    #[test]
    fn lists_without_end_are_refused_with_the_place_and_the_remedy() {
        for lists in [row(6), row(2000), vec![(0, ".\n".into())], vec![(0, "../1\n".into()), (1, "../0\n".into())]] {
            let said = said(&lists).expect_err("too deep");
            assert!(
                said.starts_with("DIR/0/info/alternates leads to places") && said.contains("in a circle"),
                "{said}"
            );
        }
        let many: String = (0..1001).map(|number| format!("/nonexistent/{number}\n")).collect();
        let twice = vec![(0, "../1\n".repeat(600)), (1, "../2\n".into())];
        for lists in [vec![(0, many)], twice] {
            let said = said(&lists).expect_err("too many");
            assert!(said.contains("name more than 1000 places") && said.contains("repack -a -d"), "{said}");
        }
    }

    #[test]
    fn a_list_that_is_no_small_file_is_not_read() {
        let said = said(&[(0, "#".repeat((1 << 20) + 1))]).expect_err("too long");
        assert!(said.contains("is not a file of at most 1048576 bytes"), "{said}");
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(dir.path().join("info/alternates")).expect("made");
        assert!(matches!(look(dir.path()), Err(AlternatesError::NoList { .. })));
        #[cfg(unix)]
        {
            let device = tempfile::tempdir().expect("a directory");
            std::fs::create_dir_all(device.path().join("info")).expect("made");
            std::os::unix::fs::symlink("/dev/zero", device.path().join("info/alternates")).expect("linked");
            assert!(matches!(look(device.path()), Err(AlternatesError::NoList { .. })));
        }
    }
}
