//! What is judged of the repository itself: HEAD, the clock, history, and whose its files are.

use super::facts::{Head, Repository};
use super::leavings::span;
use super::{Check, Rows, Told, Trouble};

/// How far the tip may be ahead of the clock.
const AHEAD: i64 = 600;

pub(super) fn judge(found: &Repository, now: i64, rows: &mut Rows) {
    let shape = if found.bare { "bare" } else { "with a work tree" };
    rows.push(Check::Repository, format!("{shape}, {}", found.hash), Vec::new());
    head(found, rows);
    clock(found, now, rows);
    if !found.bare {
        let told = if found.identity { None } else { Some(Trouble::NoIdentity.told(&[])) };
        rows.push(Check::Identity, "git knows who commits here", told.into_iter().collect());
    }
    history(found, rows);
    alternates(found, rows);
    let owner = found.owner.to_string();
    let stranger = |(path, other): &(String, u32)| {
        Trouble::OwnerMixed.told(&[
            ("git_dir", &found.git_dir),
            ("path", path),
            ("owner", &owner),
            ("other", &other.to_string()),
        ])
    };
    rows.push(
        Check::Owner,
        format!("all of it belongs to user {owner}"),
        found.strangers.iter().map(stranger).collect(),
    );
}

fn head(found: &Repository, rows: &mut Rows) {
    let dir = ("dir", found.dir.as_str());
    let (well, told) = match &found.head {
        Head::Branch { name, .. } => (format!("HEAD names {name}"), None),
        Head::Unborn { name, other: Some(other) } => {
            (String::new(), Some(Trouble::HeadUnborn.told(&[dir, ("head", name), ("branch", other)])))
        }
        Head::Unborn { .. } => (String::new(), Some(Trouble::NoCommit.told(&[dir]))),
        Head::Detached { commit, other } => {
            let branch = other.as_deref().unwrap_or("BRANCH");
            let trouble = if found.bare { Trouble::HeadDetachedBare } else { Trouble::HeadDetached };
            (String::new(), Some(trouble.told(&[dir, ("commit", commit), ("branch", branch)])))
        }
        Head::Broken { words, file, other } => {
            let branch = ("branch", other.as_deref().unwrap_or("main"));
            (String::new(), Some(Trouble::HeadBroken.told(&[branch, ("file", file), ("words", words)])))
        }
        Head::BranchBroken { name, words, file, log } => {
            let of_branch = [dir, ("branch", name), ("words", words), ("file", file), ("log", log)];
            (String::new(), Some(Trouble::BranchBroken.told(&of_branch)))
        }
        Head::NoBranch { target, other } => {
            let branch = ("branch", other.as_deref().unwrap_or("main"));
            (String::new(), Some(Trouble::HeadNoBranch.told(&[dir, branch, ("target", target)])))
        }
    };
    rows.push(Check::Head, well, told.into_iter().collect());
}

fn clock(found: &Repository, now: i64, rows: &mut Rows) {
    let Head::Branch { name, time: Some(time) } = &found.head else { return };
    let ahead = time.saturating_sub(now);
    let told = (ahead > AHEAD).then(|| Trouble::ClockBehind.told(&[("branch", name), ("ahead", &span(ahead))]));
    rows.push(Check::Clock, "not behind the branch's tip", told.into_iter().collect());
}

fn history(found: &Repository, rows: &mut Rows) {
    let (dir, history) = (("dir", found.dir.as_str()), &found.history);
    let mut told: Vec<Told> = Vec::new();
    if let Some(remote) = &history.partial {
        told.push(Trouble::PartialClone.told(&[dir, ("remote", remote)]));
    }
    if history.shallow {
        told.push(Trouble::Shallow.told(&[dir]));
    }
    if history.replaced > 0 {
        told.push(Trouble::ReplaceRefs.told(&[dir, ("count", &history.replaced.to_string())]));
    }
    if let Some(file) = &history.grafts {
        told.push(Trouble::Grafts.told(&[("file", file)]));
    }
    rows.push(Check::History, "whole, and the same for git and hhgit", told);
}

fn alternates(found: &Repository, rows: &mut Rows) {
    let told = found.alternates.iter().map(|alternate| {
        let trouble = if alternate.there { Trouble::AlternateElsewhere } else { Trouble::AlternateGone };
        trouble.told(&[("dir", &found.dir), ("path", &alternate.path), ("file", &alternate.file)])
    });
    rows.push(Check::Alternates, "all objects are its own", told.collect());
}
