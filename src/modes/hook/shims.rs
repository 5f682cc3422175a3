//! The scripts that git runs as hooks: each calls hhgit and, before it, the hook that was there; text only, nothing is written here.
//!
//! A script is POSIX sh, and known as hhgit's by its second line, which holds a digest of the others: what a person changed is
//! told from what hhgit wrote, and left alone. The hook that was there stays beside it under another name. Whether it is there
//! and may be run is looked at each time, so that taking it away needs no change here.

use std::path::Path;

use crate::ids::sha256_hex;

/// What the name of a hook that was there gets appended.
pub const BEFORE: &str = ".before-hhgit";
/// How the line begins that tells whose a script is.
const MARK: &str = "# hhgit hook, sha256:";
/// How that line ends.
const MARK_END: &str = ": made by hhgit hook install, taken away by hhgit hook uninstall; not to be edited";

/// A hook that hhgit can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// Before a commit is made, in a person's repository.
    PreCommit,
    /// Before a push leaves, in a person's repository.
    PrePush,
    /// Before a push is let in, on a server.
    PreReceive,
    /// After a push was let in, on a server.
    PostReceive,
}

/// Whose a file in a hook's place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// hhgit's, as it was written.
    Hhgit,
    /// hhgit's, and changed since.
    Edited,
    /// Somebody else's.
    Other,
}

impl Hook {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PreCommit, Self::PrePush, Self::PreReceive, Self::PostReceive];

    /// Git's name for it, which is its file's and that of hhgit's command.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::PostReceive => "post-receive",
        }
    }

    /// Whether git gives it something to read, which the hook before it must have as well.
    fn reads(self) -> bool {
        self != Self::PreCommit
    }

    /// What the script says and does where no hhgit is left to be run.
    fn without_hhgit(self) -> String {
        let (said, exit) = match self {
            Self::PreCommit => ("this commit was not sorted", 0),
            Self::PrePush => ("this push was not checked", 0),
            Self::PreReceive => ("this push cannot be judged and is refused", 1),
            Self::PostReceive => ("this push was not sorted", 0),
        };
        let whose = if self == Self::PreReceive { "whoever keeps this server can install" } else { "install" };
        format!(
            "        undo=\"rm '$0'\"\n        if [ -e \"$before\" ]; then undo=\"mv '$before' '$0'\"; fi\n        \
             printf 'hhgit: %s\\n' \"$hhgit is gone and there is none on PATH: {said}\" \\\n            \
             \"{whose} it again, or take this hook away: cd '$PWD' && $undo\" >&2\n        exit {exit}\n"
        )
    }

    /// What the script does with the hook that was there: runs it first, with what git gave, and holds to its refusal.
    fn before(self) -> &'static str {
        match self {
            Self::PreCommit => "    \"$before\" \"$@\" || exit\n",
            // What a post-receive says no longer decides anything.
            Self::PostReceive => "    give \"$before\" \"$@\"\n",
            Self::PrePush | Self::PreReceive => "    give \"$before\" \"$@\" || exit\n",
        }
    }
}

/// The script of a hook that runs the hhgit at this path, with these flags before what git gives.
pub fn script(hook: Hook, program: &Path, flags: &[String]) -> Vec<u8> {
    let name = hook.name();
    let flags: Vec<Vec<u8>> = flags.iter().map(|flag| [b" ".to_vec(), quoted(flag.as_bytes())].concat()).collect();
    let give = "hhgit_lines=$(cat)\ngive() {\n    if [ -z \"$hhgit_lines\" ]; then\n        \"$@\" </dev/null\n    else\n        \"$@\" <<END\n\
                $hhgit_lines\nEND\n    fi\n}\n";
    let (give, run) = if hook.reads() { (give, "give") } else { ("", "exec") };
    let rest = format!(
        "\ncase $0 in */*) before=${{0%/*}} ;; *) before=. ;; esac\nbefore=$before/{name}{BEFORE}\n{give}if [ -x \"$before\" ]; then\n{}fi\nif [ ! -x \"$hhgit\" ]; then\n    \
         found=$(command -v hhgit) || {{\n{}    }}\n    hhgit=$found\nfi\n{run} \"$hhgit\" hook {name}",
        hook.before(),
        hook.without_hhgit(),
    );
    let program = quoted(program.as_os_str().as_encoded_bytes());
    let body = [b"hhgit=".to_vec(), program, rest.into_bytes(), flags.concat(), b" \"$@\"\n".to_vec()].concat();
    let mut script = format!("#!/bin/sh\n{MARK}{}{MARK_END}\n", digest(&body)).into_bytes();
    script.extend_from_slice(&body);
    script
}

/// Bytes as one word of sh that stands for just them.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\'');
    out
}

/// The bytes of which [`quoted`] made a word.
fn unquoted(mut word: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((first, rest)) = word.split_first() {
        word = if *first == b'\'' { rest.strip_prefix(b"\\''").unwrap_or(rest) } else { rest };
        out.push(*first);
    }
    out
}

fn digest(body: &[u8]) -> String {
    sha256_hex(body)[..16].to_owned()
}

/// The program that a hook names by its full path and gives the word `hook`: hhgit's own scripts do, and those by hand.
pub fn program(script: &[u8]) -> Option<Vec<u8>> {
    if let Some(rest) = script.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"hhgit='")) {
        let whole = rest.strip_suffix(b"'")?;
        return Some(unquoted(whole));
    }
    let text = String::from_utf8_lossy(script);
    let mut words = text.split_whitespace().map(|word| word.trim_matches(['\'', '"'])).peekable();
    while let Some(word) = words.next() {
        if word.starts_with('/') && words.peek() == Some(&"hook") {
            return Some(word.as_bytes().to_vec());
        }
    }
    None
}

/// Whether a hook calls hhgit, by whichever path.
pub fn calls(script: &[u8]) -> bool {
    let text = String::from_utf8_lossy(script);
    text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains("hhgit") && line.contains(" hook "))
}

/// Whose a script is.
pub fn author(script: &[u8]) -> Author {
    let Some(rest) = script.strip_prefix(b"#!/bin/sh\n") else { return mentions_mark(script) };
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (line, body) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
    let expected = format!("{MARK}{}{MARK_END}", digest(body));
    if line == expected.as_bytes() { Author::Hhgit } else { mentions_mark(script) }
}

fn mentions_mark(script: &[u8]) -> Author {
    let mark = MARK.as_bytes();
    if script.windows(mark.len()).any(|window| window == mark) { Author::Edited } else { Author::Other }
}

/// Whether a hook looks at the name it is run by to know what it is, so that it would do nothing, or something else, under another.
/// `target` is the last component of what it links to, where it is a symbolic link.
pub fn goes_by_its_name(script: &[u8], name: &str, target: Option<&[u8]>) -> bool {
    let says = |word: &str| script.windows(word.len()).any(|window| window == word.as_bytes());
    if !script.starts_with(b"#!") {
        // A program that several names link to.
        return !script.is_empty() && target.is_some_and(|target| target != name.as_bytes());
    }
    let own_name = ["$0", "${0", "__FILE__", "argv[0]", "$PROGRAM_NAME", "BASH_SOURCE"].into_iter().any(says);
    // What a hook reads in from beside it may ask for the name as well.
    let reads_in = [". \"$(dirname", "source \"$(dirname", ". \"${0%", "source \"${0%"].into_iter().any(says);
    own_name && (reads_in || ["basename", "${0##", "argv[0]", "Path(__file__).name"].into_iter().any(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_known_as_hhgits_until_one_byte_of_it_changes() {
        for hook in Hook::ALL {
            let script = script(hook, Path::new("/opt/it's here/hhgit"), &["--policy=it's".to_owned()]);
            assert_eq!(author(&script), Author::Hhgit);
            let marked = "#!/bin/sh\n".len() + MARK.len();
            for at in marked..script.len() {
                let mut changed = script.clone();
                changed[at] ^= 1;
                assert_eq!(author(&changed), Author::Edited, "{} at {at}", hook.name());
            }
            assert_eq!(author(&[script, b"\n".to_vec()].concat()), Author::Edited);
        }
        for other in [&b""[..], b"#!/bin/sh\n", b"#!/bin/sh\nexit 1\n", b"\x7fELF\0"] {
            assert_eq!(author(other), Author::Other);
        }
    }

    #[test]
    fn a_hook_that_asks_for_its_own_name_is_told_from_one_that_does_not() {
        let by_name: [&[u8]; 5] = [
            b"#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n",
            b"#!/usr/bin/env bash\ndata=$(cat)\nhookname=$(basename $0)\n",
            b"#!/usr/bin/env ruby\nhook_type = File.basename($0)\n",
            b"#!/bin/sh\nn=${0##*/}\n",
            b"#!/usr/bin/python3\nname = sys.argv[0]\n",
        ];
        assert!(by_name.iter().all(|hook| goes_by_its_name(hook, "pre-receive", None)));
        let plain: [&[u8]; 3] = [
            b"#!/bin/sh\nexec npm test\n",
            b"#!/bin/sh\nHERE=\"$(cd \"$(dirname \"$0\")\" && pwd)\"\n",
            b"#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n",
        ];
        assert!(!plain.iter().any(|hook| goes_by_its_name(hook, "pre-commit", None)));
        assert!(goes_by_its_name(b"\x7fELF", "pre-receive", Some(b"gitaly-hooks")));
        assert!(!goes_by_its_name(b"\x7fELF", "pre-receive", None));
        assert!(!goes_by_its_name(b"", "pre-receive", Some(b"nowhere")));
    }
}
