//! What a server's hook goes by: its shim's flags, then the server's git config, then the defaults; nothing of the push.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::tree_at;
use crate::fabric::settings::Settings;
use crate::git::{Reader, Repo};
use crate::ids::TreeId;
use crate::modes::check::{request_at, rules};
use crate::modes::crds::folder;
use crate::modes::error::ModeError;
use crate::modes::look::Request;
use crate::modes::settings::read_settings;
use crate::modes::sync::Server;
use crate::options::hook::{
    CrdsFrom, Flags, MemoryBudget, PastBudget, Policy, RefPattern, Setting, SettingsFrom, Syncs, TimeBudget,
};
use crate::options::{CheckLevel, Common};
use crate::path::RepoPath;
use crate::report::receive::Told;
use crate::schema::Schemas;
use crate::snapshot::ReadError;
use crate::verdict::code::Subject;

use super::error::HookError;

/// What a hook goes by.
#[derive(Debug, Clone)]
pub(super) struct InForce {
    pub(super) policy: Policy,
    pub(super) syncs: Syncs,
    pub(super) level: CheckLevel,
    pub(super) max_deletions: Option<usize>,
    pub(super) refs: Vec<RefPattern>,
    pub(super) budget: TimeBudget,
    pub(super) memory: MemoryBudget,
    pub(super) past: PastBudget,
    pub(super) allow_skip: bool,
    /// The fabric directories that are such whatever they hold; where there are any, no others are looked for.
    pub(super) fabrics: Vec<RepoPath>,
    /// The kinds and schemas; none for those of the push.
    rules: Option<(Kinds, Schemas)>,
    /// The settings; none for those of the push.
    settings: Option<Settings>,
}

impl InForce {
    /// Reads what is in force.
    pub(super) fn read(repo: &Repo, common: &Common, flags: &Flags) -> Result<Self, HookError> {
        let config = Config { repo };
        let crds = config.one("crds", flags.crds.clone())?.unwrap_or_default();
        let settings = config.one("settings", flags.settings.clone())?.unwrap_or_default();
        Ok(Self {
            policy: config.one("policy", flags.policy)?.unwrap_or_default(),
            syncs: config.one("syncs", flags.syncs)?.unwrap_or_default(),
            level: config.one("level", flags.level)?.unwrap_or(CheckLevel::References),
            max_deletions: config.one("maxDeletions", flags.max_deletions)?,
            refs: config.several("refs", flags.refs.clone(), RefPattern::default)?,
            budget: config.one("timeBudget", flags.time_budget)?.unwrap_or_default(),
            memory: config.one("memoryBudget", flags.memory_budget)?.unwrap_or_default(),
            past: config.one("pastTimeBudget", flags.past_time_budget)?.unwrap_or_default(),
            allow_skip: flags.allow_skip || config.one("allowSkip", None)?.is_some_and(|Yes(yes)| yes),
            fabrics: config.fabrics(&common.fabrics)?,
            rules: config.rules(&crds)?,
            settings: config.settings(&settings)?,
        })
    }

    /// What is looked at, and by what it is judged.
    pub(super) fn request(&self) -> Request {
        Request { rules: self.rules.clone(), settings: self.settings.clone(), ..request_at(self.level) }
    }

    /// What a sync on the server goes by.
    pub(super) fn server(&self) -> Server {
        let level = request_at(self.level).level;
        Server { rules: self.rules.clone(), settings: self.settings.clone(), level }
    }

    /// The fabric directories to narrow to in a tree, empty for all that are found; none if those named are not there.
    pub(super) fn fabrics_in(&self, reader: &Reader, tree: TreeId) -> Result<Option<Vec<RepoPath>>, ReadError> {
        if self.fabrics.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut there = Vec::new();
        for path in &self.fabrics {
            if tree_at(reader, tree, path)?.is_some() {
                there.push(path.clone());
            }
        }
        Ok(Some(there).filter(|there| !there.is_empty()))
    }

    /// What must be said of findings whose help speaks of what does not count on this server.
    pub(super) fn aside(&self, told: &[Told]) -> Option<&'static str> {
        let speaks = |of: &str| told.iter().any(|told| told.finding.help.contains(of));
        let of_settings = |told: &Told| {
            told.finding.code.subject() == Subject::Rule && told.finding.help.contains(".hnp/manifest.yaml")
        };
        let settings = self.settings.is_some() && told.iter().any(of_settings);
        let kinds = self.rules.is_some() && speaks(".hnp/crds");
        match (settings, kinds) {
            (true, true) => {
                Some("This server has settings and kinds of its own; those in .hnp/ of a push do not count.")
            }
            (true, false) => {
                Some("This server has settings of its own; those in .hnp/manifest.yaml of a push do not count.")
            }
            (false, true) => Some("This server has kinds of its own; those in .hnp/crds/ of a push do not count."),
            (false, false) => None,
        }
    }

    /// Whether a ref is judged.
    pub(super) fn judges(&self, name: &[u8]) -> bool {
        self.refs.iter().any(|pattern| pattern.matches(name))
    }
}

/// Yes or no, as git's config says it.
struct Yes(bool);

impl Setting for Yes {
    const VALUES: &'static str = "true or false";

    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(Self(true)),
            "false" | "no" | "off" | "0" | "" => Some(Self(false)),
            _ => None,
        }
    }
}

/// The server's git config.
struct Config<'a> {
    repo: &'a Repo,
}

impl Config<'_> {
    /// One setting: the flag, or else the last value in the config.
    fn one<T: Setting>(&self, name: &str, flag: Option<T>) -> Result<Option<T>, HookError> {
        if flag.is_some() {
            return Ok(flag);
        }
        let value = self.repo.server_config("hhgit", name).pop();
        value.map(|value| T::parse(&value).ok_or_else(|| nonsense(name, value, T::VALUES))).transpose()
    }

    /// A setting that may be given several times: the flags, or else all values in the config, or else the default.
    fn several<T: Setting>(&self, name: &str, flags: Vec<T>, default: fn() -> T) -> Result<Vec<T>, HookError> {
        if !flags.is_empty() {
            return Ok(flags);
        }
        let values = self.repo.server_config("hhgit", name).into_iter();
        let read = |value: String| T::parse(&value).ok_or_else(|| nonsense(name, value, T::VALUES));
        let values = values.map(read).collect::<Result<Vec<T>, _>>()?;
        Ok(if values.is_empty() { vec![default()] } else { values })
    }

    fn fabrics(&self, flags: &[RepoPath]) -> Result<Vec<RepoPath>, HookError> {
        const VALUES: &str =
            "folders of the repository that do not lie in each other, as in gitops/fabric-1, or . for its root";
        if !flags.is_empty() {
            return Ok(flags.to_vec());
        }
        let mut fabrics: Vec<RepoPath> = Vec::new();
        for value in self.repo.server_config("hhgit", "fabric") {
            let path = match value.trim_end_matches('/') {
                "." => Ok(RepoPath::root()),
                "" => return Err(nonsense("fabric", value, VALUES)),
                text => RepoPath::new(text),
            };
            let apart = |path: &RepoPath| {
                let meets = |other: &RepoPath| other != path && (other.starts_with(path) || path.starts_with(other));
                !fabrics.iter().any(meets)
            };
            match path {
                Ok(path) if apart(&path) => fabrics.push(path),
                _ => return Err(nonsense("fabric", value, VALUES)),
            }
        }
        fabrics.sort();
        fabrics.dedup();
        Ok(fabrics)
    }

    fn rules(&self, from: &CrdsFrom) -> Result<Option<(Kinds, Schemas)>, HookError> {
        let folder_name = match from {
            CrdsFrom::Pushed => return Ok(None),
            CrdsFrom::Builtin => return Ok(Some((Kinds::builtin(), Schemas::builtin()))),
            CrdsFrom::Folder(folder) => self.on_server(folder),
        };
        let refuse = |fault| server_file::<CrdsFrom>("hhgit.crds", &folder_name, fault);
        let files: BTreeMap<_, _> =
            folder(&folder_name).map_err(|error| refuse(format!("cannot be read ({error})")))?;
        match rules(&files) {
            Ok(Some(rules)) => Ok(Some(rules)),
            Ok(None) => Err(refuse("holds no .yaml, .yml or .json file".to_owned())),
            Err(ModeError::Crds { path, message }) => Err(refuse(format!("holds bad CRDs ({path}: {message})"))),
            Err(other) => Err(other.into()),
        }
    }

    fn settings(&self, from: &SettingsFrom) -> Result<Option<Settings>, HookError> {
        let file = match from {
            SettingsFrom::Pushed => return Ok(None),
            SettingsFrom::Defaults => return Ok(Some(Settings::default())),
            SettingsFrom::File(file) => self.on_server(file),
        };
        let refuse = |fault| server_file::<SettingsFrom>("hhgit.settings", &file, fault);
        let bytes = std::fs::read(&file).map_err(|error| refuse(format!("cannot be read ({error})")))?;
        let shown = RepoPath::shown(file.as_os_str().as_encoded_bytes());
        let read = read_settings(&bytes, &shown);
        read.map(Some).map_err(|message| refuse(format!("is neither a manifest ({message}) nor a fab.yaml")))
    }

    /// A path of the server: from the git directory, where git runs hooks, unless it is absolute.
    fn on_server(&self, path: &Path) -> PathBuf {
        self.repo.common_dir().join(path)
    }
}

fn nonsense(name: &str, value: String, values: &'static str) -> HookError {
    HookError::Config { key: format!("hhgit.{name}"), value, values }
}

fn server_file<T: Setting>(key: &'static str, path: &Path, fault: String) -> HookError {
    HookError::ServerFile { key, path: path.to_owned(), fault, values: T::VALUES }
}
