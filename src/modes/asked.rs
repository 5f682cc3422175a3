//! What a sync is asked that changes its tree: from options, and to and from the flags that a commit's trailer holds.

use std::num::NonZeroUsize;

use crate::fabric::manifest::Level;
use crate::options::{Common, MAX_FILE_SIZE, Retry, Sync};
use crate::path::{RepoPath, unquote};
use crate::plan::fabric::Order;
use crate::plan::source;
use crate::yaml::Limits;

use super::look::Request;
use super::sync::Task;

/// What changes the tree that a sync makes of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The fabric directories it was narrowed to; empty for all.
    pub fabrics: Vec<RepoPath>,
    /// Whether loose files are taken.
    pub adopt: bool,
    /// Whether managed/ is put right.
    pub repair: bool,
    /// What of unmanaged/ is judged again.
    pub retry: Retry,
    /// The largest file that is read, in bytes.
    pub max_file_size: u64,
    /// The level that was imposed, where it is not the manifest's.
    pub level: Option<Level>,
}

impl Default for Asked {
    fn default() -> Self {
        let (adopt, repair, retry) = (false, false, Retry::Nothing);
        Self { fabrics: Vec::new(), adopt, repair, retry, max_file_size: MAX_FILE_SIZE, level: None }
    }
}

impl Asked {
    /// What these options ask.
    pub(super) fn of(common: &Common, options: &Sync) -> Self {
        Self {
            fabrics: common.fabrics.clone(),
            adopt: options.adopt,
            repair: options.repair,
            retry: options.retry.clone(),
            max_file_size: options.max_file_size,
            level: None,
        }
    }

    /// Reads flags as [`Asked::flags`] and the level of a server write them; nothing if there is one that means nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut asked = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let flags = rest.strip_prefix("--")?;
            let (flag, after) = flags.split_at(flag_end(flags));
            asked.take(flag)?;
            rest = if after.is_empty() { after } else { after.strip_prefix(' ')? };
        }
        Some(asked)
    }

    fn take(&mut self, flag: &str) -> Option<()> {
        let path = |text: &str| RepoPath::new(unquote(text)?).ok();
        let place = |text: &str| if text == "." { Some(RepoPath::root()) } else { path(text) };
        match flag.split_once('=') {
            None if flag == "adopt" => self.adopt = true,
            None if flag == "repair" => self.repair = true,
            None if flag == "retry" => self.retry = Retry::All,
            Some(("fabric", text)) => self.fabrics.push(place(text)?),
            Some(("retry", text)) => self.retry = Retry::Below(place(text)?),
            Some(("max-file-size", text)) => self.max_file_size = text.parse().ok()?,
            Some(("level", "identity")) => self.level = Some(Level::Identity),
            Some(("level", "schema")) => self.level = Some(Level::Schema),
            _ => return None,
        }
        Some(())
    }

    /// The flags, as they would be typed; without the level's, since whether that has to be said depends on the manifests.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        flags.extend(self.fabrics.iter().map(|path| format!("--fabric={}", written(path))));
        if self.adopt {
            flags.push("--adopt".to_owned());
        }
        if self.repair {
            flags.push("--repair".to_owned());
        }
        match &self.retry {
            Retry::Nothing => {}
            Retry::All => flags.push("--retry".to_owned()),
            Retry::Below(path) => flags.push(format!("--retry={}", written(path))),
        }
        if self.max_file_size != MAX_FILE_SIZE {
            flags.push(format!("--max-file-size={}", self.max_file_size));
        }
        flags
    }

    /// A sync that does just this, and writes nothing.
    pub(super) fn task(&self, threads: Option<NonZeroUsize>) -> Task {
        let retry = match &self.retry {
            Retry::Nothing => None,
            Retry::All => Some(source::Retry::All),
            Retry::Below(path) => Some(source::Retry::Paths(vec![path.clone()])),
        };
        let limits = Limits { file_bytes: self.max_file_size, ..Limits::default() };
        let (adopt, managed, level) = (self.adopt, self.repair, self.level);
        Task {
            command: "sync",
            request: Request { adopt, retry, managed, limits, threads, level, ..Request::default() },
            order: Order { repair: self.repair, name: None },
            flags: self.flags(),
            dry_run: true,
            diff: false,
            max_deletions: None,
            agreed: false,
            turns: None,
            brief: false,
        }
    }
}

/// A path as a flag holds it: in double quotes, too, where it would else be read as more than one flag, or lose its ends.
fn written(path: &RepoPath) -> String {
    let text = path.to_string();
    let is_quoted = text.starts_with('"');
    let is_whole = is_quoted || text.trim() == text && !text.contains(" --");
    if is_whole { text } else { format!("\"{text}\"") }
}

/// Where the first of some flags ends, its two dashes gone: at the next one, or behind the quote that closes its value.
fn flag_end(flags: &str) -> usize {
    let next = flags.find(" --").unwrap_or(flags.len());
    let Some(value) = flags.find("=\"").filter(|at| *at < next).map(|at| at + 2) else { return next };
    let mut escaped = false;
    let closing = flags[value..].find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    closing.map_or(flags.len(), |at| value + at + 1)
}

/// The flag of a level.
pub(super) fn level_flag(level: Level) -> String {
    let name = match level {
        Level::Identity => "identity",
        Level::Schema => "schema",
    };
    format!("--level={name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a good path")
    }

    #[test]
    fn flags_are_read_as_they_are_written() {
        let all = Asked {
            fabrics: vec![path("a b/\"c\"\n"), RepoPath::root(), path("é")],
            adopt: true,
            repair: true,
            retry: Retry::Below(path("f/unmanaged/x.yaml")),
            max_file_size: 5,
            level: None,
        };
        for asked in [Asked::default(), Asked { retry: Retry::All, ..Asked::default() }, all] {
            assert_eq!(Asked::parse(&asked.flags().join(" ")), Some(asked));
        }
        let level = Asked { level: Some(Level::Identity), ..Asked::default() };
        assert_eq!(Asked::parse(&level_flag(Level::Identity)), Some(level));
    }

    #[test]
    fn a_path_that_looks_like_flags_is_one_path() {
        for name in [
            "a --repair",
            " a",
            "a ",
            "\u{a0}a",
            "a --b \"c\" --d",
            "--adopt",
            "a=\"b",
            "a=\"b --adopt",
            "\\\" --x",
            "\"",
        ] {
            let asked =
                Asked { fabrics: vec![path(name), path("f")], retry: Retry::Below(path(name)), ..Asked::default() };
            assert_eq!(Asked::parse(&asked.flags().join(" ")), Some(asked), "{name:?}");
        }
        let flags = Asked { fabrics: vec![path("a --repair")], ..Asked::default() }.flags();
        assert_eq!(flags, ["--fabric=\"a --repair\""]);
    }

    #[test]
    fn flags_that_no_sync_writes_are_refused() {
        for bad in
            ["adopt", "--adopt=1", "--adoptx", "--fabric", "--fabric=..", "--level=rules", "--max-file-size=x", "--"]
        {
            assert_eq!(Asked::parse(bad), None, "{bad}");
        }
    }
}
