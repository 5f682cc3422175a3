//! What a server's hook is told: by the flags of its shim, by git's environment, and the values its settings can have.

mod syncs;

use std::path::PathBuf;
use std::time::Duration;

use super::CheckLevel;
pub use syncs::Syncs;

/// A setting of a server's hook: what stands in git's config and behind the flag of the same meaning.
pub trait Setting: Sized {
    /// What may be written, as a message says it.
    const VALUES: &'static str;

    /// The value that a text stands for; none if it means nothing.
    fn parse(text: &str) -> Option<Self>;
}

/// What of a push is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Policy {
    /// What makes managed/ or the fabric's frame wrong.
    #[default]
    Managed,
    /// Any error.
    Strict,
    /// Nothing.
    Warn,
}

impl Setting for Policy {
    const VALUES: &'static str = "managed, strict or warn";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "managed" => Some(Self::Managed),
            "strict" => Some(Self::Strict),
            "warn" => Some(Self::Warn),
            _ => None,
        }
    }
}

impl Setting for CheckLevel {
    const VALUES: &'static str = "identity, schema or references";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "identity" => Some(Self::Identity),
            "schema" => Some(Self::Schema),
            "references" => Some(Self::References),
            _ => None,
        }
    }
}

impl Setting for usize {
    const VALUES: &'static str = "a number, as in 10";

    fn parse(text: &str) -> Option<Self> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    }
}

/// Which kinds and schemas a push is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CrdsFrom {
    /// The built-in ones.
    #[default]
    Builtin,
    /// Those that the push itself brings in `.hnp/crds/`.
    Pushed,
    /// The built-in ones, with the CRDs of a folder of the server laid over them.
    Folder(PathBuf),
}

impl Setting for CrdsFrom {
    const VALUES: &'static str = "builtin, pushed, or a folder of CRDs on the server";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "builtin" => Some(Self::Builtin),
            "pushed" => Some(Self::Pushed),
            folder => Some(Self::Folder(PathBuf::from(folder))),
        }
    }
}

/// Which settings rules between objects depend on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SettingsFrom {
    /// Hedgehog's defaults.
    #[default]
    Defaults,
    /// Those that the push itself brings in `.hnp/manifest.yaml`.
    Pushed,
    /// Those of a file of the server, a manifest or a fab.yaml.
    File(PathBuf),
}

impl Setting for SettingsFrom {
    const VALUES: &'static str = "defaults, pushed, or a manifest or fab.yaml on the server";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "defaults" => Some(Self::Defaults),
            "pushed" => Some(Self::Pushed),
            file => Some(Self::File(PathBuf::from(file))),
        }
    }
}

/// A number above 0 and the unit behind it; small enough to be multiplied by any unit's size.
fn quantity(text: &str) -> Option<(u64, &str)> {
    let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    Some((u64::from(number), unit))
}

/// How long judging a push may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeBudget {
    /// No longer than this.
    Of(Duration),
    /// As long as it takes.
    None,
}

impl Default for TimeBudget {
    fn default() -> Self {
        Self::Of(Duration::from_secs(3))
    }
}

impl Setting for TimeBudget {
    const VALUES: &'static str = "a time such as 3s, 500ms or 2m, or none";

    fn parse(text: &str) -> Option<Self> {
        if text == "none" {
            return Some(Self::None);
        }
        let (number, unit) = quantity(text)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            _ => return None,
        };
        Some(Self::Of(Duration::from_millis(number * millis)))
    }
}

impl std::fmt::Display for TimeBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Of(limit) if limit.as_millis() % 1000 == 0 => write!(f, "{}s", limit.as_secs()),
            Self::Of(limit) => write!(f, "{}ms", limit.as_millis()),
        }
    }
}

/// How much memory judging a push may hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryBudget {
    /// No more than this many bytes.
    Of(u64),
    /// As much as it takes.
    None,
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self::Of(1 << 30)
    }
}

impl Setting for MemoryBudget {
    const VALUES: &'static str = "a size such as 512MiB or 2GiB, or none";

    fn parse(text: &str) -> Option<Self> {
        if text == "none" {
            return Some(Self::None);
        }
        let (number, unit) = quantity(text)?;
        let bytes = match unit {
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        Some(Self::Of(number * bytes))
    }
}

/// What becomes of a push that could not be judged in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PastBudget {
    /// It is refused.
    #[default]
    Refuse,
    /// It is let in.
    Allow,
}

impl Setting for PastBudget {
    const VALUES: &'static str = "refuse or allow";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "refuse" => Some(Self::Refuse),
            "allow" => Some(Self::Allow),
            _ => None,
        }
    }
}

/// Which refs are judged: full names, in which `*` stands for any text, slashes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefPattern(String);

impl RefPattern {
    /// Whether the pattern takes in a ref of this full name.
    pub fn matches(&self, name: &[u8]) -> bool {
        let mut parts = self.0.as_bytes().split(|byte| *byte == b'*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let mut parts: Vec<&[u8]> = parts.collect();
        let Some(last) = parts.pop() else { return rest.is_empty() };
        // Each part as early as it can be, and the last one at the end: where any way fits, this one does.
        for part in parts {
            let at = rest.windows(part.len().max(1)).position(|window| window.starts_with(part));
            match at {
                Some(at) => rest = &rest[at + part.len()..],
                None if part.is_empty() => {}
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl Default for RefPattern {
    fn default() -> Self {
        Self("refs/heads/*".to_owned())
    }
}

impl Setting for RefPattern {
    const VALUES: &'static str = "a full ref name such as refs/heads/main, or a pattern such as refs/heads/*";

    fn parse(text: &str) -> Option<Self> {
        let is_sound = text.len() > 5 && text.starts_with("refs/") && !text.chars().any(|c| c.is_control() || c == ' ');
        is_sound.then(|| Self(text.to_owned()))
    }
}

/// What the flags of a shim say; what they leave open stands in the server's git config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flags {
    /// What is refused.
    pub policy: Option<Policy>,
    /// What becomes of proven syncs.
    pub syncs: Option<Syncs>,
    /// How closely a push is looked at.
    pub level: Option<CheckLevel>,
    /// How many objects may leave managed/ in one push to one ref.
    pub max_deletions: Option<usize>,
    /// Which refs are judged.
    pub refs: Vec<RefPattern>,
    /// Which kinds and schemas count.
    pub crds: Option<CrdsFrom>,
    /// Which settings count.
    pub settings: Option<SettingsFrom>,
    /// How long judging may take.
    pub time_budget: Option<TimeBudget>,
    /// How much memory judging may hold.
    pub memory_budget: Option<MemoryBudget>,
    /// What becomes of a push that took longer.
    pub past_time_budget: Option<PastBudget>,
    /// Whether the push option `hhgit.skip` is obeyed.
    pub allow_skip: bool,
}

/// Whose software a server runs: it has hooks run, and hands tokens to jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forge {
    /// GitLab, by its Gitaly.
    GitLab,
    /// Gitea or Forgejo.
    Gitea,
    /// GitHub Enterprise Server.
    GitHub,
}

impl Forge {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitLab => "GitLab",
            Self::Gitea => "Gitea or Forgejo",
            Self::GitHub => "GitHub Enterprise Server",
        }
    }
}

/// What git and a forge tell a hook by its environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// The forge, if one runs the hook.
    pub forge: Option<Forge>,
    /// The push options, as the pusher gave them.
    pub push_options: Vec<String>,
}

/// What a server's hook is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hook {
    /// What the shim's flags say.
    pub flags: Flags,
    /// What the environment says.
    pub around: Around,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_crosses_slashes_and_stands_for_nothing_too() {
        let cases: [(&str, &str, bool); 12] = [
            ("refs/heads/*", "refs/heads/main", true),
            ("refs/heads/*", "refs/heads/a/b", true),
            ("refs/heads/*", "refs/tags/v1", false),
            ("refs/heads/*", "refs/heads/", true),
            ("refs/heads/main", "refs/heads/main", true),
            ("refs/heads/main", "refs/heads/main2", false),
            ("refs/heads/main", "refs/heads/mai", false),
            ("refs/*/main", "refs/heads/x/main", true),
            ("refs/*/main", "refs/heads/main/x", false),
            ("refs/heads/a*b*c", "refs/heads/a-b-b-c", true),
            ("refs/heads/a*b*c", "refs/heads/a-c-b", false),
            ("refs/heads/**", "refs/heads/x", true),
        ];
        for (pattern, name, fits) in cases {
            let read = RefPattern::parse(pattern).expect("a good pattern");
            assert_eq!(read.matches(name.as_bytes()), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_is_a_full_name() {
        for bad in ["", "main", "*", "heads/*", "refs/", "refs/heads/a b", "refs/heads/\n"] {
            assert_eq!(RefPattern::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn sizes_have_a_unit_and_are_more_than_nothing() {
        let read = ["512MiB", "2GiB", "none"].map(MemoryBudget::parse);
        assert_eq!(
            read,
            [Some(MemoryBudget::Of(512 << 20)), Some(MemoryBudget::Of(2 << 30)), Some(MemoryBudget::None)]
        );
        for bad in ["", "1", "0GiB", "-1GiB", "1.5GiB", "1 GiB", "1GB", "99999999999GiB", "None"] {
            assert_eq!(MemoryBudget::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn times_have_a_unit_and_are_more_than_nothing() {
        let of = |millis| Some(TimeBudget::Of(Duration::from_millis(millis)));
        let read = ["3s", "500ms", "2m", "none"].map(TimeBudget::parse);
        assert_eq!(read, [of(3000), of(500), of(120_000), Some(TimeBudget::None)]);
        for bad in ["", "3", "s", "0s", "-1s", "1.5s", "3 s", "3h", "99999999999s", "None"] {
            assert_eq!(TimeBudget::parse(bad), None, "{bad:?}");
        }
        assert_eq!([TimeBudget::default().to_string(), "500ms".to_owned()], ["3s", "500ms"].map(str::to_owned));
    }

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!(["0", "10"].map(<usize as Setting>::parse), [Some(0), Some(10)]);
        for bad in ["", "-1", "+1", "ten", "1k", "99999999999999999999"] {
            assert_eq!(<usize as Setting>::parse(bad), None, "{bad:?}");
        }
    }
}
