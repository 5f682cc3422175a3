//! `hhgit doctor`'s judgement: from what was found of a repository to what would go wrong, why, and how to mend it. It looks at nothing itself.
//!
//! [`facts`] is what was found, [`troubles`] all that can be said of it, and a file a subject has the rules between them.

mod content;
pub mod facts;
mod hooks;
mod leavings;
mod repository;
mod settings;
#[cfg(test)]
mod tests;
pub mod troubles;

use facts::{Facts, Git};
pub use troubles::Trouble;

/// The oldest git with which everything works but what [`GIT_WHOLE`] is needed for.
pub const GIT_OLDEST: (u32, u32) = (2, 24);
/// The oldest git with which everything works.
pub const GIT_WHOLE: (u32, u32) = (2, 38);

/// The oldest git that can be asked what attributes a commit gives its files.
pub const GIT_ATTRIBUTES: (u32, u32) = (2, 40);

/// How grave a trouble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// It may go wrong.
    Warning,
    /// It goes wrong.
    Problem,
}

impl Gravity {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// Something that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The git program.
    Git,
    /// Whether hhgit takes the repository at all.
    Repository,
    /// The branch that HEAD names.
    Head,
    /// The machine's clock beside the branch's tip.
    Clock,
    /// Who git says makes commits here.
    Identity,
    /// Whether all history and all objects are there, and the same for git and hhgit.
    History,
    /// Where else objects lie.
    Alternates,
    /// Whose the files of the git directory are.
    Owner,
    /// Hooks.
    Hooks,
    /// hhgit's settings in git's config.
    Settings,
    /// What git's config says of pushes.
    Pushes,
    /// How git collects what nobody needs.
    Collection,
    /// The fabric directories.
    Fabrics,
    /// What waits in raw/ and lies in unmanaged/.
    Documents,
    /// What git's attributes make of files on their way out of a commit.
    Attributes,
    /// What the work tree shows of a commit.
    WorkTree,
    /// Locks.
    Locks,
    /// What killed runs left.
    Leavings,
    /// What hhgit remembers.
    Memory,
    /// The disk.
    Disk,
}

impl Check {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Repository => "repository",
            Self::Head => "head",
            Self::Clock => "clock",
            Self::Identity => "identity",
            Self::History => "history",
            Self::Alternates => "alternates",
            Self::Owner => "owner",
            Self::Hooks => "hooks",
            Self::Settings => "settings",
            Self::Pushes => "pushes",
            Self::Collection => "collection",
            Self::Fabrics => "fabrics",
            Self::Documents => "documents",
            Self::Attributes => "attributes",
            Self::WorkTree => "work-tree",
            Self::Locks => "locks",
            Self::Leavings => "leavings",
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }
}

/// One trouble that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub trouble: Trouble,
    /// What is wrong, and where.
    pub says: String,
    /// What to do.
    pub mend: String,
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The check.
    pub check: Check,
    /// What was found, where nothing is wrong.
    pub well: String,
    /// What is wrong.
    pub troubles: Vec<Told>,
}

/// What came of all checks that apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The repository's directory, or where one was looked for.
    pub place: String,
    /// The checks, in the order they are made.
    pub rows: Vec<Row>,
}

impl Diagnosis {
    /// How many troubles are as grave as this.
    pub fn count(&self, gravity: Gravity) -> usize {
        self.rows.iter().flat_map(|row| &row.troubles).filter(|told| told.trouble.gravity() == gravity).count()
    }
}

/// The rows of checks, as they are made.
#[derive(Debug, Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn push(&mut self, check: Check, well: impl Into<String>, troubles: Vec<Told>) {
        self.0.push(Row { check, well: well.into(), troubles });
    }
}

/// Judges what was found.
pub fn judge(facts: &Facts) -> Diagnosis {
    let mut rows = Rows::default();
    git(&facts.git, &mut rows);
    match &facts.repository {
        Err(words) => {
            // What stands behind the last semicolon of such an error is what to do.
            let (says, mend) = words.rsplit_once("; ").unwrap_or((words, "git -C {dir} status"));
            let told = Told { trouble: Trouble::NotOpened, says: says.to_owned(), mend: mend.to_owned() };
            rows.push(Check::Repository, "", vec![told]);
        }
        Ok(found) => {
            repository::judge(found, facts.now, &mut rows);
            hooks::judge(found, &mut rows);
            settings::judge(found, &mut rows);
            content::judge(found, &facts.git, &mut rows);
            leavings::judge(found, facts.now, &mut rows);
        }
    }
    Diagnosis { place: facts.place.clone(), rows: rows.0 }
}

fn git(git: &Git, rows: &mut Rows) {
    let Git::Found(words) = git else {
        return rows.push(Check::Git, "", vec![Trouble::GitMissing.told(&[])]);
    };
    let told = |trouble: Trouble| vec![trouble.told(&[("version", words)])];
    let troubles = match version(words) {
        version if version < GIT_OLDEST => told(Trouble::GitOld),
        version if version < GIT_WHOLE => told(Trouble::GitBeforeMerge),
        _ => Vec::new(),
    };
    rows.push(Check::Git, format!("git {words}"), troubles);
}

/// The first two numbers of what git says of its version.
fn version(words: &str) -> (u32, u32) {
    let mut parts = words.split(['.', ' ', '-']).map(|part| part.parse::<u32>().unwrap_or_default());
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}
