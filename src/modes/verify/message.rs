//! A sync's message beside the one that sync writes: the same, a forge's version of it, or another.

use similar::{ChangeTag, TextDiff};

use crate::report::verify::WrongLine;

/// What every line of hhgit's own trailers starts with.
const TRAILER: &str = "Hhgit-";

/// Whether the subject says that the commit is a sync's.
pub(super) fn is_a_syncs(message: &str) -> bool {
    let words = message.strip_prefix("hhgit: ").unwrap_or_default();
    ["sync ", "sort ", "repair "].iter().any(|word| words.starts_with(word))
}

/// Whether the subject says that the commit is `hhgit init`'s, whose trailers are a sync's.
pub(super) fn is_inits(message: &str) -> bool {
    message.starts_with("hhgit: init ")
}

/// Whether a message is the expected one as forges rewrite it when they squash or rebase: a number after the subject, lines of
/// trailers at the end, nothing else.
pub(super) fn is_a_forges(message: &str, expected: &str) -> bool {
    let Some(rest) = after_subject(message, expected) else { return false };
    let body = expected.split_once('\n').map_or("", |(_, body)| body).trim();
    // Some leave the body out, and all of it then.
    let added = rest.trim().strip_prefix(body).unwrap_or(rest);
    added.lines().all(|line| line.trim().is_empty() || is_others_trailer(line))
}

/// What follows the expected subject, and the number that a forge may have put after it.
fn after_subject<'m>(message: &'m str, expected: &str) -> Option<&'m str> {
    let (subject, rest) = message.split_once('\n').unwrap_or((message, ""));
    let number = subject.strip_prefix(expected.lines().next()?)?;
    let is_number = |text: &str| {
        let digits = text.strip_prefix(" (#").or(text.strip_prefix(" (!")).and_then(|text| text.strip_suffix(')'));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
    };
    (number.is_empty() || is_number(number)).then_some(rest)
}

/// Whether a line is a trailer that hhgit does not write: `Co-authored-by: A <a@b>`.
fn is_others_trailer(line: &str) -> bool {
    let Some((key, value)) = line.split_once(": ") else { return false };
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '-';
    key.contains('-') && key.chars().all(is_key) && !key.starts_with(TRAILER) && !value.trim().is_empty()
}

/// A message without the lines that name who made it by which rules.
pub(super) fn without_rulesets(message: &str) -> String {
    message.lines().filter(|line| !line.starts_with("Hhgit-Ruleset: ")).collect::<Vec<_>>().join("\n")
}

/// The lines in which a message is not the expected one.
pub(super) fn wrong_lines(message: &str, expected: &str) -> Vec<WrongLine> {
    let diff = TextDiff::from_lines(expected, message);
    let line = |text: &str, is_there| {
        let end = if text.ends_with('\n') { "" } else { " (without its end)" };
        WrongLine { text: format!("{}{end}", text.trim_end_matches('\n')), is_there }
    };
    let wrong = diff.iter_all_changes().filter_map(|change| match change.tag() {
        ChangeTag::Equal => None,
        ChangeTag::Delete => Some(line(change.value(), false)),
        ChangeTag::Insert => Some(line(change.value(), true)),
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &str = "hhgit: sync 1 object into f\n\nf (f): 1 to managed\n\nHhgit-Version: 1\nHhgit-Fabric: f\n";

    #[test]
    fn a_forge_may_add_a_number_and_trailers() {
        let body = EXPECTED.split_once('\n').map_or("", |(_, body)| body);
        let subject = "hhgit: sync 1 object into f";
        for good in [
            EXPECTED.to_owned(),
            format!("{subject} (#12)\n{body}"),
            format!("{subject} (!12)\n{body}\nCo-authored-by: A <a@b>\n"),
            format!("{subject}\n{body}Signed-off-by: A <a@b>\nReviewed-on: https://x\n"),
            format!("{subject} (#12)\n"),
            format!("{subject}\n\nCo-authored-by: A <a@b>"),
        ] {
            assert!(is_a_forges(&good, EXPECTED), "{good}");
        }
        for bad in [
            format!("{subject} 2\n{body}"),
            format!("{subject} (#)\n{body}"),
            format!("{subject}\n\nMore words.\n{body}"),
            format!("{subject}\n{body}Hhgit-Options: --adopt\n"),
            format!("{subject}\n{body}some words\n"),
            format!("{subject}\n{}", body.replace("1 to managed", "2 to managed")),
            "Fix a VLAN\n".to_owned(),
            String::new(),
        ] {
            assert!(!is_a_forges(&bad, EXPECTED), "{bad}");
        }
    }

    #[test]
    fn wrong_lines_are_those_that_differ() {
        let line = |text: &str, is_there| WrongLine { text: text.to_owned(), is_there };
        let wrong = wrong_lines(&EXPECTED.replace("Version: 1", "Version: 2"), EXPECTED);
        assert_eq!(wrong, [line("Hhgit-Version: 1", false), line("Hhgit-Version: 2", true)]);
        let cut = EXPECTED.trim_end();
        let last = [line("Hhgit-Fabric: f", false), line("Hhgit-Fabric: f (without its end)", true)];
        assert_eq!(wrong_lines(cut, EXPECTED), last);
    }

    #[test]
    fn subjects_tell_whose_commits_they_are() {
        for own in ["hhgit: sync 1 object into f\n", "hhgit: repair f", "hhgit: sort 1 document out of f"] {
            assert!(is_a_syncs(own) && !is_inits(own), "{own}");
        }
        for other in ["hhgit: init f\n", "hhgit: undo sync 1 object into f", "hhgit: import 3 objects into f", "Fix"] {
            assert!(!is_a_syncs(other), "{other}");
        }
        assert!(is_inits("hhgit: init f\n") && !is_inits("hhgit: initial"));
    }
}
