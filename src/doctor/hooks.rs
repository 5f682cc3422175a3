//! What is judged of hooks: whether git runs them, and whether they run this hhgit.

use super::facts::{Hook, Program, Repository};
use crate::path::{quote, unquote};

use super::{Check, Rows, Told, Trouble};

pub(super) fn judge(found: &Repository, rows: &mut Rows) {
    let (dir, hooks) = (("dir", found.dir.as_str()), &found.hooks);
    let folder = ("folder", hooks.folder.as_str());
    let named = found.config.found("core.hooksPath");
    let config = super::settings::taking(&found.dir, named);
    let tell = |trouble: Trouble| trouble.told(&[dir, folder, ("config", &config)]);
    if hooks.off {
        let trouble = if named.is_some() { Trouble::HooksOff } else { Trouble::HooksNoFolder };
        return rows.push(Check::Hooks, "", vec![tell(trouble)]);
    }
    let mut told: Vec<Told> = match (hooks.own, named) {
        (true, _) => Vec::new(),
        (false, None) => vec![tell(Trouble::HooksLinked)],
        (false, Some(_)) if hooks.in_work_tree => vec![tell(Trouble::HooksInWorkTree)],
        (false, Some(_)) => vec![tell(Trouble::HooksElsewhere)],
    };
    let calling: Vec<&Hook> = hooks.files.iter().filter(|hook| hook.calls).collect();
    if found.bare
        && hooks.unread.is_empty()
        && !calling.iter().any(|hook| matches!(hook.name, "pre-receive" | "update"))
    {
        told.push(Trouble::HookMissing.told(&[dir]));
    }
    calling.iter().for_each(|hook| told.extend(of(hook, dir)));
    let unread = |(file, words): &(String, String)| {
        let away = beside(file);
        Trouble::HookUnread.told(&[dir, ("file", file), ("away", &away), ("words", words)])
    };
    told.extend(hooks.unread.iter().map(unread));
    if hooks.pre_commit && !hooks.files.iter().any(|hook| hook.name == "pre-commit") {
        told.push(Trouble::PreCommitOff.told(&[dir]));
    }
    let names: Vec<&str> = calling.iter().map(|hook| hook.name).collect();
    let well = match names.as_slice() {
        [] => "none calls hhgit".to_owned(),
        names => format!("hhgit is run by {}", names.join(" and ")),
    };
    rows.push(Check::Hooks, well, told);
}

fn of<'h>(hook: &'h Hook, dir: (&'h str, &'h str)) -> Vec<Told> {
    let file = ("file", hook.file.as_str());
    let mut told = Vec::new();
    if !hook.executable {
        told.push(Trouble::HookNotExecutable.told(&[file]));
    }
    if hook.edited {
        told.push(Trouble::HookEdited.told(&[file, dir]));
    }
    match &hook.program {
        Some((program, Program::Gone)) => {
            told.push(Trouble::HookProgramGone.told(&[file, dir, ("program", program)]));
        }
        Some((program, Program::Other)) => {
            told.push(Trouble::HookProgramOther.told(&[file, dir, ("program", program)]));
        }
        Some((_, Program::This)) | None => {}
    }
    if let Some(before) = &hook.before_off {
        told.push(Trouble::HookBeforeOff.told(&[("file", before)]));
    }
    told
}

/// The name of what is moved out of the way.
fn beside(file: &str) -> String {
    quote(&[unquote(file).unwrap_or_default(), b".away".to_vec()].concat())
}
