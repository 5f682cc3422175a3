//! A stretch of history by its names: the commits it ends at, and those whose history it leaves out.

use crate::git::{Head, Reader, Repo};
use crate::ids::CommitId;
use crate::modes::ModeError;
use crate::modes::sync::tip;
use crate::options::commits::Commits;
use crate::snapshot::Objects;

use super::walk::{Follow, Walk, walk};

/// Commits between which a stretch of history lies.
pub(in crate::modes) struct Stretch {
    /// What it is called.
    pub(in crate::modes) name: String,
    /// The commits it ends at.
    pub(in crate::modes) tips: Vec<CommitId>,
    /// The commits that are left out with all that leads to them.
    pub(in crate::modes) hidden: Vec<CommitId>,
}

impl Stretch {
    /// The stretch that is named.
    pub(in crate::modes) fn of(repo: &Repo, reader: &Reader, commits: &Commits) -> Result<Self, ModeError> {
        let named = |name: &str| Ok::<_, ModeError>(reader.commit(repo.commit_named(name)?)?.id);
        Ok(match commits {
            Commits::Head => match repo.head()? {
                Head::Branch { name, .. } | Head::Unborn { name } => {
                    Self { name: name.short().to_owned(), tips: vec![tip(repo, &name, false)?], hidden: Vec::new() }
                }
                Head::Detached { .. } => {
                    Self { name: "HEAD".to_owned(), tips: vec![named("HEAD")?], hidden: Vec::new() }
                }
            },
            Commits::UpTo(name) => Self { name: name.clone(), tips: vec![named(name)?], hidden: Vec::new() },
            Commits::Between { old, new } => {
                Self { name: format!("{old}..{new}"), tips: vec![named(new)?], hidden: vec![named(old)?] }
            }
        })
    }

    /// All its commits.
    pub(in crate::modes) fn walk(&self, reader: &Reader) -> Result<Walk, ModeError> {
        Ok(walk(reader, &self.tips, &self.hidden, Follow::All)?)
    }
}
