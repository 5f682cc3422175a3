//! A systemd service that does one round, and the timer that starts it.

use std::io::{self, Write};

use crate::report::schedule::Job;

/// Writes both units, each with its place.
pub(super) fn units(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    // The program's name may hold specifiers, but no variables.
    let program = quoted(&job.program, "%");
    let words = std::iter::once(program).chain(job.arguments().into_iter().map(|word| quoted(&word, "%$")));
    let command = words.collect::<Vec<_>>().join(" ");
    writeln!(out, "# /etc/systemd/system/hhgit.service")?;
    write!(
        out,
        "[Unit]\nDescription=hhgit, one round by the clock\nWants=network-online.target\nAfter=network-online.target\n\n\
         [Service]\nType=oneshot\n# User= whoever owns the repository\nExecStart={command}\n\
         # What git has begun, it ends.\nKillMode=mixed\nNoNewPrivileges=yes\nPrivateTmp=yes\n\n"
    )?;
    let tenth = (job.interval.seconds() / 10).max(1);
    writeln!(out, "# /etc/systemd/system/hhgit.timer, then: systemctl enable --now hhgit.timer")?;
    write!(
        out,
        "[Unit]\nDescription=hhgit, every {0}\n\n[Timer]\nOnActiveSec=0\nOnUnitInactiveSec={0}\n\
         RandomizedDelaySec={tenth}s\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n",
        job.interval
    )
}

/// A word of a command line as systemd reads it, with no escape of its own, and with what stands before a specifier or a variable
/// doubled, which makes it mean itself.
fn quoted(word: &str, doubled: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:=@+,-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if doubled.contains(c) => quoted.extend([c, c]),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_nothing_to_systemd() {
        assert_eq!(quoted("/usr/local/bin/hhgit", "%"), "/usr/local/bin/hhgit");
        let hostile = "a b; ${c} $d %h \"e\" \\x41 'f'";
        assert_eq!(quoted(hostile, "%$"), "\"a b; $${c} $$d %%h \\\"e\\\" \\\\x41 'f'\"");
        assert_eq!(quoted(hostile, "%"), "\"a b; ${c} $d %%h \\\"e\\\" \\\\x41 'f'\"");
        assert_eq!(quoted(";", "%$"), "\";\"");
    }
}
