//! What is judged of settings: hhgit's own in git's config, and those of git that decide what a push may do.

use crate::fabric::interval::Interval;
use crate::options::CheckLevel;
use crate::options::hook::{
    CrdsFrom, MemoryBudget, PastBudget, Policy, RefPattern, Setting as Meant, SettingsFrom, Syncs, TimeBudget,
};

use super::facts::{Head, Repository, Scope, Setting};
use super::{Check, Rows, Told, Trouble};

/// From how many packs on there are many.
const MANY_PACKS: usize = 200;
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

fn own(found: &Repository, rows: &mut Rows) {
    let dir = ("dir", found.dir.as_str());
    let is_own = |setting: &&Setting| setting.key.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("hhgit."));
    let settings: Vec<&Setting> = found.config.0.iter().filter(is_own).collect();
    let mut told: Vec<Told> = settings.iter().filter_map(|setting| one(found, setting)).collect();
    for (key, file, _) in found.server_files.iter().filter(|(.., there)| !there) {
        told.push(Trouble::SettingFileGone.told(&[dir, ("key", key), ("file", file)]));
    }
    if found.config.yes("hhgit.allowSkip") && !found.config.yes("receive.advertisePushOptions") {
        told.push(Trouble::SkipUnheard.told(&[dir]));
    }
    let well = match settings.as_slice() {
        [] => "none; the defaults hold".to_owned(),
        some => some.iter().map(|setting| format!("{}={}", setting.key, setting.value)).collect::<Vec<_>>().join(" "),
    };
    rows.push(Check::Settings, well, told);
}

fn one(found: &Repository, setting: &Setting) -> Option<Told> {
    let (dir, key, value) = (("dir", &*found.dir), ("key", &*setting.key), ("value", &*setting.value));
    let name = setting.key.get(6..).unwrap_or_default();
    let Some((_, of_server, values, means)) = KNOWN.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)) else {
        let near = |known: &str| strsim::jaro_winkler(&known.to_ascii_lowercase(), &name.to_ascii_lowercase());
        let best = KNOWN.iter().max_by(|one, other| near(one.0).total_cmp(&near(other.0)));
        let best = best.filter(|(known, ..)| near(known) >= NEAR);
        let hint = best.map_or(String::new(), |(known, ..)| format!("; did you mean hhgit.{known}?"));
        return Some(Trouble::SettingUnknown.told(&[dir, key, ("hint", &hint)]));
    };
    if !means(&setting.value) {
        return Some(Trouble::SettingWrong.told(&[dir, key, value, ("values", values)]));
    }
    let unheard = *of_server && found.bare && setting.scope == Scope::User;
    unheard.then(|| Trouble::SettingUnheard.told(&[dir, key, value]))
}

fn pushes(found: &Repository, rows: &mut Rows) {
    let (dir, config) = (("dir", found.dir.as_str()), &found.config);
    let mut told: Vec<Told> = Vec::new();
    if found.bare {
        let is_set = |keys: [&str; 2]| keys.into_iter().find_map(|key| config.last(key).map(|_| config.yes(key)));
        if !config.yes("receive.denyNonFastForwards") {
            told.push(Trouble::PushForced.told(&[dir]));
        }
        if !is_set(["receive.fsckObjects", "transfer.fsckObjects"]).unwrap_or(false) {
            told.push(Trouble::PushUnchecked.told(&[dir]));
        }
        if config.last("receive.maxInputSize").is_none_or(|size| size == "0") {
            told.push(Trouble::PushUnbounded.told(&[dir]));
        }
    } else {
        let is_off =
            |value: &&str| ["ignore", "warn", "false", "no", "off", "0"].contains(&&*value.to_ascii_lowercase());
        let value = config.last("receive.denyCurrentBranch").filter(is_off);
        told.extend(value.map(|value| Trouble::PushIntoCheckout.told(&[dir, ("value", value)])));
    }
    if let Head::Branch { name, .. } = &found.head {
        let full = format!("refs/heads/{name}");
        for key in ["transfer.hideRefs", "receive.hideRefs", "uploadpack.hideRefs"] {
            for value in config.all(key).into_iter().filter(|value| hides(value, &full)) {
                let words = [dir, ("key", key), ("value", value), ("branch", &full)];
                told.push(Trouble::BranchHidden.told(&words));
            }
        }
    }
    let well = if found.bare { "forced, malformed and endless ones are refused" } else { "the branch here is safe" };
    rows.push(Check::Pushes, well, told);
}

/// Whether a value of hideRefs hides a ref: the start of its name, at a slash.
fn hides(value: &str, name: &str) -> bool {
    let start = value.trim_start_matches('^').trim_end_matches('/');
    !value.starts_with('!') && name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn collection(found: &Repository, rows: &mut Rows) {
    let dir = ("dir", found.dir.as_str());
    let mut told: Vec<Told> = Vec::new();
    if let Some(value) = found.config.last("gc.pruneExpire").filter(|value| is_now(value)) {
        told.push(Trouble::PruneNow.told(&[dir, ("value", value)]));
    }
    if found.packs > MANY_PACKS {
        told.push(Trouble::ManyPacks.told(&[dir, ("count", &found.packs.to_string())]));
    }
    let packs = if found.packs == 1 { "1 pack".to_owned() } else { format!("{} packs", found.packs) };
    rows.push(Check::Collection, format!("{packs}; what is new is kept"), told);
}

/// Whether a time to keep objects for is none at all, or seconds.
fn is_now(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    ["now", "all", "0"].contains(&value.as_str()) || value.contains("second")
}
