//! Whether one commit is proven to be a sync by what it says of itself, for who lets nothing else pass: no guesses.

use crate::exit::Exit;
use crate::git::read::Reader;
use crate::modes::ModeError;
use crate::modes::history::recompute::{Recompute, is_cut};
use crate::modes::history::trailers::claim;
use crate::modes::sync::Server;
use crate::path::RepoPath;
use crate::report::verify::{Found, Word};
use crate::snapshot::{Commit, Objects};

use super::shaped;

/// Whether a commit is exactly what sync makes of its parent by these rules and with the options that it names, in these
/// fabric directories.
pub(in crate::modes) fn is_proven(
    reader: &Reader,
    server: &Server,
    fabrics: &[RepoPath],
    commit: &Commit,
) -> Result<bool, ModeError> {
    let [parent] = commit.parents.as_slice() else { return Ok(false) };
    let Some(asked) = claim(&commit.message).and_then(|claim| claim.asked()) else { return Ok(false) };
    // A folder inside of a fabric directory is none, whatever a message says.
    if !asked.fabrics.iter().all(|path| fabrics.contains(path)) {
        return Ok(false);
    }
    let recompute = Recompute::new(reader).by(server.clone());
    let again = match recompute.sync(&reader.commit(*parent)?, &asked) {
        Ok(again) => again,
        Err(error) if error.exit() == Exit::Usage || is_cut(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    if again.tree != commit.tree || again.planned.plan.message().as_bytes() != commit.message {
        return Ok(false);
    }
    Ok(shaped(reader, commit, Found::plain(Word::Proven, ""))?.word == Word::Proven)
}
