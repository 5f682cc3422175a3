//! What is to be done by the clock: what each manifest says, and the command that a scheduler of the machine, a forge or a cluster
//! would run.

use crate::fabric::interval::Interval;
use crate::path::RepoPath;

/// What is to be done by the clock in a branch's fabric directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The fabric directories, in path order.
    pub fabrics: Vec<FabricSchedule>,
    /// What a scheduler is to run; none if no fabric takes turns.
    pub job: Option<Job>,
}

/// What a fabric directory's manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricSchedule {
    /// The fabric directory.
    pub path: RepoPath,
    /// Its name.
    pub name: String,
    /// Whether anything is to be done.
    pub enabled: bool,
    /// How often.
    pub interval: Interval,
    /// Whether it is only judged.
    pub validate_only: bool,
    /// Whether the manifest says any of this.
    pub is_set: bool,
}

/// What a scheduler runs. Every text in it is printable and of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// How often: as often as the fabric that wants it most often.
    pub interval: Interval,
    /// The program.
    pub program: String,
    /// The directory that the repository is in.
    pub directory: String,
    /// The remote, as it was named; none for the repository itself.
    pub remote: Option<String>,
    /// Where the remote is, for a machine that has no repository; none where that is not known.
    pub url: Option<String>,
    /// The branch; none for the one HEAD names.
    pub branch: Option<String>,
    /// The fabric directories that it was narrowed to; none for all.
    pub fabrics: Vec<String>,
    /// Those to be sorted, and those only to be judged, where a scheduler cannot leave it to the manifests.
    pub sorted: Vec<String>,
    /// See [`Job::sorted`].
    pub judged: Vec<String>,
    /// Whether all fabric directories are to be sorted.
    pub is_all: bool,
}

impl Job {
    /// The arguments of the program, for a machine that has the repository.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["-C".to_owned(), self.directory.clone()];
        arguments.extend(self.round(self.remote.as_deref()));
        arguments
    }

    /// The arguments of the program, for a machine that has no repository, and goes by the remote's address.
    pub fn arguments_from_nothing(&self) -> Vec<String> {
        self.round(self.url.as_deref())
    }

    fn round(&self, remote: Option<&str>) -> Vec<String> {
        let mut arguments = vec!["watch".to_owned(), "--once".to_owned()];
        arguments.extend(remote.map(|remote| format!("--remote={remote}")));
        arguments.extend(self.branch.as_ref().map(|branch| match remote {
            Some(_) => format!("--branch={branch}"),
            None => branch.clone(),
        }));
        arguments.extend(self.fabrics.iter().map(|path| format!("--fabric={path}")));
        arguments
    }
}
