//! A line for a crontab, which a shell reads after cron has: quoted for both.

use std::io::{self, Write};

use super::when::When;
use crate::report::schedule::Job;

/// Writes the line.
pub(super) fn line(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    let when = When::of_job(job, 1);
    writeln!(out, "# for the user who owns the repository: crontab -e")?;
    if let Some(note) = &when.note {
        writeln!(out, "# {note}")?;
    }
    let words = std::iter::once(job.program.clone()).chain(job.arguments());
    writeln!(out, "{} {}", when.fields, words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" "))
}

/// A word as sh reads it, in which cron finds no end of line: it takes a percent sign for one unless a backslash stands before it,
/// which it then takes away.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:=@+,-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    for c in word.chars() {
        match c {
            '\'' => quoted.push_str(r"'\''"),
            '%' => quoted.push_str(r"\%"),
            // Some crons take two backslashes for one: none of these stands before another, or before a percent sign.
            '\\' => quoted.push_str(r"\''"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_nothing_to_the_shell_or_to_cron() {
        assert_eq!(quoted("--remote=https://git.example.org/a.git"), "--remote=https://git.example.org/a.git");
        assert_eq!(quoted("a b; $(c) `d` 'e' 100%"), r"'a b; $(c) `d` '\''e'\'' 100\%'");
        assert_eq!(quoted(r"\%\\"), r"'\''\%\''\'''");
        assert_eq!(quoted(""), "''");
    }
}
