//! Why there is no log of what was named.

use crate::ids::CommitId;
use crate::path::RepoPath;

/// Why there is no log of what was named.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A word that names nothing the history knows.
    #[error(
        "{word:?} names no fabric directory, object or file in the history of {reference}; {}",
        help(near, fabrics)
    )]
    Unknown {
        /// The word.
        word: String,
        /// Where it was looked for.
        reference: String,
        /// What may have been meant.
        near: Vec<String>,
        /// The fabric directories that there are, with their names.
        fabrics: Vec<(RepoPath, String)>,
    },
    /// A word that names nothing in the history that a shallow clone has.
    #[error(
        "nothing called {word:?} is known here: the history of {reference} is cut off at {}, as this clone is shallow; \
         git fetch --unshallow brings the rest",
        cut.iter().map(|commit| commit.short()).collect::<Vec<_>>().join(", ")
    )]
    CutOff {
        /// The word.
        word: String,
        /// Where it was looked for.
        reference: String,
        /// The commits that history ends at here.
        cut: Vec<CommitId>,
    },
    /// A fabric's name that several directories have.
    #[error("{word:?} is the name of several fabric directories; give a path: {}", list(paths.iter()))]
    Ambiguous {
        /// The name.
        word: String,
        /// Where they are.
        paths: Vec<RepoPath>,
    },
    /// A file that is no business of hhgit's.
    #[error("{path} lies in no fabric directory, so hhgit does nothing to it; git log -- {path} tells its history")]
    Outside {
        /// The file.
        path: RepoPath,
    },
}

fn help(near: &[String], fabrics: &[(RepoPath, String)]) -> String {
    if !near.is_empty() {
        return format!("did you mean {}?", near.join(" or "));
    }
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = fabrics.iter().take(SHOWN).map(|(path, name)| format!("{name} ({path})")).collect();
    match fabrics.len() {
        0 => return "there is no fabric directory; make one with: hhgit init PATH".to_owned(),
        n if n > SHOWN => shown.push(format!("{} more", n - SHOWN)),
        _ => {}
    }
    format!(
        "give one of the fabrics ({}), an object as VPC/web or vpcs/web, or a path from the repository's root",
        shown.join(", ")
    )
}

fn list<'a>(paths: impl Iterator<Item = &'a RepoPath>) -> String {
    paths.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
