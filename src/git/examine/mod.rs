//! What `hhgit doctor` asks of a repository: looked at and never touched, without running anything that it names.
//!
//! Nothing here asks git for the state of a work tree: that would run filters. Git lists attributes alone.

mod files;
mod head;
mod left;

use std::path::Path;
use std::process::{Command, Stdio};

use gix::bstr::ByteSlice;
use gix::config::Source;

use super::open::Repo;
use super::run::{Git, GitError};
use crate::doctor::facts;
use crate::files::read_start;
use crate::ids::CommitId;
use crate::path::{RepoPath, quote};

/// The sections of git's config that matter.
const SECTIONS: [&str; 6] = ["hhgit", "receive", "transfer", "uploadpack", "gc", "core"];
/// The attributes that change a file's bytes on its way out of a commit.
const ATTRIBUTES: [&str; 5] = ["text", "filter", "ident", "eol", "working-tree-encoding"];

/// What the git program says of its version; asked in no repository.
pub fn git_program() -> facts::Git {
    let mut command = Command::new("git");
    for (key, _) in std::env::vars_os().filter(|(key, _)| key.as_encoded_bytes().starts_with(b"GIT_")) {
        command.env_remove(key);
    }
    let output = command.arg("version").current_dir("/").stdin(Stdio::null()).stderr(Stdio::null()).output();
    match output {
        Err(_) => facts::Git::Missing,
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            facts::Git::Found(text.strip_prefix("git version ").map_or(text.clone(), str::to_owned))
        }
    }
}

/// A path as a message and a command name it.
pub fn shown(path: &Path) -> String {
    quote(path.as_os_str().as_encoded_bytes())
}

/// The file in which a section of git's config stands.
fn place(meta: &gix::config::file::Metadata) -> facts::Place {
    let file = |path: &Path| shown(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    match (meta.source, meta.level, &meta.path) {
        (Source::Local, 0, _) => facts::Place::Own,
        (Source::Worktree, 0, _) => facts::Place::WorkTree,
        (Source::Local | Source::Worktree, _, Some(path)) => facts::Place::Included(file(path)),
        (Source::User, 0, _) => facts::Place::User,
        (Source::System, 0, _) => facts::Place::System,
        (Source::Git | Source::GitInstallation | Source::User | Source::System, _, Some(path)) => {
            facts::Place::File(file(path))
        }
        _ => facts::Place::Environment,
    }
}

impl Repo {
    /// What `git -C` takes for this repository.
    pub fn place(&self) -> String {
        shown(&self.work_tree().unwrap_or_else(|| self.common_dir().to_owned()))
    }

    /// The settings that matter, those without a subsection, in the order of their files.
    pub fn settings(&self) -> facts::Config {
        let config = self.gix.config_snapshot();
        let mut settings = Vec::new();
        for section in config.plumbing().sections() {
            let name = section.header().name().to_str_lossy().to_ascii_lowercase();
            if section.header().subsection_name().is_some() || !SECTIONS.contains(&name.as_str()) {
                continue;
            }
            let place = place(section.meta());
            let server = [Source::GitInstallation, Source::System, Source::Local, Source::Worktree];
            let scope = if server.contains(&section.meta().source) { facts::Scope::Server } else { facts::Scope::User };
            let mut names: Vec<String> = section.value_names().map(|name| name.to_string()).collect();
            names.sort_by_key(|name| name.to_ascii_lowercase());
            names.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
            for key in names {
                let values = section.values(&key);
                let implicit = section.value_implicit(&key) == Some(None);
                let values = values.iter().map(|value| value.to_str_lossy().into_owned());
                for value in values.chain(implicit.then(|| "true".to_owned())) {
                    settings.push(facts::Setting { key: format!("{name}.{key}"), value, scope, place: place.clone() });
                }
            }
        }
        facts::Config(settings)
    }

    /// What is known of history, and what stands in its way.
    pub fn history_found(&self) -> facts::History {
        let grafts = self.common_dir().join("info/grafts");
        let says = read_start(&grafts, files::LONGEST)
            .is_ok_and(|text| text.lines().any(|line| !line.starts_with(b"#") && !line.trim().is_empty()));
        facts::History {
            partial: self.is_partial_clone().then(|| self.promisor()),
            shallow: self.is_shallow(),
            replaced: self.refs_below("refs/replace/").len(),
            grafts: says.then(|| shown(&grafts)),
        }
    }

    /// The remote that has what is missing in a partial clone.
    fn promisor(&self) -> String {
        let config = self.gix.config_snapshot();
        let mut remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
        let promises = remotes.find(|section| section.value("promisor").is_some());
        let name = promises
            .and_then(|section| section.header().subsection_name().map(|name| name.to_str_lossy().into_owned()));
        quote(name.or_else(|| self.config("extensions.partialClone")).unwrap_or_else(|| "origin".to_owned()).as_bytes())
    }

    /// Whether git, here or where Git LFS is set up, has a program for a filter: without one the attribute does nothing.
    fn has_filter(&self, name: &[u8]) -> bool {
        let config = self.gix.config_snapshot();
        let mut sections = config.plumbing().sections_by_name("filter").into_iter().flatten();
        name == b"lfs"
            || sections.any(|section| {
                let is_set = ["smudge", "process"].iter().any(|key| section.value(key).is_some());
                is_set && section.header().subsection_name().is_some_and(|own| own == name)
            })
    }

    /// Of these files of a commit, those that an attribute changes on their way out of it, each with that attribute.
    pub fn changed_on_checkout(
        &self,
        commit: CommitId,
        paths: &[RepoPath],
    ) -> Result<Vec<(RepoPath, String)>, GitError> {
        let mut input = Vec::new();
        for path in paths {
            input.extend_from_slice(path.as_bytes());
            input.push(0);
        }
        let git = Git::new(self, "check-attr", &[]).arg(format!("--source={commit}")).args(["-z", "--stdin"]);
        let output = ATTRIBUTES.into_iter().fold(git, Git::arg).input(input).run()?;
        let mut fields = output.split(|byte| *byte == 0);
        let (mut changed, mut is_text) = (Vec::new(), true);
        while let (Some(path), Some(name), Some(value)) = (fields.next(), fields.next(), fields.next()) {
            // Line feeds are what a commit holds; an attribute that is taken away changes nothing.
            let harmless = match name {
                // Asked before the others of each file: where it is no text, git looks at no ends of lines.
                b"text" => {
                    is_text = value != b"unset";
                    true
                }
                b"eol" => !is_text || value == b"lf",
                b"filter" => !self.has_filter(value),
                _ => false,
            };
            let harmless = harmless || matches!(value, b"unspecified" | b"unset");
            if let (false, Ok(path)) = (harmless, RepoPath::new(path)) {
                let set = if value == b"set" { quote(name) } else { format!("{}={}", quote(name), quote(value)) };
                changed.push((path, set));
            }
        }
        Ok(changed)
    }
}
