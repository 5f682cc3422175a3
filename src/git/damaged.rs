//! A folder that git takes for no repository, and that is one of which a part is gone.

use std::path::{Path, PathBuf};

use super::odd::{candidates, common};
use super::open_error::{OpenError, word};

/// What makes a folder a repository for git.
const PARTS: [&str; 3] = ["HEAD", "objects", "refs"];

/// What is to be said where none was found from here on upwards.
pub(super) fn not_found(dir: &Path) -> OpenError {
    let damaged = candidates(dir).find_map(|(git_dir, is_named)| {
        let shared = common(&git_dir);
        let place = |part: &str| if part == "HEAD" { git_dir.join(part) } else { shared.join(part) };
        let gone: Vec<&str> = PARTS.into_iter().filter(|part| !place(part).exists()).collect();
        // What is called so is meant to be one; anything else is one if more of it is there than could be by chance.
        let is_one = is_named || gone.len() == 1 && shared.join("config").exists();
        let mend = match gone.as_slice() {
            ["HEAD"] => {
                format!("put it back: echo ref: refs/heads/{} > {}", some_branch(&shared), word(&place("HEAD")))
            }
            ["refs"] => format!("put it back: mkdir {}", word(&place("refs"))),
            _ => "put it back from a copy, or clone the repository again".to_owned(),
        };
        let error = || OpenError::Damaged { dir: git_dir.components().collect(), gone: gone.join(" and no "), mend };
        (is_one && !gone.is_empty()).then(error)
    });
    damaged.unwrap_or_else(|| OpenError::NotFound { dir: dir.to_owned() })
}

/// The branch that HEAD may have named.
fn some_branch(common: &Path) -> String {
    let heads: PathBuf = common.join("refs/heads");
    let is_there = |name: &&str| heads.join(name).is_file();
    ["main", "master"].into_iter().find(is_there).unwrap_or("main").to_owned()
}
