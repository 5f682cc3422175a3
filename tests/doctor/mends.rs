//! What is advised is done, as it stands there, by a shell.

use hhgit::doctor::Trouble;

/// The command in what is advised of a trouble, with what a person fills in; none where there is only something to be said, or
/// another test does it.
pub(crate) fn command(trouble: Trouble, mend: &str) -> Option<String> {
    use Trouble as T;
    let filled = |blank: &str, with: &str| {
        let (command, _) = mend.split_once(", where").expect("what is to be filled in is told");
        Some(command.replacen(blank, with, 1))
    };
    let after = |words: &str| {
        let (_, command) = mend.split_once(words).expect("what the command is for is told");
        Some(command.to_owned())
    };
    let before = |words: &str| {
        let (command, _) = mend.split_once(words).expect("there is more to be said");
        Some(command.to_owned())
    };
    match trouble {
        T::HeadBroken | T::HeadNoBranch | T::HeadDetached | T::HeadDetachedBare | T::HeadUnborn => {
            Some(mend.to_owned())
        }
        T::ReplaceRefs | T::Grafts | T::AlternateElsewhere | T::OwnerMixed => Some(mend.to_owned()),
        T::HooksOff | T::HooksElsewhere | T::HooksInWorkTree | T::HooksNoFolder => Some(mend.to_owned()),
        T::HookMissing | T::HookNotExecutable | T::HookBeforeOff => Some(mend.to_owned()),
        T::SettingUnknown | T::SettingUnheard | T::SkipUnheard | T::LineEndings | T::Sparse => Some(mend.to_owned()),
        T::PushIntoCheckout | T::PushForced | T::PushUnchecked | T::PushUnbounded => Some(mend.to_owned()),
        T::BranchHidden | T::PruneNow | T::RawWaits | T::LockOfHhgit | T::RefLeft => Some(mend.to_owned()),
        T::MemoryLinked | T::MemoryOpen | T::MemoryLarge => Some(mend.to_owned()),
        T::BranchBroken => filled("COMMIT", "kept"),
        T::SettingWrong => filled("VALUE", "3s"),
        T::HooksLinked => before("; what"),
        T::HookEdited => after("then: "),
        T::HookUnread => after("move it away: "),
        T::AttributesUnasked => after("made anew: "),
        T::SettingFileGone | T::KeepLeft | T::PackLeft => after("or: "),
        T::LockLeft | T::TemporaryLeft => after("): "),
        // Their own tests: what is advised is a line for a file, or needs a remote.
        T::AttributeChanges | T::AttributeLfs | T::PartialClone | T::Shallow => None,
        // Another program, or a person's decision.
        T::GitMissing | T::GitOld | T::GitBeforeMerge | T::AttributesGitOld | T::PreCommitOff | T::NoIdentity => None,
        T::ClockBehind | T::NoCommit | T::NoFabric | T::FabricLeftAlone | T::UnmanagedWaits | T::NotOpened => None,
        T::HookProgramGone | T::HookProgramOther | T::AlternateGone | T::TipUnreadable | T::ManyPacks => None,
        T::DiskFull | T::DiskLow | T::NoFlock => None,
    }
}
