//! What is judged of settings: hhgit's own in git's config, and those of git that decide what a push may do.

use crate::fabric::interval::Interval;
use crate::options::CheckLevel;
use crate::options::hook::{
    CrdsFrom, MemoryBudget, PastBudget, Policy, RefPattern, Setting as Meant, SettingsFrom, Syncs, TimeBudget,
};
use crate::path::{quote, shell_word, unquote};

use super::facts::{Head, Place, Repository, Scope, Setting, number, truth};
use super::{Check, Rows, Told, Trouble};

/// From how many packs on there are many.
const MANY_PACKS: usize = 200;
/// How many seconds at least what is new is to be kept: longer than any sync or push lives.
const KEPT: u64 = 2 * 3_600;
/// How near a misspelt setting is to the one that was meant.
const NEAR: f64 = 0.8;

/// A setting of hhgit's: its name, whether a server's hooks go by it, what it may be, and whether a value is that.
type Known = (&'static str, bool, &'static str, fn(&str) -> bool);

const KNOWN: &[Known] = &[
    ("policy", true, Policy::VALUES, means::<Policy>),
    ("syncs", true, Syncs::VALUES, means::<Syncs>),
    ("level", true, CheckLevel::VALUES, means::<CheckLevel>),
    ("refs", true, RefPattern::VALUES, means::<RefPattern>),
    ("fabric", true, "a folder of the repository", |text| !text.is_empty() && !text.starts_with('/')),
    ("crds", true, CrdsFrom::VALUES, means::<CrdsFrom>),
    ("settings", true, SettingsFrom::VALUES, means::<SettingsFrom>),
    ("maxDeletions", true, usize::VALUES, means::<usize>),
    ("timeBudget", true, TimeBudget::VALUES, means::<TimeBudget>),
    ("memoryBudget", true, MemoryBudget::VALUES, means::<MemoryBudget>),
    ("pastTimeBudget", true, PastBudget::VALUES, means::<PastBudget>),
    ("allowSkip", true, YES_OR_NO, is_yes_or_no),
    ("author", false, PERSON, is_person),
    ("committer", false, PERSON, is_person),
    ("sign", false, YES_OR_NO, is_yes_or_no),
    ("watchInterval", false, "a number and s, m or h, as in 60m", |text| Interval::parse(text).is_some()),
    ("watchValidateOnly", false, YES_OR_NO, is_yes_or_no),
];

/// Those of which all values count.
const MANY: [&str; 2] = ["refs", "fabric"];
const YES_OR_NO: &str = "true or false";
const PERSON: &str = "as in 'Ann <ann@example.com>'";

fn means<T: Meant>(text: &str) -> bool {
    T::parse(text).is_some()
}

fn is_yes_or_no(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["true", "yes", "on", "1", "false", "no", "off", "0", ""].contains(&text.as_str())
}

fn is_person(text: &str) -> bool {
    text.split_once('<').is_some_and(|(name, rest)| !name.trim().is_empty() && rest.trim_end().ends_with('>'))
}

pub(super) fn judge(found: &Repository, rows: &mut Rows) {
    own(found, rows);
    pushes(found, rows);
    collection(found, rows);
}

/// The command that takes a setting out of the file in which it stands, up to what it is to do.
pub(super) fn taking(dir: &str, setting: Option<&Setting>) -> String {
    let word = |shown: &str| unquote(shown).map_or_else(|| shell_word(shown), shell_word);
    let own = format!("git -C {} config", word(dir));
    match setting.map(|setting| &setting.place) {
        None | Some(Place::Own) => own,
        Some(Place::WorkTree) => format!("{own} --worktree"),
        Some(Place::User) => "git config --global".to_owned(),
        Some(Place::System) => "git config --system".to_owned(),
        Some(Place::Included(file) | Place::File(file)) => format!("git config --file {}", word(file)),
        Some(Place::Environment) => {
            format!(
                "take it out of the environment (GIT_CONFIG_COUNT, GIT_CONFIG_PARAMETERS); where a file has it too: {own}"
            )
        }
    }
}

/// The command that sets something so that it counts, up to what.
pub(super) fn setting(dir: &str, before: Option<&Setting>) -> String {
    // What the repository's own file says counts more than the user's and the system's.
    let counts = |before: &&Setting| !matches!(before.place, Place::User | Place::System | Place::File(_));
    taking(dir, before.filter(counts))
}

fn setting_of(found: &Repository, key: &str) -> String {
    setting(&found.dir, found.config.found(key))
}

fn own(found: &Repository, rows: &mut Rows) {
    let is_own = |setting: &&Setting| setting.key.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("hhgit."));
    let settings: Vec<&Setting> = found.config.0.iter().filter(is_own).collect();
    let mut told: Vec<Told> = settings.iter().filter_map(|setting| one(found, setting)).collect();
    for (key, file, _) in found.server_files.iter().filter(|(.., there)| !there) {
        let config = taking(
            &found.dir,
            found
                .config
                .0
                .iter()
                .rev()
                .find(|setting| setting.scope == Scope::Server && setting.key.eq_ignore_ascii_case(key)),
        );
        told.push(Trouble::SettingFileGone.told(&[("config", &config), ("key", key), ("file", file)]));
    }
    if found.config.yes("hhgit.allowSkip") && !found.config.yes("receive.advertisePushOptions") {
        told.push(Trouble::SkipUnheard.told(&[("config", &setting_of(found, "receive.advertisePushOptions"))]));
    }
    let well = match settings.as_slice() {
        [] => "none; the defaults hold".to_owned(),
        some => some.iter().map(|setting| format!("{}={}", setting.key, setting.value)).collect::<Vec<_>>().join(" "),
    };
    rows.push(Check::Settings, well, told);
}

fn one(found: &Repository, setting: &Setting) -> Option<Told> {
    let (shown_key, shown_value) = (quote(setting.key.as_bytes()), quote(setting.value.as_bytes()));
    let (dir, key, value) = (("dir", &*found.dir), ("key", &*shown_key), ("value", &*shown_value));
    let config = taking(&found.dir, Some(setting));
    let config = ("config", &*config);
    let name = setting.key.get(6..).unwrap_or_default();
    let Some((known, of_server, values, means)) = KNOWN.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))
    else {
        let near = |known: &str| strsim::jaro_winkler(&known.to_ascii_lowercase(), &name.to_ascii_lowercase());
        let best = KNOWN.iter().max_by(|one, other| near(one.0).total_cmp(&near(other.0)));
        let best = best.filter(|(known, ..)| near(known) >= NEAR);
        let hint = best.map_or(String::new(), |(known, ..)| format!("; did you mean hhgit.{known}?"));
        return Some(Trouble::SettingUnknown.told(&[config, key, ("hint", &hint)]));
    };
    if !means(&setting.value) {
        return Some(Trouble::SettingWrong.told(&[config, key, value, ("values", values)]));
    }
    let is_heard = |other: &Setting| {
        let is_same = !MANY.contains(known) || other.value == setting.value;
        other.scope == Scope::Server && other.key.eq_ignore_ascii_case(&setting.key) && is_same
    };
    let unheard = *of_server && found.bare && setting.scope == Scope::User && !found.config.0.iter().any(is_heard);
    unheard.then(|| Trouble::SettingUnheard.told(&[dir, key, value]))
}

fn pushes(found: &Repository, rows: &mut Rows) {
    let config = &found.config;
    let mut told: Vec<Told> = Vec::new();
    let tell = |trouble: Trouble, key: &str| trouble.told(&[("config", &setting_of(found, key))]);
    if found.bare {
        let is_set = |keys: [&str; 2]| keys.into_iter().find_map(|key| config.last(key).map(|_| config.yes(key)));
        if !config.yes("receive.denyNonFastForwards") {
            told.push(tell(Trouble::PushForced, "receive.denyNonFastForwards"));
        }
        if !is_set(["receive.fsckObjects", "transfer.fsckObjects"]).unwrap_or(false) {
            told.push(tell(Trouble::PushUnchecked, "receive.fsckObjects"));
        }
        if config.last("receive.maxInputSize").is_none_or(|size| number(size) == Some(0)) {
            told.push(tell(Trouble::PushUnbounded, "receive.maxInputSize"));
        }
    } else if let Some(found_value) = config.found("receive.denyCurrentBranch") {
        let value = found_value.value.to_ascii_lowercase();
        if ["ignore", "warn"].contains(&value.as_str()) || truth(&value) == Some(false) {
            let words = [("config", &*setting(&found.dir, Some(found_value))), ("value", &*quote(value.as_bytes()))];
            told.push(Trouble::PushIntoCheckout.told(&words));
        }
    }
    told.extend(hidden(found));
    let well = if found.bare { "forced, malformed and endless ones are refused" } else { "the branch here is safe" };
    rows.push(Check::Pushes, well, told);
}

fn hidden(found: &Repository) -> Vec<Told> {
    let Head::Branch { name, .. } = &found.head else { return Vec::new() };
    let full = [b"refs/heads/".to_vec(), unquote(name).unwrap_or_default()].concat();
    let keys = ["transfer.hideRefs", "receive.hideRefs", "uploadpack.hideRefs"];
    let is_one = |setting: &&Setting| keys.iter().any(|key| setting.key.eq_ignore_ascii_case(key));
    let hiding = found.config.0.iter().filter(is_one).filter(|setting| hides(setting.value.as_bytes(), &full));
    let tell = |setting: &Setting| {
        let (key, value) = (quote(setting.key.as_bytes()), quote(setting.value.as_bytes()));
        let config = taking(&found.dir, Some(setting));
        let words = [("config", &*config), ("key", &*key), ("value", &*value), ("branch", &*quote(&full))];
        Trouble::BranchHidden.told(&words)
    };
    hiding.map(tell).collect()
}

/// Whether a value of hideRefs hides a ref: the start of its name, at a slash.
fn hides(value: &[u8], name: &[u8]) -> bool {
    let start = value.strip_prefix(b"^").unwrap_or(value);
    let start = start.strip_suffix(b"/").unwrap_or(start);
    !value.starts_with(b"!") && name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

fn collection(found: &Repository, rows: &mut Rows) {
    let dir = ("dir", found.dir.as_str());
    let mut told: Vec<Told> = Vec::new();
    if let Some(value) = found.config.last("gc.pruneExpire").filter(|value| is_now(value)) {
        let config = setting_of(found, "gc.pruneExpire");
        told.push(Trouble::PruneNow.told(&[("config", &config), ("value", &quote(value.as_bytes()))]));
    }
    if found.packs > MANY_PACKS {
        told.push(Trouble::ManyPacks.told(&[dir, ("count", &found.packs.to_string())]));
    }
    let packs = if found.packs == 1 { "1 pack".to_owned() } else { format!("{} packs", found.packs) };
    rows.push(Check::Collection, format!("{packs}; what is new is kept"), told);
}

/// Whether objects are kept for less than this, as git reads a time: what it does not understand is now to it. A date is not told.
fn is_now(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let words = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let (mut kept, mut count) = (0_u64, None);
    if value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(['-', '/', ':']) {
        return false;
    }
    for word in words {
        let seconds = match word.trim_end_matches('s') {
            "never" | "false" => return false,
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" | "yesterday" => 86_400,
            "week" => 604_800,
            "month" => 2_592_000,
            "year" => 31_536_000,
            _ => {
                let number = word.parse::<u64>().ok().or(spelled(word));
                // Seconds since 1970 are a date.
                if number.is_some_and(|number| number >= 100_000_000) {
                    return false;
                }
                count = number.or(count);
                continue;
            }
        };
        kept = kept.saturating_add(count.take().unwrap_or(1_u64).saturating_mul(seconds));
    }
    kept < KEPT
}

/// A number as a word.
fn spelled(word: &str) -> Option<u64> {
    let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    words.iter().position(|known| *known == word).or((word == "last").then_some(1)).map(|at| at as u64)
}
