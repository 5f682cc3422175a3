//! A signed commit's bytes, made by `git commit-tree -S` with the user's own configuration, in a directory that goes away.

use std::ffi::OsString;
use std::path::Path;

use gix::objs::{Kind, Write};

use super::commit::{CommitMeta, Signature, whole_lines};
use super::open::Repo;
use super::refs::parse_id;
use super::run::Git;
use super::tree::NewTree;
use super::write::WriteError;

/// The bytes of the commit with its signature. Git sees the new root in `dir` alone; the repository gets nothing.
pub(super) fn signed(
    repo: &Repo,
    dir: &Path,
    tree: &NewTree,
    meta: &CommitMeta,
    message: &str,
) -> Result<Vec<u8>, WriteError> {
    let hash = repo.hash_kind();
    let own = repo.common_dir().join("objects");
    let failed = |source: gix::Error| WriteError::Pack { dir: dir.to_owned(), source: Box::new(source) };
    let io = |source| WriteError::Io { path: dir.to_owned(), source };
    let objects = dir.join("objects");
    std::fs::create_dir(&objects).map_err(io)?;
    let loose = gix::odb::loose::Store::at(objects.clone(), hash);
    if let Some((_, bytes)) = tree.objects.iter().find(|(id, _)| *id == tree.id) {
        loose.write_buf(Kind::Tree, bytes).map_err(failed)?;
    }
    let mut git = Git::new(repo, "commit-tree", &[("i18n.commitEncoding", "UTF-8".as_ref())]);
    for (who, role) in [(&meta.author, "AUTHOR"), (&meta.committer, "COMMITTER")] {
        git = identify(git, role, who);
    }
    git = git.env("GIT_OBJECT_DIRECTORY", &objects).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted(&own)).arg("-S");
    for parent in &meta.parents {
        git = git.arg("-p").arg(parent.to_string());
    }
    let answer = git.args(["-F", "-"]).arg(tree.id.to_string()).input(whole_lines(message).into_bytes()).run();
    let output = answer.map_err(|source| WriteError::Sign { source })?;
    let id = parse_id(hash, output.trim_ascii()).ok_or(WriteError::SignedOddly)?;
    let mut buffer = Vec::new();
    let found = loose.try_find(&id, &mut buffer).map_err(failed)?.ok_or(WriteError::SignedOddly)?;
    Ok(found.data.to_vec())
}

/// Tells git who acts, and when.
pub(super) fn identify(git: Git, role: &str, who: &Signature) -> Git {
    let line = who.line();
    let date = line.rsplit('>').next().unwrap_or_default().trim();
    git.env(&format!("GIT_{role}_NAME"), &who.person.name)
        .env(&format!("GIT_{role}_EMAIL"), &who.person.email)
        .env(&format!("GIT_{role}_DATE"), format!("@{date}"))
}

/// A path as one entry of git's list of alternates.
pub(super) fn quoted(path: &Path) -> OsString {
    let mut out = OsString::from("\"");
    for part in path.to_string_lossy().chars() {
        if matches!(part, '"' | '\\') {
            out.push("\\");
        }
        out.push(part.to_string());
    }
    out.push("\"");
    out
}
