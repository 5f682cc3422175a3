//! What of the process' environment git's plumbing answers to, taken once and passed on as a value.

use std::ffi::OsString;
use std::path::PathBuf;

use gix::bstr::{BStr, ByteSlice};

/// The environment a repository is opened in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Look at nothing outside the repository: no user or system configuration, no `GIT_*` variables.
    pub isolated: bool,
    /// `GIT_DIR`: the repository is named and not searched for.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`: where the work tree is, for commands that git starts.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: the index that is about to be committed.
    pub index_file: Option<PathBuf>,
    /// `GIT_QUARANTINE_PATH`: a push is being judged, refs may not move.
    pub quarantine: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: where objects are, if not in the repository.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: where else objects are.
    pub alternates: Vec<PathBuf>,
    /// `GIT_NAMESPACE`, which hhgit refuses.
    pub namespace: Option<OsString>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let path = |key: &str| std::env::var_os(key).filter(|v| !v.is_empty()).map(PathBuf::from);
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let list = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        Self {
            isolated: false,
            git_dir: path("GIT_DIR").map(|path| path.canonicalize().unwrap_or(path)),
            work_tree: path("GIT_WORK_TREE").map(absolute),
            index_file: path("GIT_INDEX_FILE").map(absolute),
            quarantine: path("GIT_QUARANTINE_PATH").map(absolute),
            object_directory: path("GIT_OBJECT_DIRECTORY").map(absolute),
            alternates: path_list(list.as_encoded_bytes()).into_iter().map(absolute).collect(),
            namespace: std::env::var_os("GIT_NAMESPACE").filter(|v| !v.is_empty()),
        }
    }

    /// An environment with nothing in it: the repository alone decides. What tests use.
    pub fn isolated() -> Self {
        Self { isolated: true, ..Self::default() }
    }
}

/// Git's list of directories: separated by colons, an entry that starts with a double quote is C-quoted.
fn path_list(mut list: &[u8]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    while !list.is_empty() {
        let (entry, used) = match list.first() {
            Some(b'"') => match gix::quote::ansi_c::undo(BStr::new(list)) {
                Ok((unquoted, used)) => (unquoted.into_owned().into(), used),
                Err(_) => (list.to_vec(), list.len()),
            },
            _ => {
                let end = list.find_byte(b':').unwrap_or(list.len());
                (list[..end].to_vec(), end)
            }
        };
        if let (false, Ok(path)) = (entry.is_empty(), gix::path::from_byte_slice(&entry)) {
            paths.push(path.to_owned());
        }
        list = list.get(used + 1..).unwrap_or_default();
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternates_are_listed_with_colons_and_quotes() {
        let paths = path_list(br#"/a/objects:"/b \"c\":d":/e"#);
        assert_eq!(paths, [PathBuf::from("/a/objects"), PathBuf::from("/b \"c\":d"), PathBuf::from("/e")]);
        assert_eq!(path_list(b""), Vec::<PathBuf>::new());
    }
}
