//! What is advised is done, as it stands there, by a shell.

use hhgit::doctor::Trouble;

/// The command in what is advised of a trouble, with what a person fills in; none where there is only something to be said.
pub(crate) fn command(trouble: Trouble, mend: &str) -> Option<String> {
    use Trouble as T;
    let filled = |blank: &str, with: &str| {
        let (command, _) = mend.split_once(", where").expect("what is to be filled in is told");
        command.replacen(blank, with, 1)
    };
    let after = |words: &str| {
        let (_, command) = mend.split_once(words).expect("what the command is for is told");
        Some(command.to_owned())
    };
    match trouble {
        T::HeadBroken | T::HeadNoBranch => Some(mend.to_owned()),
        T::HookUnread => after("move it away: "),
        T::AttributesUnasked => after("made anew: "),
        T::BranchBroken => Some(filled("COMMIT", "kept")),
        _ => None,
    }
}
