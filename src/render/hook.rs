//! What a person who pushes reads of a server's hook: the verdict in the first line, then why, then what shows all of it.
//!
//! Git puts `remote: ` before each line and shows it in whatever terminal there is: no colours, no excerpts, nothing that could
//! steer it, and lines that fit.

use std::cmp::Reverse;
use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use super::error::words;
use super::{Style, check, count, other_place, sanitize};
use crate::finding::Finding;
use crate::report::receive::{Answer, Synced, Told, Verdict};
use crate::verdict::code::Severity;

/// How many findings are shown.
const SHOWN: usize = 20;
/// How many refs a heading names.
const NAMED: usize = 3;
/// How a line is laid out: what git puts before it comes on top.
const PLAIN: Style = Style { color: false, verbose: false, width: Some(80) };

/// What GitLab shows to people in its own pages starts so.
pub const GITLAB: &str = "GL-HOOK-ERR: ";

/// Writes what is to be said of a push; nothing where there is nothing to say. Each line of a refusal starts with `prefix`.
pub fn verdict(out: &mut dyn Write, verdict: &Verdict, prefix: &str) -> io::Result<()> {
    let mut text = Text(String::new());
    let refused = matches!(verdict.answer, Answer::Refused | Answer::Late { refused: true, .. });
    match &verdict.answer {
        Answer::Refused => text.line(&format!("hhgit: the push is refused: {}.", reasons(verdict))),
        Answer::LetIn if verdict.told.is_empty() => {}
        Answer::LetIn => {
            let all = check::tally(verdict.told.iter().map(|told| &told.finding), PLAIN);
            text.line(&format!("hhgit: the push is let in. To look at: {all}."));
        }
        Answer::Skipped => text.line("hhgit: the push is let in unjudged, as the push option hhgit.skip asks."),
        Answer::Late { limit, refused } => late(&mut text, *limit, *refused),
    }
    if !verdict.told.is_empty() {
        findings(&mut text, verdict);
    }
    if !verdict.deleted.is_empty() {
        let names: Vec<&str> = verdict.deleted.iter().map(String::as_str).collect();
        text.line(&format!("hhgit: {} would be deleted; there is nothing to judge.", listed(&names)));
    }
    for note in &verdict.notes {
        text.line(&format!("hhgit: {note}"));
    }
    text.write(out, if refused { prefix } else { "" })
}

/// Writes why a push could not be judged, and so is refused.
pub fn failure(out: &mut dyn Write, error: &dyn Error, prefix: &str) -> io::Result<()> {
    failed(out, "hhgit: the push is refused, because it cannot be judged.", error, prefix)
}

/// Writes why what was pushed could not be sorted.
pub fn not_sorted(out: &mut dyn Write, error: &dyn Error) -> io::Result<()> {
    failed(out, "hhgit: the push is let in, but nothing of it was sorted.", error, "")
}

/// Writes why nothing was remembered.
pub fn not_warm(out: &mut dyn Write, error: &dyn Error) -> io::Result<()> {
    failed(out, "hhgit: nothing was remembered; pushes are judged all the same, slower.", error, "")
}

fn failed(out: &mut dyn Write, first: &str, error: &dyn Error, prefix: &str) -> io::Result<()> {
    let mut text = Text(String::new());
    text.line(first);
    text.0.push('\n');
    for (label, said) in ["error", "cause"].into_iter().chain(std::iter::repeat("cause")).zip(words(error)) {
        text.0.push_str(&PLAIN.labelled(0, label, &said));
        text.0.push('\n');
    }
    text.write(out, prefix)
}

/// Writes what became of a pushed branch on the server.
pub fn synced(out: &mut dyn Write, synced: &Synced) -> io::Result<()> {
    let mut text = Text(String::new());
    match synced {
        Synced::Sorted { branch, managed, unmanaged, commit } => {
            let mut parts = Vec::new();
            if *managed > 0 {
                parts.push(format!("{} sorted", count(*managed, "object")));
            }
            if *unmanaged > 0 {
                parts.push(format!("{unmanaged} to unmanaged/"));
            }
            if parts.is_empty() {
                parts.push("its folders put right".to_owned());
            }
            let (id, branch) = (commit.short(), sanitize(branch));
            // One line a branch, however wide: it is read by eye, and by what looks for it.
            text.0.push_str(&format!("hhgit: synced {branch}: {} ({id}); git pull to get it\n", parts.join(", ")));
        }
        Synced::LeftAlone { branch, fabric } => text.line(&format!(
            "hhgit: left {fabric} of {branch} alone, because it is broken; hhgit status shows what is wrong"
        )),
        Synced::Failed { branch, words } => {
            text.line(&format!("hhgit: {branch} is pushed, but it was not sorted: {words}"));
        }
        Synced::Forge { branch, forge } => {
            text.line(&format!(
                "hhgit: {branch} is pushed, but it was not sorted: a commit made here would pass {forge} by, whose \
                 database learns of pushes alone. Let a bot run this instead, with the repository's address for URL:"
            ));
            text.0.push_str(&format!("  hhgit sync --remote URL --branch {}\n", sanitize(branch)));
        }
    }
    text.write(out, "")
}

fn late(text: &mut Text, limit: Duration, refused: bool) {
    let limit =
        if limit.subsec_millis() == 0 { format!("{} s", limit.as_secs()) } else { format!("{} ms", limit.as_millis()) };
    if refused {
        text.line(&format!("hhgit: the push is refused, because judging it took longer than {limit}."));
        text.0.push('\n');
        text.line(
            "Push less at once, or have the server's admin raise hhgit.timeBudget, or run once: hhgit hook warm. With \
             hhgit.pastTimeBudget=allow such a push is let in.",
        );
    } else {
        text.line(&format!("hhgit: the push is let in unjudged: judging it took longer than {limit}."));
    }
}

/// How many reasons there are, and in which refs.
fn reasons(verdict: &Verdict) -> String {
    let refusing = || verdict.told.iter().filter(|told| told.refuses);
    let mut refs: Vec<&str> = refusing().flat_map(|told| told.refs.iter().map(String::as_str)).collect();
    refs.sort_unstable();
    refs.dedup();
    format!("{} in {}", count(refusing().count(), "error"), listed(&refs))
}

/// Names, or some of them.
fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{shown} and {} more", names.len() - NAMED) } else { shown }
}

/// The gravest findings, those of the same refs together, each help once for those in a row that share it.
fn findings(text: &mut Text, verdict: &Verdict) {
    let mut shown: Vec<&Told> = verdict.told.iter().take(SHOWN).collect();
    shown.sort_by_key(|told| (Reverse(told.refuses), &told.refs));
    let group = |told: &Told| (told.refuses, told.refs.clone());
    let mixed = verdict.answer == Answer::Refused;
    for (index, told) in shown.iter().enumerate() {
        if index == 0 || group(shown[index - 1]) != group(told) {
            text.0.push('\n');
            heading(text, told, mixed, verdict.judged > 1);
        }
        text.0.push_str(&line(&told.finding));
        let next = shown.get(index + 1).filter(|next| group(next) == group(told));
        let shared =
            next.is_some_and(|next| (next.finding.code, &next.finding.help) == (told.finding.code, &told.finding.help));
        if !shared {
            text.0.push_str(&PLAIN.labelled(2, "help", &told.finding.help));
            text.0.push('\n');
        }
    }
    text.0.push('\n');
    if verdict.told.len() > SHOWN {
        text.line(&format!("And {}.", count(verdict.told.len() - SHOWN, "more finding")));
    }
    if let Some(command) = &verdict.command {
        let all = if verdict.judged > 1 { format!("All of {}", command.name) } else { "All of it".to_owned() };
        text.command(&format!("{}, in your clone:", sanitize(&all)), &command.words);
    }
}

fn heading(text: &mut Text, told: &Told, mixed: bool, several: bool) {
    let refs: Vec<&str> = told.refs.iter().map(String::as_str).collect();
    let place = if several { format!("In {}", listed(&refs)) } else { String::new() };
    let besides = if mixed && !told.refuses { "no reason to refuse" } else { "" };
    match (place.is_empty(), besides.is_empty()) {
        (true, true) => {}
        (true, false) => text.line("Besides, and no reason to refuse:"),
        (false, true) => text.line(&format!("{place}:")),
        (false, false) => text.line(&format!("{place}, besides, and {besides}:")),
    }
}

/// One finding: where, what and, if another place has part in it, that.
fn line(finding: &Finding) -> String {
    let place = match (finding.place, finding.document) {
        (Some(place), _) => format!(":{}:{}", place.line, place.column),
        (None, Some(document)) => format!(", document {document}"),
        (None, None) => String::new(),
    };
    let mild = match finding.severity {
        Severity::Error => String::new(),
        other => format!("{} ", other.as_str()),
    };
    let start = format!("{}{place} {mild}{}: ", finding.path, finding.code);
    let used = start.chars().count();
    let mut text = PLAIN.flow(start, used, 4, &finding.message);
    text.push('\n');
    if let Some(related) = &finding.related {
        text.push_str(&PLAIN.labelled(2, "other", &other_place(related)));
        text.push('\n');
    }
    text
}

/// Text that is being put together, line by line.
struct Text(String);

impl Text {
    fn line(&mut self, words: &str) {
        self.0.push_str(&PLAIN.flow(String::new(), 0, 2, words));
        self.0.push('\n');
    }

    /// A command, whole, since it is to be copied: behind its words, or below them if they do not fit one line.
    fn command(&mut self, words: &str, command: &str) {
        let command = sanitize(command);
        let fits = PLAIN.width.is_none_or(|width| words.len() + 1 + command.len() <= width);
        let between = if fits { " " } else { "\n  " };
        self.0.push_str(&format!("{words}{between}{command}\n"));
    }

    fn write(self, out: &mut dyn Write, prefix: &str) -> io::Result<()> {
        self.0.lines().try_for_each(|line| writeln!(out, "{prefix}{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RepoPath;
    use crate::report::receive::Command;
    use crate::verdict::code::Code;

    fn told(code: Code, path: &str, refuses: bool, refs: &[&str]) -> Told {
        let path = RepoPath::new(path).expect("a good path");
        let refs = refs.iter().map(|name| (*name).to_owned()).collect();
        Told { finding: Finding { help: "mend it".to_owned(), ..Finding::new(code, path, "it is bad") }, refuses, refs }
    }

    fn shown(of: &Verdict, prefix: &str) -> String {
        let mut out = Vec::new();
        verdict(&mut out, of, prefix).expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    }

    fn sample(answer: Answer, told: Vec<Told>) -> Verdict {
        let command = Command { name: "b".to_owned(), words: "hhgit check a..b".to_owned() };
        Verdict { answer, told, judged: 2, command: Some(command), deleted: Vec::new(), notes: Vec::new() }
    }

    #[test]
    fn what_refuses_comes_first_and_what_the_same_refs_share_stands_together() {
        let told = vec![
            told(Code::SchemaViolation, "f/managed/a", true, &["b"]),
            told(Code::SchemaViolation, "f/managed/b", true, &["a", "b"]),
            told(Code::SchemaViolation, "f/managed/c", true, &["b"]),
            told(Code::NotYaml, "f/raw/d", false, &["b"]),
        ];
        let expected = "\
hhgit: the push is refused: 3 errors in a, b.

In a, b:
f/managed/b schema-violation: it is bad
  help: mend it

In b:
f/managed/a schema-violation: it is bad
f/managed/c schema-violation: it is bad
  help: mend it

In b, besides, and no reason to refuse:
f/raw/d warning not-yaml: it is bad
  help: mend it

All of b, in your clone: hhgit check a..b
";
        assert_eq!(shown(&sample(Answer::Refused, told), ""), expected);
    }

    #[test]
    fn each_line_of_a_refusal_has_the_prefix_and_no_other() {
        let refused = || vec![told(Code::SchemaViolation, "f/managed/a", true, &["b"])];
        let text = shown(&sample(Answer::Refused, refused()), GITLAB);
        assert!(text.lines().all(|line| line.starts_with(GITLAB)), "{text}");
        let limit = Duration::from_millis(1500);
        let text = shown(&sample(Answer::Late { limit, refused: true }, Vec::new()), GITLAB);
        assert!(
            text.starts_with("GL-HOOK-ERR: hhgit: the push is refused, because judging it took longer than 1500 ms.")
        );
        let let_in = sample(Answer::LetIn, vec![told(Code::NotYaml, "f/raw/d", false, &["b"])]);
        assert!(!shown(&let_in, GITLAB).contains(GITLAB));
    }

    #[test]
    fn a_command_is_never_broken_and_names_cannot_steer_a_terminal() {
        let mut of = sample(Answer::LetIn, vec![told(Code::NotYaml, "f/raw/d", false, &["\u{202e}x"])]);
        of.command = Some(Command { name: "\u{1b}[2J".to_owned(), words: format!("hhgit check {}", "a".repeat(90)) });
        of.deleted = ["one", "two", "three", "\u{7}"].map(str::to_owned).to_vec();
        of.notes = vec!["a note\nhhgit: forged".to_owned()];
        let text = shown(&of, "");
        assert!(text.contains(&format!("in your clone:\n  hhgit check {}\n", "a".repeat(90))), "{text}");
        assert!(text.contains("one, two, three and 1 more would be deleted"), "{text}");
        assert!(text.contains("a note\\nhhgit: forged"), "{text}");
        assert!(!text.replace('\n', "").chars().any(crate::path::is_unprintable), "{text:?}");
    }

    #[test]
    fn an_error_is_told_with_its_causes_each_once() {
        let error = Unread(io::Error::other("the disk\u{1b} is full"));
        let mut out = Vec::new();
        failure(&mut out, &error, "").expect("a Vec takes all");
        let expected = "\
hhgit: the push is refused, because it cannot be judged.

error: it cannot be read
cause: the disk\\u{1b} is full
";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("it cannot be read")]
    struct Unread(#[source] io::Error);
}
