//! What a request of hhgit's says: its title and text, and what of an open one's words is hhgit's to change.

use super::{Branches, Kind, Words};

/// How long a title may be: the least of what the forges take.
const MAX_TITLE: usize = 250;
/// How many bytes of a commit's message go into a text; GitHub takes 65,536 characters in all.
const MAX_MESSAGE: usize = 40_000;
/// How the line begins that ends hhgit's part of a text. What stands below it is people's.
const MARK: &str = "<!-- hhgit:";
/// How people and forges mark a request that is not to be merged yet.
const DRAFTS: [&str; 6] = ["Draft: ", "[Draft] ", "(Draft) ", "WIP: ", "[WIP] ", "[WIP]: "];

/// The words for a request that proposes a commit of this message.
///
/// The message stands in a code block: names of files and objects come from what people pushed, and in plain Markdown they could
/// call people, close issues, or give GitLab commands.
pub fn of_commit(kind: Kind, message: &str, branches: &Branches) -> Words {
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    let title: String = subject.chars().take(MAX_TITLE).collect();
    let body = cut(body.trim(), MAX_MESSAGE);
    let fence = fence(body);
    let Branches { source, target } = branches;
    let (source, target) = (code(source), code(target));
    let request = kind.calls_it().0;
    let text = format!(
        "{fence}text\n{body}\n{fence}\n\n\
         Proposed by `hhgit sync --propose`, and made anew while {target} moves on. Merge it as it is, or put your own commits on top of \
         {source}: hhgit then leaves that branch and this {request} to you.\n\n\
         {MARK} what stands below this line is yours, and hhgit keeps it -->\n"
    );
    Words { title, text }
}

/// The words that an open request should have; none where it has them, or where they are a person's: without hhgit's mark in its
/// text, somebody else opened it or wrote it anew.
pub fn renewed(open: &Words, wanted: &Words) -> Option<Words> {
    let (old, new) = (lines(&open.text), lines(&wanted.text));
    let mark = old.iter().position(|line| line.starts_with(MARK))?;
    let below = &old[mark + 1..];
    let text = [&new[..], below].concat().join("\n");
    let draft = DRAFTS.iter().find(|draft| open.title.starts_with(**draft)).map_or("", |draft| draft);
    let title = format!("{draft}{}", wanted.title);
    let same = title.trim() == open.title.trim() && text.trim_end() == old.join("\n").trim_end();
    (!same).then_some(Words { title, text: text + "\n" })
}

/// The lines of a text; forges put a carriage return before each line's end, or take away spaces there.
fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

/// The longest row of backticks in a text.
fn backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A row of backticks that is longer than any in the text, and no shorter than a code block asks.
fn fence(text: &str) -> String {
    "`".repeat((backticks(text) + 1).max(3))
}

/// A name as code. Names of branches hold neither spaces nor control characters, but they may hold backticks.
fn code(name: &str) -> String {
    let fence = "`".repeat(backticks(name) + 1);
    let room = if fence.len() == 1 { "" } else { " " };
    format!("{fence}{room}{name}{room}{fence}")
}

fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A line that is cut in two says something else than it did.
    text[..end].rsplit_once('\n').map_or(&text[..end], |(whole, _)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branches() -> Branches {
        Branches { source: "hhgit/sync/main".to_owned(), target: "main".to_owned() }
    }

    fn wanted(message: &str) -> Words {
        of_commit(Kind::GitHub, message, &branches())
    }

    #[test]
    fn a_request_says_what_the_commit_says() {
        let words = wanted("hhgit: sync 1 object into f\n\nf (.): 1 to managed\n\nHhgit-Version: 1\n");
        assert_eq!(words.title, "hhgit: sync 1 object into f");
        assert_eq!(
            words.text,
            "```text\nf (.): 1 to managed\n\nHhgit-Version: 1\n```\n\nProposed by `hhgit sync --propose`, and made anew while \
             `main` moves on. Merge it as it is, or put your own commits on top of `hhgit/sync/main`: hhgit then leaves that \
             branch and this pull request to you.\n\n<!-- hhgit: what stands below this line is yours, and hhgit keeps it -->\n"
        );
    }

    #[test]
    fn what_people_named_things_cannot_leave_its_block() {
        let words = wanted("s\n\n@everyone\n/merge\n```\n````x\ncloses #1\n");
        assert!(
            words.text.starts_with("`````text\n@everyone\n/merge\n```\n````x\ncloses #1\n`````\n\n"),
            "{}",
            words.text
        );
        assert_eq!(code("a``b"), "``` a``b ```");
    }

    #[test]
    fn long_messages_are_cut_at_a_line_and_titles_at_a_character() {
        let words = wanted(&format!("{}\n\n{}", "ü".repeat(300), "a line of ü\n".repeat(10_000)));
        assert_eq!(words.title.chars().count(), 250);
        assert!(words.text.len() < 41_000 && words.text.contains("a line of ü\n```\n"), "{}", words.text.len());
    }

    #[test]
    fn an_open_request_is_reworded_only_where_it_differs_and_keeps_what_people_wrote() {
        let new = wanted("b\n\ntwo\n");
        let old = wanted("a\n\none\n");
        assert_eq!(renewed(&new, &new), None);
        let as_forges_keep_it = Words { title: "b ".to_owned(), text: new.text.trim_end().replace('\n', "  \r\n") };
        assert_eq!(renewed(&as_forges_keep_it, &new), None);
        assert_eq!(renewed(&old, &new), Some(new.clone()));
        let noted = |words: &Words| Words { text: format!("{}\nLooks good, @ann?\n", words.text), ..words.clone() };
        assert_eq!(renewed(&noted(&old), &new), Some(noted(&new)));
        let draft = |words: &Words| Words { title: format!("Draft: {}", words.title), ..words.clone() };
        assert_eq!(renewed(&draft(&old), &new), Some(draft(&new)));
        assert_eq!(renewed(&draft(&new), &new), None);
    }

    #[test]
    fn a_request_without_the_mark_is_somebody_elses() {
        let by_hand = Words { title: "Please".to_owned(), text: "My own words.".to_owned() };
        assert_eq!(renewed(&by_hand, &wanted("a\n")), None);
    }
}
