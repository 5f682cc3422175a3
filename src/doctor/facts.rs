//! What was found of a repository, its hooks and its settings, as plain values.

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The repository's directory, or where one was looked for.
    pub place: String,
    /// The moment, in seconds since 1970.
    pub now: i64,
    /// The git program.
    pub git: Git,
    /// The repository, or why hhgit does not open it.
    pub repository: Result<Repository, String>,
}

/// The git program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Git {
    /// There is none.
    Missing,
    /// There is one, and it says this of its version.
    Found(String),
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// What `git -C` takes. Names of files, and of refs and settings, are as [`quote`](crate::path::quote) shows them.
    pub dir: String,
    /// The git directory that all its work trees share.
    pub git_dir: String,
    /// The file of its index, which may not be there.
    pub index: String,
    /// Whether it has no work tree.
    pub bare: bool,
    /// The kind of hash that names objects.
    pub hash: String,
    /// What git's config says, as far as it matters.
    pub config: Config,
    /// Where HEAD is.
    pub head: Head,
    /// Whether git knows who makes commits here.
    pub identity: bool,
    /// What is known of its history.
    pub history: History,
    /// Where else objects lie.
    pub alternates: Vec<Alternate>,
    /// The user it belongs to, and files of it that belong to others.
    pub owner: u32,
    /// What belongs to another user, each with that user.
    pub strangers: Vec<(String, u32)>,
    /// Its hooks.
    pub hooks: Hooks,
    /// Files of the server that settings name: the setting, the file, and whether it is there.
    pub server_files: Vec<(String, String, bool)>,
    /// How many packs there are.
    pub packs: usize,
    /// What its branch holds; why it cannot be read; none where there is no branch with a commit.
    pub content: Option<Result<Content, String>>,
    /// What lies about.
    pub left: Vec<Left>,
    /// Folders of hhgit's that are no folders.
    pub linked: Vec<String>,
    /// This user's own folder of what is remembered, where others may write to it.
    pub open: Vec<String>,
    /// Where it is remembered, and how many bytes that are.
    pub remembered: (String, u64),
    /// How many bytes are free; none where the system does not tell.
    pub free: Option<u64>,
    /// Whether files can be locked where it lies.
    pub flock: bool,
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The system's configuration or the repository's own.
    Server,
    /// The user's, the environment's or the command line's.
    User,
}

/// The file in which a setting stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The repository's.
    Own,
    /// This work tree's.
    WorkTree,
    /// The user's.
    User,
    /// The system's.
    System,
    /// One that the repository's includes.
    Included(String),
    /// Another one.
    File(String),
    /// None: the environment or the command line.
    Environment,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name, as it is written.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where it comes from.
    pub scope: Scope,
    /// Where it stands.
    pub place: Place,
}

/// The settings, in the order of their files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config(pub Vec<Setting>);

impl Config {
    /// The values of a setting.
    pub fn all(&self, key: &str) -> Vec<&str> {
        let own = self.0.iter().filter(|setting| setting.key.eq_ignore_ascii_case(key));
        own.map(|setting| setting.value.as_str()).collect()
    }

    /// The value of a setting that counts.
    pub fn last(&self, key: &str) -> Option<&str> {
        self.all(key).pop()
    }

    /// The setting that counts.
    pub fn found(&self, key: &str) -> Option<&Setting> {
        self.0.iter().rev().find(|setting| setting.key.eq_ignore_ascii_case(key))
    }

    /// A setting as yes or no.
    pub fn yes(&self, key: &str) -> bool {
        self.last(key).is_some_and(|value| truth(value) == Some(true))
    }
}

/// A value as yes or no, as git reads it: words, or a number.
pub(super) fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" | "" => Some(false),
        _ => number(value).map(|number| number != 0),
    }
}

/// A value as a number, as git reads it: decimal, octal or hexadecimal, in units of 1024 where a letter says so.
pub(super) fn number(value: &str) -> Option<i64> {
    let value = value.trim_start().to_ascii_lowercase();
    let (digits, unit) = match value.strip_suffix(['k', 'm', 'g']) {
        Some(digits) => (digits, 1_i64 << (10 * (1 + "kmg".find(&value[digits.len()..]).unwrap_or_default()))),
        None => (value.as_str(), 1),
    };
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let number = match (digits.strip_prefix("0x"), digits.strip_prefix('0')) {
        (Some(hex), _) => i64::from_str_radix(hex, 16),
        (None, Some(octal)) if !octal.is_empty() => i64::from_str_radix(octal, 8),
        _ => digits.parse(),
    };
    number.ok()?.checked_mul(sign * unit)
}

/// Where HEAD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On a branch with a commit.
    Branch {
        /// Its short name.
        name: String,
        /// The commit's, in seconds since 1970; none where it cannot be read.
        time: Option<i64>,
    },
    /// On a branch without one.
    Unborn {
        /// Its short name.
        name: String,
        /// A branch that has one.
        other: Option<String>,
    },
    /// On a commit.
    Detached {
        /// The commit.
        commit: String,
        /// A branch.
        other: Option<String>,
    },
    /// Its own file says nothing that can be followed.
    Broken {
        /// Why.
        words: String,
        /// The file.
        file: String,
        /// A branch.
        other: Option<String>,
    },
    /// On a branch that cannot be read.
    BranchBroken {
        /// The branch's full name.
        name: String,
        /// Why.
        words: String,
        /// The file that its ref has, or would have.
        file: String,
        /// The file of its reflog.
        log: String,
    },
    /// On a ref that is no branch.
    NoBranch {
        /// The ref.
        target: String,
        /// A branch.
        other: Option<String>,
    },
}

/// What is known of a repository's history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The remote that has the objects which are missing here by design.
    pub partial: Option<String>,
    /// Whether it is cut off.
    pub shallow: bool,
    /// How many objects are replaced.
    pub replaced: usize,
    /// The file of grafts, if it says anything.
    pub grafts: Option<String>,
}

/// Another place of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternate {
    /// Where it is.
    pub path: String,
    /// Whether it is there and can be read.
    pub there: bool,
    /// The file that names it.
    pub file: String,
}

/// A repository's hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hooks {
    /// Where git looks for them.
    pub folder: String,
    /// Whether that is this repository's alone.
    pub own: bool,
    /// Whether that lies in the work tree.
    pub in_work_tree: bool,
    /// Whether something stands there that is no folder.
    pub off: bool,
    /// Those that are there.
    pub files: Vec<Hook>,
    /// What is there and cannot be read, each with why.
    pub unread: Vec<(String, String)>,
    /// Whether `.pre-commit-config.yaml` names hhgit.
    pub pre_commit: bool,
}

/// A hook that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub file: String,
    /// Whether it calls hhgit.
    pub calls: bool,
    /// Whether `hhgit hook install` made it and somebody changed it since.
    pub edited: bool,
    /// Whether it may be run.
    pub executable: bool,
    /// The hhgit that it names by its full path.
    pub program: Option<(String, Program)>,
    /// The hook that was there before, where it may not be run.
    pub before_off: Option<String>,
}

/// A program that a hook names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// This one.
    This,
    /// Another one.
    Other,
    /// None that could be run.
    Gone,
}

/// What a branch holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The branch's short name.
    pub branch: String,
    /// Its fabric directories.
    pub fabrics: Vec<Fabric>,
    /// The first file of each folder that has an attribute which changes its bytes: folder, file, attribute; why that could not be
    /// asked.
    pub attributes: Result<Vec<(String, String, String)>, String>,
}

/// A fabric directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fabric {
    /// Where it is.
    pub path: String,
    /// Why it is left alone, if it is: the code, and what is said.
    pub broken: Option<(String, String)>,
    /// How many files wait in raw/.
    pub waiting: usize,
    /// How many files lie in unmanaged/, their sidecars aside.
    pub unmanaged: usize,
}

/// What something is that lies about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A lock.
    Lock,
    /// A lock of an hhgit that was killed.
    OwnLock,
    /// What keeps a pack of an hhgit that was killed.
    Keep,
    /// A temporary file of objects.
    Temporary,
    /// A folder in which an hhgit that was killed made a pack.
    Pack,
    /// A private ref of an hhgit that was killed.
    Ref,
}

/// Something that lies about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub place: String,
    /// Since when, in seconds since 1970.
    pub since: i64,
}
