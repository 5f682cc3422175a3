//! All that `hhgit doctor` can say is wrong: what, why it matters, and what mends it, with `{names}` where a repository's own words go.

use crate::path::{shell_word, unquote};

use super::{Check, Gravity, Told};

macro_rules! troubles {
    ($($name:ident $code:literal $check:ident $gravity:ident: $says:literal $why:literal $mend:literal)*) => {
        /// Something that is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Trouble {
            $(#[doc = $says] $name,)*
        }

        impl Trouble {
            /// All of them, in the order of the checks.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name, which stays as it is.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The check that finds it.
            pub fn check(self) -> Check {
                match self { $(Self::$name => Check::$check,)* }
            }

            /// How grave it is.
            pub fn gravity(self) -> Gravity {
                match self { $(Self::$name => Gravity::$gravity,)* }
            }

            /// What is wrong, and where.
            pub fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }

            /// What comes of it.
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => $why,)* }
            }

            /// What to do.
            pub fn mend(self) -> &'static str {
                match self { $(Self::$name => $mend,)* }
            }
        }
    };
}

troubles! {
    GitMissing "git-missing" Git Problem:
        "the git program is not on the PATH"
        "git fetches, pushes and moves checked-out branches for hhgit"
        "install git, or put it on the PATH of the account that runs hhgit"
    GitOld "git-old" Git Problem:
        "git is {version}, older than 2.24"
        "it does not know what hhgit asks of it"
        "install git 2.38 or newer"
    GitBeforeMerge "git-before-merge" Git Warning:
        "git is {version}, older than 2.38"
        "hhgit merge needs 2.38, and a bot in a partial clone 2.36"
        "install git 2.38 or newer"
    NotOpened "not-opened" Repository Problem:
        "{what hhgit says of the repository}"
        "no command of hhgit works here, and its hooks refuse every push"
        "{what it says to do}"
    HeadBroken "head-broken" Head Problem:
        "HEAD says nothing that can be followed: {words}"
        "hhgit and git do not know which branch is meant"
        "echo ref: refs/heads/{branch} > {file}"
    BranchBroken "branch-broken" Head Problem:
        "HEAD names {branch}, which is broken: {words}"
        "nothing can be judged, sorted or pushed there"
        "rm -f {file} && git -C {dir} update-ref {branch} COMMIT, where COMMIT is its last one: from a clone, or the end of {log}"
    HeadNoBranch "head-no-branch" Head Problem:
        "HEAD names {target}, which is no branch"
        "hhgit goes by the branch that HEAD names, and nothing is committed to anything else"
        "git -C {dir} symbolic-ref HEAD refs/heads/{branch}"
    HeadDetached "head-detached" Head Warning:
        "HEAD is on the commit {commit} and on no branch"
        "hhgit sync, check and status go by the branch that HEAD names"
        "git -C {dir} switch {branch}"
    HeadDetachedBare "head-detached-bare" Head Warning:
        "HEAD is on the commit {commit} and on no branch"
        "hhgit sync, check and status go by the branch that HEAD names"
        "git -C {dir} symbolic-ref HEAD refs/heads/{branch}"
    HeadUnborn "head-unborn" Head Warning:
        "HEAD names {head}, which has no commit, while {branch} has"
        "hhgit sync, and a hook that compares a new branch, go by the branch that HEAD names"
        "git -C {dir} symbolic-ref HEAD refs/heads/{branch}"
    NoCommit "no-commit" Head Warning:
        "there is no commit yet"
        "there is nothing to sort"
        "push a first commit, or make one: hhgit -C {dir} init FOLDER"
    ClockBehind "clock-behind" Clock Warning:
        "the tip of {branch} was committed {ahead} from now"
        "a sync takes over its parent's date; git log and whoever asks for new commits go by dates"
        "set the clock (timedatectl set-ntp true); if the pusher's was wrong, the next commit mends it"
    NoIdentity "no-identity" Identity Warning:
        "git has no name and address for you"
        "hhgit init, import, undo and schedule make commits in your name"
        "git config --global user.name NAME && git config --global user.email ADDRESS"
    PartialClone "partial-clone" History Warning:
        "this is a partial clone of {remote}: objects may be missing"
        "hhgit fetches none by itself; a sync that needs one ends with 3"
        "git -C {dir} fetch --refetch --no-filter {remote} && for key in remote.{remote}.promisor remote.{remote}.partialclonefilter extensions.partialClone; do git -C {dir} config --unset-all \"$key\"; done"
    Shallow "shallow" History Warning:
        "history is cut off (shallow)"
        "whether somebody took a document back is told by history; where it ends too early, a sync ends with 3"
        "git -C {dir} fetch --unshallow"
    ReplaceRefs "replace-refs" History Warning:
        "refs/replace/ has others in the place of objects ({count})"
        "git shows the replacements, hhgit reads the objects themselves"
        "git -C {dir} replace --delete $(git -C {dir} replace --list)"
    Grafts "grafts" History Warning:
        "{file} changes the history that git shows"
        "hhgit reads the commits themselves"
        "rm {file}"
    AlternateGone "alternate-gone" Alternates Problem:
        "objects are borrowed from {path}, which is not there"
        "what lies there cannot be read: syncs end with 3, pushes are refused"
        "put it back, or take its line out of {file} and see what is missing: git -C {dir} fsck --connectivity-only"
    AlternateElsewhere "alternate-elsewhere" Alternates Warning:
        "objects are borrowed from {path}"
        "whoever collects or deletes that repository takes them away from this one"
        "git -C {dir} repack -a -d && rm {file}"
    OwnerMixed "owner-mixed" Owner Problem:
        "{path} belongs to user {other}, the repository to user {owner}"
        "the account that git runs as cannot write there: pushes and syncs fail"
        "chown -R {owner} {git_dir}"
    HooksOff "hooks-off" Hooks Problem:
        "core.hooksPath is {folder}, which is no folder"
        "git runs no hook here, so nothing is judged or sorted"
        "{config} --unset-all core.hooksPath"
    HooksElsewhere "hooks-elsewhere" Hooks Warning:
        "core.hooksPath is {folder}, outside this repository"
        "other repositories may run the same hooks, and hhgit hook install does not write there"
        "{config} --unset-all core.hooksPath && hhgit -C {dir} hook install"
    HooksInWorkTree "hooks-in-work-tree" Hooks Warning:
        "core.hooksPath is {folder}, in the work tree"
        "what is committed there is run as a hook, and hhgit hook install does not write there"
        "{config} --unset-all core.hooksPath && hhgit -C {dir} hook install"
    HooksNoFolder "hooks-no-folder" Hooks Problem:
        "{folder} is no folder"
        "git runs no hook here, so nothing is judged or sorted"
        "rm {folder} && hhgit -C {dir} hook install"
    HooksLinked "hooks-linked" Hooks Warning:
        "{folder} is a link out of this repository"
        "other repositories may run the same hooks, and hhgit hook install does not write there"
        "rm {folder} && hhgit -C {dir} hook install; what other hooks were there is to be put back"
    HookMissing "hook-missing" Hooks Warning:
        "no pre-receive hook calls hhgit"
        "pushes are let in without being judged"
        "hhgit -C {dir} hook install"
    HookUnread "hook-unread" Hooks Problem:
        "{file} cannot be read: {words}"
        "git cannot run it, and hhgit cannot tell what it does"
        "look what it is, and move it away: mv {file} {away} && hhgit -C {dir} hook install"
    HookNotExecutable "hook-not-executable" Hooks Problem:
        "{file} is not executable"
        "git passes it by: nothing is judged or sorted"
        "chmod +x {file}"
    HookEdited "hook-edited" Hooks Warning:
        "{file} was made by hhgit hook install and changed since"
        "hhgit hook install and uninstall leave it alone, so no newer hhgit renews it"
        "keep the change elsewhere, then: rm {file} && hhgit -C {dir} hook install"
    HookProgramGone "hook-program-gone" Hooks Problem:
        "{file} runs {program}, which is not there or not executable"
        "the hook takes any hhgit on the PATH; where there is none, a server refuses every push"
        "hhgit -C {dir} hook install; or, where the hook was written by hand, name the right program in it"
    HookProgramOther "hook-program-other" Hooks Warning:
        "{file} runs {program}, which is another hhgit than this one"
        "what this one says may not be what pushes are judged by"
        "hhgit -C {dir} hook install; or, where the hook was written by hand, name the right program in it"
    HookBeforeOff "hook-before-off" Hooks Warning:
        "{file}, the hook that was there before hhgit's, is not executable"
        "hhgit's hook passes it by"
        "chmod +x {file}"
    PreCommitOff "pre-commit-off" Hooks Warning:
        ".pre-commit-config.yaml names hhgit, and no pre-commit hook is there"
        "commits are neither sorted nor checked"
        "cd {dir} && pre-commit install"
    SettingUnknown "setting-unknown" Settings Problem:
        "{key} is no setting of hhgit's{hint}"
        "it has no effect"
        "{config} --unset-all {key}"
    SettingWrong "setting-wrong" Settings Problem:
        "{key} is \"{value}\", which means nothing"
        "who needs it ends with 3; a server's hooks refuse every push"
        "{config} --replace-all {key} VALUE, where VALUE is {values}"
    SettingUnheard "setting-unheard" Settings Warning:
        "{key} is set by the user's configuration or the environment"
        "a server's hooks hear the repository's and the system's alone"
        "git -C {dir} config --add {key} {value}"
    SettingFileGone "setting-file-gone" Settings Problem:
        "{key} names {file}, which is not there"
        "the server's hooks refuse every push"
        "put it there, or: {config} --unset-all {key}"
    SkipUnheard "skip-unheard" Settings Warning:
        "hhgit.allowSkip is true, and receive.advertisePushOptions is not"
        "git takes no push option here, so nobody can skip"
        "{config} --replace-all receive.advertisePushOptions true"
    PushIntoCheckout "push-into-checkout" Pushes Problem:
        "receive.denyCurrentBranch is {value}"
        "a push moves the branch and leaves the files checked out: the next commit takes the push back"
        "{config} --replace-all receive.denyCurrentBranch refuse"
    PushForced "push-forced" Pushes Warning:
        "receive.denyNonFastForwards is not set"
        "a forced push takes syncs and other people's commits off a branch"
        "{config} --replace-all receive.denyNonFastForwards true"
    PushUnchecked "push-unchecked" Pushes Warning:
        "receive.fsckObjects is not set"
        "git takes in malformed objects, which its own clients later refuse"
        "{config} --replace-all receive.fsckObjects true"
    PushUnbounded "push-unbounded" Pushes Warning:
        "receive.maxInputSize is not set"
        "one push can fill the disk"
        "{config} --replace-all receive.maxInputSize 256m"
    BranchHidden "branch-hidden" Pushes Warning:
        "{key} hides {branch}"
        "whoever clones or pushes does not see what hhgit sorts"
        "{config} --fixed-value --unset-all {key} {value}"
    PruneNow "prune-now" Collection Problem:
        "gc.pruneExpire is {value}"
        "a collection beside a push or a sync deletes objects that they are about to use"
        "{config} --replace-all gc.pruneExpire 2.weeks.ago"
    ManyPacks "many-packs" Collection Warning:
        "there are {count} packs"
        "each sync and each push may add one; every look-up goes through all"
        "git -C {dir} gc"
    TipUnreadable "tip-unreadable" Fabrics Problem:
        "what {branch} holds cannot be read: {words}"
        "nothing can be judged or sorted"
        "git -C {dir} fsck --full"
    NoFabric "no-fabric" Fabrics Warning:
        "{branch} holds no fabric directory"
        "there is nothing to sort or judge, so pushes pass unjudged"
        "hhgit -C {dir} init FOLDER, in a clone where this is a server"
    FabricLeftAlone "fabric-left-alone" Fabrics Problem:
        "{fabric} is left alone: {words}"
        "nothing in it is sorted until that is mended"
        "mend it in a commit; hhgit explain {code} says how"
    RawWaits "raw-waits" Documents Warning:
        "{fabric}/raw/ holds {files} that no sync has sorted yet"
        "what lies in raw/ is not applied by Argo CD or Flux"
        "hhgit -C {dir} sync"
    UnmanagedWaits "unmanaged-waits" Documents Warning:
        "{fabric}/unmanaged/ holds {files} that hhgit refused"
        "they are applied to no cluster"
        "the .metadata file beside each says why; mend them, commit, then: hhgit -C {dir} sync --retry"
    AttributeChanges "attribute-changes" Attributes Problem:
        "{path} has the git attribute {attribute}"
        "a checkout, and with it Argo CD or Flux, gets other bytes than the commit that hhgit judged"
        "take the line out of .gitattributes, or add to it: {line} -text -ident -working-tree-encoding -filter"
    AttributesUnasked "attributes-unasked" Attributes Warning:
        "what git attributes make of the files could not be asked: {words}"
        "a line in .gitattributes may change what a checkout, and with it Argo CD or Flux, gets"
        "look whether git works there: git -C {dir} status; an index that is damaged is made anew: rm -f {index} && git -C {dir} reset --quiet"
    AttributesGitOld "attributes-git-old" Attributes Warning:
        "what git attributes make of the files is asked of git 2.40 or newer, and this is {version}"
        "a line in .gitattributes may change what a checkout, and with it Argo CD or Flux, gets"
        "install git 2.40 or newer"
    AttributeLfs "attribute-lfs" Attributes Problem:
        "{path} is kept by Git LFS"
        "the commit holds a pointer and no YAML; hhgit refuses it as lfs-pointer"
        "add to .gitattributes: {line} -filter -diff -merge, then: git add --renormalize {folder}"
    LineEndings "line-endings" WorkTree Warning:
        "{key} is {value}"
        "files in the work tree have other line endings than the commits that hhgit reads and writes"
        "{config} --replace-all {key} {better}"
    Sparse "sparse" WorkTree Warning:
        "the work tree is sparse"
        "hhgit sorts all of the commit; what it moves out of sight cannot be seen here"
        "git -C {dir} sparse-checkout disable"
    LockLeft "lock-left" Locks Problem:
        "{file} has been there for {age}"
        "git and hhgit wait for it and then fail"
        "if no git runs there (fuser -v {dir}): rm {file}"
    LockOfHhgit "lock-of-hhgit" Locks Warning:
        "{file} was left by a killed hhgit"
        "git waits for it and then fails; hhgit takes it away"
        "hhgit -C {dir} sync"
    KeepLeft "keep-left" Leavings Warning:
        "{file} was left by a killed hhgit"
        "git gc keeps that pack for ever"
        "hhgit -C {dir} sync, as soon as it has something to write; or: rm {file}"
    TemporaryLeft "temporary-left" Leavings Warning:
        "{file} has been there for {age}"
        "it takes up room and is nobody's"
        "if no git runs there (fuser -v {dir}): rm -r {file}"
    PackLeft "pack-left" Leavings Warning:
        "{file} was left by a killed hhgit"
        "it takes up room, and no git takes it away"
        "hhgit -C {dir} sync, as soon as it has something to write; or: rm -r {file}"
    RefLeft "ref-left" Leavings Warning:
        "{name} was left by a killed hhgit sync --remote"
        "git keeps all that it leads to"
        "git -C {dir} update-ref -d {name}"
    MemoryLinked "memory-linked" Memory Problem:
        "{path} is no folder"
        "hhgit neither reads nor writes there, so every push is judged from nothing"
        "rm {path}"
    MemoryOpen "memory-open" Memory Warning:
        "{path} belongs to somebody else, or others may write to it"
        "hhgit believes nothing that lies there, and learns it again each time"
        "rm -r {path}"
    MemoryLarge "memory-large" Memory Warning:
        "{path} holds {size}"
        "it can be made again at any time"
        "rm -r {path}"
    DiskFull "disk-full" Disk Problem:
        "{free} are free where {dir} lies"
        "pushes and syncs fail"
        "free some: git -C {dir} gc, or look with du -xh {dir} | sort -h | tail"
    DiskLow "disk-low" Disk Warning:
        "{free} are free where {dir} lies"
        "pushes and syncs fail once it is full"
        "free some: git -C {dir} gc, or look with du -xh {dir} | sort -h | tail"
    NoFlock "no-flock" Disk Warning:
        "the file system of {dir} knows no locks (flock)"
        "what a killed hhgit leaves there is not told from what is in use, and stays until you remove it"
        "mount it with locks (NFS: without nolock and local_lock), or keep the repository on a local disk"
}

impl Trouble {
    /// The trouble with a repository's own words in it, which are as [`quote`](crate::path::quote) shows them.
    pub(super) fn told(self, words: &[(&str, &str)]) -> Told {
        Told {
            trouble: self,
            says: filled(self.says(), words, |_, word| word.to_owned()),
            mend: filled(self.mend(), words, typed),
        }
    }
}

/// A text with words in place of their names in braces.
fn filled(text: &str, words: &[(&str, &str)], write: impl Fn(&str, &str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let word = words.iter().find(|(known, _)| *known == name).map_or("", |(_, word)| word);
        out.push_str(&write(name, word));
        rest = after;
    }
    out + rest
}

/// A word in what is to be done: what is already a part of a command or a sentence as it is, and what is shown quoted as its bytes.
fn typed(name: &str, word: &str) -> String {
    match name {
        "values" | "hint" | "config" | "line" => word.to_owned(),
        _ => unquote(word).map_or_else(|| shell_word(word), shell_word),
    }
}
